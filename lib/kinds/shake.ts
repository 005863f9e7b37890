// Shake: Apple's Shake 4 User Manual, pages 91 (-exec, -t) and 338 (frame ranges). It says nothing of what a render prints.
import { z } from "zod";
import { field, first, type Kind, last, step, value } from "./kind";

export const shake: Kind = {
  name: "shake",
  title: "Shake",
  about: "Renders the FileOut nodes of a Shake script.",
  program: "shake",
  each: "range",
  fields: z.strictObject({
    script: field.path("SCRIPT", "Script", "The .shk file, on storage that all slaves see"),
  }),
  words: () => ["-exec", value("script"), "-t", [first, "-", last, "x", step], "-v"],
};
