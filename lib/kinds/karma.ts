// Karma, by husk: https://www.sidefx.com/docs/houdini/ref/utils/husk.html
import { z } from "zod";
import { field, frame, type Kind, value, when } from "./kind";
import { houdini } from "./pictures";

export const karma: Kind = {
  name: "karma",
  title: "Houdini Karma",
  about: "Renders frames of a USD file by husk, with Karma or another Hydra renderer.",
  program: "husk",
  // husk takes a first frame and a count.
  each: "frame",
  fields: z.strictObject({
    scene: field.path("SCENE", "USD file", "The .usd file, on storage that all slaves see"),
    image: field.path("IMAGE", "Output", "Where pictures go, $F4 for the frame; else as the file says").optional(),
    renderer: field
      .text("RENDERER", "Renderer", "BRAY_HdKarma, HdPrmanLoaderRendererPlugin, ...; else Karma")
      .optional(),
    settings: field
      .text("PASS", "Render settings", "Path of a RenderSettings prim, such as /Render/rendersettings")
      .optional(),
    camera: field.text("CAMERA", "Camera", "Path of a camera prim; else as the settings say").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; together with the height").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; together with the width").optional(),
  }),
  words: ({ image, renderer, settings, camera, width, height }) => [
    "--frame",
    frame,
    "--frame-count",
    "1",
    "--make-output-path",
    // Level 2, with progress as Alfred reads it.
    "--verbose",
    "2a",
    ...when(renderer, "--renderer", value("renderer")),
    ...when(settings, "--settings", value("settings")),
    ...when(camera, "--camera", value("camera")),
    ...(height === undefined ? [] : when(width, "--res", value("width"), value("height"))),
    ...when(image, "--output", value("image")),
    value("scene"),
  ],
  pictures: houdini,
  output: {
    progress: ["ALF_PROGRESS (?<percent>\\d+)%"],
    fatal: ["No licenses could be found to run this application", "Couldn't find renderer", "^Error: Unknown option:"],
  },
};
