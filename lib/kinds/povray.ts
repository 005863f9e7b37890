// POV-Ray: https://www.povray.org/documentation/3.7.0/r3_2.html; what it prints was seen with POV-Ray 3.7.
import { z } from "zod";
import { field, frame, type Kind, padded, value, when } from "./kind";
import { joined } from "./pictures";

export const povray: Kind = {
  name: "povray",
  title: "POV-Ray",
  about: "Renders a .pov file once for each frame, into PNG files. In the scene, clock is the frame number.",
  program: "povray",
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .pov file, on storage that all slaves see"),
    image: field.path("IMAGE", "Output", "Where pictures go, up to the frame number: /mnt/out/shot."),
    width: field.number("RESX", "Width", "Of pictures, in pixels").default(320),
    height: field.number("RESY", "Height", "Of pictures, in pixels").default(240),
    quality: field.number("QUALITY", "Quality", "0 to 11; else 9", 0, 11).optional(),
  }),
  // It takes options apart once more, so names stand in quotes.
  words: ({ quality }) => [
    ['+I"', value("scene"), '"'],
    ['+O"', value("image"), padded, '.png"'],
    ["+W", value("width")],
    ["+H", value("height")],
    ...when(quality, ["+Q", value("quality")]),
    ["+K", frame],
    "-D",
  ],
  pictures: joined(({ image }) => ({ image, ending: ".png" })),
  output: {
    progress: ["^Rendered \\d+ of \\d+ pixels \\((?<percent>\\d+)%\\)"],
    warning: ["^(?:Parse|Render) Warning: ", "^Possible Parse Error: "],
    fatal: ["^Parse Error: ", "^Fatal error ", "^Render failed"],
  },
};
