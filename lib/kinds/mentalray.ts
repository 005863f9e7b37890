// mental ray Standalone: https://help.autodesk.com/cloudhelp/2016/ENU/mental-ray-docs/mr_docs/manual/ray.html; -render with first and last
// frame as the original called it. Lines as CGRU's parser mentalray.py reads them.
import { z } from "zod";
import { field, frame, type Kind, padded, value, when } from "./kind";
import { joined } from "./pictures";

export const mentalray: Kind = {
  name: "mentalray",
  title: "mental ray",
  about: "Renders frames of an .mi file by mental ray Standalone.",
  program: "ray",
  each: "frame",
  startIn: "renderfolder",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .mi file, on storage that all slaves see, with its whole path"),
    renderfolder: field.path("RD", "Render folder", "Where pictures go; else the job's folder").optional(),
    image: field.text("IMAGE", "Image", "Name of pictures up to the frame; else as the scene says").optional(),
    extension: field.text("IMAGEEXT", "Ending", "What follows the frame in the name, such as .exr").default(".exr"),
  }),
  words: ({ image }) => [
    "-verbose",
    "5",
    ...when(image, "-file_name", [value("image"), padded, value("extension")]),
    "-render",
    frame,
    frame,
    value("scene"),
  ],
  pictures: joined(({ renderfolder, image, extension }) => ({
    folder: renderfolder,
    image,
    ending: extension,
  })),
  output: {
    progress: [
      "^JOB .*progr: +(?<percent>\\d+(?:\\.\\d+)?)% +rendered on",
      "^SCEN.*progr: begin scene preprocessing for frame (?<frame>\\d+)",
    ],
  },
};
