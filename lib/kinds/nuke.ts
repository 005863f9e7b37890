// Nuke: https://learn.foundry.com/nuke/content/comp_environment/configuring_nuke/command_line_operations.html
// What it prints was read from render logs of Nuke 14 to 17.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const nuke: Kind = {
  name: "nuke",
  title: "Nuke",
  about: "Renders the Write nodes of a Nuke script, all that are active or the one named here, with a render licence.",
  program: "nuke",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Script", "The .nk file, on storage that all slaves see"),
    node: field
      .text("PASS", "Write node", "The only node to render, such as Write1; else all that are active")
      .optional(),
  }),
  words: ({ node }) => [
    "-x",
    ...when(node, "-X", value("node")),
    // All -F must precede the script.
    "-F",
    [first, "-", last, "x", step],
    value("scene"),
  ],
  output: {
    // Printed when the frame is written, not when it begins.
    progress: ["^Frame (?<finished>-?\\d+) \\(\\d+ of \\d+\\)"],
    warning: ["^(?:\\[[\\d:. ]+\\] )?Warning: "],
    fatal: [
      "^A license for nuke\\w* was not found",
      "^FOUNDRY LICENSE ERROR REPORT",
      "^RLM : A suitable license does not exist",
      "^(?:\\[[\\d:. ]+\\] )?(?:ERROR|Error) ?: ",
    ],
  },
  // 100: no licence was to be had; there may be one later.
  exitCodes: { retry: [100] },
};
