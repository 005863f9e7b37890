// Terragen: https://planetside.co.uk/wiki/index.php?title=Windows_Command_Line_Reference; Terragen 0.9: its Cmdline.txt. Lines as
// Deadline's plug-in reads them.
import { z } from "zod";
import { field, frame, type Kind, value, when } from "./kind";
import { asGiven } from "./pictures";

export const terragen: Kind = {
  name: "terragen",
  title: "Terragen",
  about:
    "Renders frames of a Terragen project; with a world, of a script of Terragen 0.9. On Windows the program is tgdcli: tgd does not wait.",
  program: "terragen",
  each: "frame",
  fields: z.strictObject({
    script: field.path(
      "SCRIPT",
      "Project or script",
      "A .tgd file; together with a world, a .tgs file of Terragen 0.9",
    ),
    image: field.path("IMAGE", "Output", "Where pictures go, %04d for the frame; else as the project says").optional(),
    world: field.path("WF", "World", "The .tgw file, for Terragen 0.9 only").optional(),
    terrain: field.path("TF", "Terrain", "The .ter file, for Terragen 0.9 only").optional(),
  }),
  words: ({ image, world, terrain }) =>
    world === undefined
      ? ["-p", value("script"), "-hide", "-exit", "-r", "-f", frame, ...when(image, "-o", value("image"))]
      : [
          "-hide",
          "-exit",
          "-w",
          value("world"),
          ...when(terrain, "-t", value("terrain")),
          "-s",
          value("script"),
          frame,
        ],
  // Terragen 0.9 is told no output.
  pictures: ({ world, ...fields }) => (world === undefined ? asGiven(/%0\d+d/)(fields) : undefined),
  output: {
    progress: [" (?<percent>\\d+)% of final pass"],
    warning: ["^Warning: "],
    fatal: [
      "^ERROR: ",
      "^Warning: Unable to find a valid license key",
      "^Warning: Exception caught in juRenderNode::FinishRender",
    ],
  },
};
