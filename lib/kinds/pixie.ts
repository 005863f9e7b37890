// Pixie: its manual page rndr(1), https://gsp.com/cgi-bin/man.cgi?section=1&topic=RNDR; it does not say what -p prints.
import { z } from "zod";
import { field, first, type Kind, last, step, value } from "./kind";

export const pixie: Kind = {
  name: "pixie",
  title: "Pixie",
  about: "Renders frames of a RIB file by rndr.",
  program: "rndr",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The RIB file, on storage that all slaves see"),
  }),
  // The step stands in the middle.
  words: () => ["-f", [first, ":", step, ":", last], value("scene")],
};
