// LuxCoreRender: https://github.com/LuxCoreRender/LuxCore, samples/luxcoreconsole/luxcoreconsole.cpp (its -h and its log lines);
// pyluxcoretools' console takes the same arguments and prints the same lines.
import { z } from "zod";
import { field, type Kind, padded, value, when } from "./kind";

export const luxrender: Kind = {
  name: "luxrender",
  title: "LuxCoreRender",
  about:
    "Renders LuxCore files, one for each frame, by luxcoreconsole. It ends when the time or the samples given here or in the configuration are reached.",
  program: "luxcoreconsole",
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "Files", "Up to the frame number: /mnt/lux/shot. for /mnt/lux/shot.0001.cfg"),
    suffix: field
      .text("SUFFIX", "Suffix", "What follows the frame number, such as /render.cfg; else .cfg, with a script .scn")
      .optional(),
    script: field
      .path("SCRIPT", "Configuration", "One .cfg for all frames; the files of the frames are then scenes (.scn)")
      .optional(),
    projectfolder: field.path("PD", "Project folder", "Where relative paths in the files start").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; else as the configuration says").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; else as the configuration says").optional(),
    seconds: field
      .number("HALTTIME", "Seconds", "A frame ends after so long; else as the configuration says")
      .optional(),
    samples: field.number("HALTSPP", "Samples", "A frame ends after so many samples of each pixel").optional(),
  }),
  words: ({ suffix, script, projectfolder, width, height, seconds, samples }) => {
    const named = suffix === undefined ? (script === undefined ? ".cfg" : ".scn") : value("suffix");
    const file = [value("scene"), padded, named];
    return [
      ...when(projectfolder, "-d", value("projectfolder")),
      ...when(width, "-w", value("width")),
      ...when(height, "-e", value("height")),
      ...when(seconds, "-D", "batch.halttime", value("seconds")),
      ...when(samples, "-D", "batch.haltspp", value("samples")),
      ...(script === undefined ? [file] : ["-f", file, value("script")]),
    ];
  },
  output: {
    // What has no limit is said to be of 0.
    progress: [
      "\\[Elapsed time: *\\d+/\\d+sec\\]\\[Samples *(?<done>\\d+)/(?<of>[1-9]\\d*)\\]",
      "\\[Elapsed time: *(?<done>\\d+)/(?<of>[1-9]\\d*)sec\\]",
    ],
    fatal: ["(?:^|\\] ?)(?:RUNTIME |OpenCL )?ERROR: "],
  },
};
