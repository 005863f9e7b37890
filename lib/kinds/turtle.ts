// Turtle, which comes with Maya as a plug-in: flags and lines as in maya.ts.
import { z } from "zod";
import type { Kind } from "./kind";
import { renderFatal, renderFields, renderWords } from "./maya";

export const turtle: Kind = {
  name: "turtle",
  title: "Turtle",
  about: "Renders frames of a Maya scene with Turtle, by Maya's Render.",
  program: "Render",
  each: "range",
  fields: z.strictObject(renderFields),
  words: (fields) => renderWords(["turtle"], fields),
  output: {
    progress: [
      "\\[PROGRESS\\] TURTLE rendering frame (?<percent>\\d+\\.\\d+)",
      "\\[PROGRESS\\] Percentage of rendering done: (?<percent>\\d+(?:\\.\\d+)?)",
    ],
    fatal: renderFatal,
  },
};
