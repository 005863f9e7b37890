// Softimage: https://download.autodesk.com/global/docs/softimage2014/en_us/userguide/files/rendering_BatchRenderingBasicsXSIR.htm. Lines as
// CGRU's parser xsi.py reads them.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const xsi: Kind = {
  name: "xsi",
  title: "Softimage XSI",
  about: "Renders frames of a Softimage scene by xsibatch, all passes or those named here.",
  program: "xsibatch",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .scn file, on storage that all slaves see"),
    pass: field.text("PASS", "Passes", "With commas between; else all").optional(),
    renderfolder: field.path("RD", "Render folder", "Where pictures go; else as the scene says").optional(),
    script: field.path("SCRIPT", "Script", "Run when the scene is loaded, before rendering").optional(),
    image: field.text("IMAGE", "Image", "Name of pictures, for looking at them: the scene decides it").optional(),
    extension: field.text("IMAGEEXT", "Ending", "Of pictures, for looking at them: the scene decides it").optional(),
  }),
  words: ({ pass, renderfolder, script }) => [
    "-render",
    value("scene"),
    ...when(pass, "-pass", value("pass")),
    "-frames",
    [first, ",", last, ",", step],
    ...when(renderfolder, "-output_dir", value("renderfolder")),
    ...when(script, "-script", value("script")),
  ],
  output: {
    progress: ["Rendering frame (?<frame>\\d+)", "progr: +(?<percent>\\d+(?:\\.\\d+)?)% +rendered"],
  },
};
