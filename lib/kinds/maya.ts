// Maya: https://help.autodesk.com/cloudhelp/2019/ENU/Maya-Rendering/files/GUID-0280AB86-8ABE-4F75-B1B9-D5B7DBB7E25A.htm (common flags),
// 2016/ENU/Maya/files/GUID-FCB01DEF-10DF-4222-A047-AF0122782397.htm (mental ray). What the renderers print: Arnold's "How to read a
// render log", and the lines that Deadline's MayaCmd and CGRU's parsers read.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

const renderers = ["file", "sw", "hw", "hw2", "vr", "mr", "arnold", "vray", "redshift", "renderman", "turtle"] as const;

/** So that they say how far they are. */
const talkative: Record<string, string[]> = { mr: ["-v", "5"], arnold: ["-ai:lve", "2"] };

export const maya: Kind = {
  name: "maya",
  title: "Maya",
  about: "Renders frames of a Maya scene by Maya's Render, with the renderer that the scene or the field names.",
  program: "Render",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .ma or .mb file, on storage that all slaves see"),
    renderer: field
      .choice("RENDERER", "Renderer", "Render's -r; file: the one that the scene names", renderers)
      .default("file"),
    renderfolder: field.path("RD", "Render folder", "Where pictures go; else as the project says").optional(),
    projectfolder: field.path("PD", "Project folder", "The Maya project of the scene").optional(),
    image: field.text("IMAGE", "Image", "Name of pictures without frame and ending; else as the scene says").optional(),
    format: field.text("FFORMAT", "Format", "Render's -of, such as exr or png; else as the scene says").optional(),
    camera: field.text("CAMERA", "Camera", "Name of the camera; else those that the scene renders").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; else as the scene says").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; else as the scene says").optional(),
    pre: field.text("PRE", "Before", "MEL that runs before rendering").optional(),
    post: field.text("POST", "After", "MEL that runs after rendering").optional(),
  }),
  words: ({ renderer, renderfolder, projectfolder, image, format, camera, width, height, pre, post }) => [
    "-r",
    value("renderer"),
    ...(talkative[`${renderer}`] ?? []),
    ...when(projectfolder, "-proj", value("projectfolder")),
    ...when(renderfolder, "-rd", value("renderfolder")),
    ...when(image, "-im", value("image")),
    ...when(format, "-of", value("format")),
    ...when(camera, "-cam", value("camera")),
    ...when(width, "-x", value("width")),
    ...when(height, "-y", value("height")),
    ...when(pre, "-preRender", value("pre")),
    ...when(post, "-postRender", value("post")),
    "-s",
    first,
    "-e",
    last,
    "-b",
    step,
    value("scene"),
  ],
  output: {
    progress: [
      "\\| +(?<percent>\\d+)% done - \\d+ rays/pixel", // Arnold
      "progr: +(?<percent>\\d+\\.\\d+)% +rendered", // mental ray
      "\\[Redshift\\] *Block (?<done>\\d+)/(?<of>\\d+) .*rendered by ", // Redshift
      "V-Ray: +(?<percent>\\d+) ?%", // V-Ray
      "\\[PROGRESS\\] TURTLE rendering frame (?<percent>\\d+\\.\\d+)", // Turtle
      "\\[PROGRESS\\] (?<percent>\\d+) percent",
      "rfm Notice: Rendering .* at (?<frame>\\d+)", // RenderMan
      "Finished Rendering.*\\.(?<finished>\\d+)\\.[^.]+$", // Maya software
    ],
    warning: ["^Warning: ", "MB WARNING +\\| "],
    fatal: [
      "FLEXlm error: ",
      "Maya: License was not obtained",
      "^Usage: Render ",
      "Fatal Error",
      "Frame (?:rendering )?aborted",
      "V-Ray error: ",
      "CUDA_ERROR_UNKNOWN",
      'Plug-in, "mtoa", was not found on MAYA_PLUG_IN_PATH',
      "\\[mtoa\\] Failed batch render",
      "\\[Redshift\\] License error",
      "Rendering was internally aborted",
    ],
  },
};
