// Maya: https://help.autodesk.com/cloudhelp/2019/ENU/Maya-Rendering/files/GUID-0280AB86-8ABE-4F75-B1B9-D5B7DBB7E25A.htm (common flags),
// 2016/ENU/Maya/files/GUID-FCB01DEF-10DF-4222-A047-AF0122782397.htm (mental ray). What the renderers print: Arnold's "How to read a
// render log", and the lines that Deadline's MayaCmd and CGRU's parsers read.
import { z } from "zod";
import { field, first, type Kind, last, step, value, type Word, when } from "./kind";

const renderers = ["file", "sw", "hw", "hw2", "vr", "mr", "arnold", "vray", "redshift", "renderman", "turtle"] as const;

/** So that they say how far they are. */
const talkative: Record<string, string[]> = { mr: ["-v", "5"], arnold: ["-ai:lve", "2"] };

/** Fields of every kind that Maya's Render renders. */
export const renderFields = {
  scene: field.path("SCENE", "Scene", "The .ma or .mb file, on storage that all slaves see"),
  renderfolder: field.path("RD", "Render folder", "Where pictures go; else as the project says").optional(),
  projectfolder: field.path("PD", "Project folder", "The Maya project of the scene").optional(),
  image: field.text("IMAGE", "Image", "Name of pictures without frame and ending; else as the scene says").optional(),
  camera: field.text("CAMERA", "Camera", "Name of the camera; else those that the scene renders").optional(),
  width: field.number("RESX", "Width", "Of pictures, in pixels; else as the scene says").optional(),
  height: field.number("RESY", "Height", "Of pictures, in pixels; else as the scene says").optional(),
};

/** The arguments of Maya's Render, given the fields; a field that a kind does not have adds nothing. */
export function renderWords(renderer: readonly Word[], fields: Record<string, unknown>): Word[] {
  const flags = {
    projectfolder: "-proj",
    renderfolder: "-rd",
    image: "-im",
    format: "-of",
    camera: "-cam",
    width: "-x",
    height: "-y",
    pre: "-preRender",
    post: "-postRender",
  };
  const given = Object.entries(flags).flatMap(([name, flag]) => when(fields[name], flag, value(name)));
  return ["-r", ...renderer, ...given, "-s", first, "-e", last, "-b", step, value("scene")];
}

/** Lines of Maya itself, or of Render, after which nothing is rendered. */
export const renderFatal = ["FLEXlm error: ", "Maya: License was not obtained", "^Usage: Render "];

export const maya: Kind = {
  name: "maya",
  title: "Maya",
  about: "Renders frames of a Maya scene by Maya's Render, with the renderer that the scene or the field names.",
  program: "Render",
  each: "range",
  fields: z.strictObject({
    scene: renderFields.scene,
    renderer: field
      .choice("RENDERER", "Renderer", "Render's -r; file: the one that the scene names", renderers)
      .default("file"),
    renderfolder: renderFields.renderfolder,
    projectfolder: renderFields.projectfolder,
    image: renderFields.image,
    format: field.text("FFORMAT", "Format", "Render's -of, such as exr or png; else as the scene says").optional(),
    camera: renderFields.camera,
    width: renderFields.width,
    height: renderFields.height,
    pre: field.text("PRE", "Before", "MEL that runs before rendering").optional(),
    post: field.text("POST", "After", "MEL that runs after rendering").optional(),
  }),
  words: (fields) => renderWords([value("renderer"), ...(talkative[`${fields.renderer}`] ?? [])], fields),
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
      ...renderFatal,
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
