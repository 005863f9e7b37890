// 3ds Max: https://help.autodesk.com/cloudhelp/2024/ENU/MAXScript-Help/files/MAXScript-Tools-and-Interaction/Interacting-with-the-3ds-Max/
// Command-Line-Rendering/GUID-C4C8A747-B35A-4D1F-A696-F552307FE1D0.html; "-v:5 -rfw:0 -start: -end:" also in Azure's "Rendering with 3ds Max".
// Lines as CGRU's parser max.py reads them.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const threedsmax: Kind = {
  name: "3dsmax",
  title: "3ds Max",
  about: "Renders frames of a .max file by 3dsmaxcmd, on Windows.",
  program: "3dsmaxcmd",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .max file, on storage that all slaves see"),
    image: field.path("IMAGE", "Output", "Where pictures go, the frame is added; else as the scene says").optional(),
    script: field.path("SCRIPT", "Script", "A MAXScript file that runs before rendering").optional(),
    camera: field.text("CAMERA", "Camera", "Name of the camera; else as the scene says").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; else as the scene says").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; else as the scene says").optional(),
  }),
  words: ({ image, script, camera, width, height }) => [
    "-rfw:0",
    "-v:5",
    ["-start:", first],
    ["-end:", last],
    ["-nthFrame:", step],
    ...when(image, ["-o:", value("image")]),
    ...when(script, ["-preRenderScript:", value("script")]),
    ...when(camera, ["-c:", value("camera")]),
    ...when(width, ["-w:", value("width")]),
    ...when(height, ["-h:", value("height")]),
    value("scene"),
  ],
  output: {
    progress: ["Frame (?<finished>-?\\d+) completed", "progr: +(?<percent>\\d+(?:\\.\\d+)?)% +rendered"],
    fatal: ["Error occured while rendering job\\."],
  },
};
