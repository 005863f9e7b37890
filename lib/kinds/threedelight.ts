// 3Delight: http://www.3delight.com/ZDoc/3delight_10.html (RIB) and https://documentation.3delightcloud.com/display/3DSP/Rendering+NSI+file.
// They say that -progress prints after each bucket, not what, so no percents are read. "3DL ERROR" as Deadline's MayaCmd reads it.
import { z } from "zod";
import { field, frame, type Kind, padded, value } from "./kind";

export const threedelight: Kind = {
  name: "3delight",
  title: "3Delight",
  about: "Renders frames of a RIB file by renderdl; with a suffix, RIB or NSI files, one for each frame.",
  program: "renderdl",
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The RIB file; with a suffix, files up to the frame number: /mnt/nsi/shot."),
    suffix: field.text("SUFFIX", "Suffix", "What follows the frame number in names of files, such as .nsi").optional(),
  }),
  words: ({ suffix }) =>
    suffix === undefined
      ? ["-progress", "-frames", frame, frame, value("scene")]
      : ["-progress", [value("scene"), padded, value("suffix")]],
  output: { fatal: ["3DL ERROR "] },
};
