// After Effects, by aerender: https://helpx.adobe.com/after-effects/using/automated-rendering-network-rendering.html
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";
import { asGiven } from "./pictures";

export const aftereffects: Kind = {
  name: "aftereffects",
  title: "After Effects",
  about: "Renders frames of a composition by aerender. Its output must be a sequence of pictures, not a film.",
  program: "aerender",
  each: "range",
  fields: z.strictObject({
    project: field.path("PROJECT", "Project", "The .aep file, on storage that all slaves see"),
    // Without it aerender renders its whole render queue, whatever the frames.
    comp: field.text("COMP", "Composition", "The name of the composition to render"),
    image: field
      .path("IMAGE", "Output", "Where pictures go, [####] for the frame; else as the render queue says")
      .optional(),
    settings: field.text("RSTEMPLATE", "Render settings", "A template, such as Multi-Machine Settings").optional(),
    module: field.text("OMTEMPLATE", "Output module", "A template, such as Multi-Machine Sequence").optional(),
  }),
  words: ({ image, settings, module }) => [
    "-project",
    value("project"),
    "-comp",
    value("comp"),
    "-s",
    first,
    "-e",
    last,
    "-i",
    step,
    ...when(settings, "-RStemplate", value("settings")),
    ...when(module, "-OMtemplate", value("module")),
    ...when(image, "-output", value("image")),
  ],
  pictures: asGiven(/\[#+\]/),
  output: {
    // The number counts the frames of this start from 1; at interlaced ones U or L names the field.
    progress: ["^PROGRESS: +\\d+:\\d+:\\d+:\\d+ \\((?<nth>\\d+)[UL]?\\)"],
    warning: ["^WARNING:"],
    fatal: ["^aerender (?:ERROR|Error)", "^(?:ERROR:)? *After Effects error:", "^Invalid Serial Number"],
  },
};
