// V-Ray Standalone: https://docs.chaos.com/display/VNS/V-Ray+Standalone+Command+Line+Options; its -help, which says the same, is in
// https://github.com/OSC/frame-renderer/blob/master/docs/mds/VRAY.md. Lines as Gaffer's and CGRU's readers take them.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const vray: Kind = {
  name: "vray",
  title: "V-Ray Standalone",
  about: "Renders frames of a .vrscene file.",
  program: "vray",
  each: "range",
  // -5--1 would be no range there.
  lowestFrame: 0,
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .vrscene file, on storage that all slaves see"),
    image: field.path("IMAGE", "Output", "Where pictures go, the frame is added; else as the scene says").optional(),
    camera: field.text("CAMERA", "Camera", "Name of a camera; else as the scene says").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; else as the scene says").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; else as the scene says").optional(),
    engine: field
      .choice("RENDERER", "Engine", "0: V-Ray, 1: RT on CPU, 3: OpenCL, 5: CUDA, 7: RTX", ["0", "1", "3", "5", "7"])
      .optional(),
  }),
  words: ({ image, camera, width, height, engine }) => [
    ["-sceneFile=", value("scene")],
    ["-frames=", first, "-", last, ",", step],
    ...when(image, ["-imgFile=", value("image")]),
    ...when(camera, ["-camera=", value("camera")]),
    ...when(width, ["-imgWidth=", value("width")]),
    ...when(height, ["-imgHeight=", value("height")]),
    ...when(engine, ["-rtEngine=", value("engine")]),
    "-display=0",
    "-progressUseCR=0",
    "-progressUseColor=0",
  ],
  output: {
    progress: ["Rendering image\\.\\.\\.: *(?<percent>\\d+(?:\\.\\d+)?)%", "Starting frame (?<frame>\\d+)"],
    warning: ["^(?:\\[[^\\]]*\\] )*warning: "],
  },
};
