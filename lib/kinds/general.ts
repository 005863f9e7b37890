// Any script: the original's kind "general".
import { z } from "zod";
import { field, frame, type Kind, value } from "./kind";

export const general: Kind = {
  name: "general",
  title: "Script",
  about:
    "Runs a script of your own once for each frame, by sh or the program named here. The frame is its first argument, and in DRQUEUE_FRAME and DRQUEUE_PADFRAME.",
  program: "sh",
  each: "frame",
  fields: z.strictObject({
    script: field.path("SCRIPT", "Script", "The script, on storage that all slaves see"),
  }),
  words: () => [value("script"), frame],
};
