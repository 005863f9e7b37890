// Aqsis: https://github.com/aqsis/aqsis, tools/aqsis/aqsis.cpp (its options, and the line that -progress prints).
import { z } from "zod";
import { field, type Kind, padded, value } from "./kind";

export const aqsis: Kind = {
  name: "aqsis",
  title: "Aqsis",
  about: "Renders RIB files, one for each frame: Aqsis has no option that chooses a frame of a file.",
  program: "aqsis",
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "Files", "Up to the frame number: /mnt/rib/shot. for /mnt/rib/shot.0001.rib"),
    suffix: field.text("SUFFIX", "Ending", "What follows the frame number").default(".rib"),
  }),
  words: () => ["-progress", "-nocolor", [value("scene"), padded, value("suffix")]],
  output: {
    progress: ["^Frame \\((?<frame>-?\\d+)\\) +(?<percent>\\d+\\.\\d+)% complete"],
  },
};
