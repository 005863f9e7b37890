// Mantra: https://www.sidefx.com/docs/houdini12.0/rendering/commandline; its warnings and errors as CGRU's Afanasy reads them
// (afanasy/python/parsers/mantra.py).
import { z } from "zod";
import { field, type Kind, padded, value, when } from "./kind";
import { joined } from "./pictures";

export const mantra: Kind = {
  name: "mantra",
  title: "Houdini Mantra",
  about:
    "Renders IFD files, one for each frame, as Houdini writes them. The job's padding is that of the file names: 4 for $F4.",
  program: "mantra",
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "IFD files", "Up to the frame number: /mnt/ifd/shot. for /mnt/ifd/shot.0001.ifd"),
    suffix: field
      .text("SUFFIX", "Suffix", "What follows the frame number in the names of the IFD files")
      .default(".ifd"),
    renderfolder: field.path("RD", "Render folder", "Where pictures go; else as the IFD files say").optional(),
    image: field.text("IMAGE", "Image", "Pictures in the render folder, up to the frame number").default("image."),
    extension: field
      .text("IMAGEEXT", "Ending", "What follows the frame in the name; it tells the format")
      .default(".exr"),
  }),
  words: ({ renderfolder }) => [
    // Level 2, with progress as Alfred reads it.
    "-V",
    "2a",
    "-f",
    [value("scene"), padded, value("suffix")],
    ...when(renderfolder, [value("renderfolder"), "/", value("image"), padded, value("extension")]),
  ],
  pictures: joined(({ renderfolder, image, extension }) => ({
    folder: renderfolder,
    image,
    ending: extension,
  })),
  output: {
    progress: ["ALF_PROGRESS (?<percent>\\d+)%"],
    warning: ["mantra: WARNING:", "Unable to access file", "Unable to load texture"],
    fatal: [
      "No licenses could be found to run this application",
      "Failed to create file",
      "Error loading geometry .* from stdin",
    ],
  },
};
