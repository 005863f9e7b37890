// Turtle, which comes with Maya as a plug-in: flags and lines as in maya.ts.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const turtle: Kind = {
  name: "turtle",
  title: "Turtle",
  about: "Renders frames of a Maya scene with Turtle, by Maya's Render.",
  program: "Render",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .ma or .mb file, on storage that all slaves see"),
    renderfolder: field.path("RD", "Render folder", "Where pictures go; else as the project says").optional(),
    projectfolder: field.path("PD", "Project folder", "The Maya project of the scene").optional(),
    image: field.text("IMAGE", "Image", "Name of pictures without frame and ending; else as the scene says").optional(),
    camera: field.text("CAMERA", "Camera", "Name of the camera; else those that the scene renders").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; else as the scene says").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; else as the scene says").optional(),
  }),
  words: ({ renderfolder, projectfolder, image, camera, width, height }) => [
    "-r",
    "turtle",
    ...when(projectfolder, "-proj", value("projectfolder")),
    ...when(renderfolder, "-rd", value("renderfolder")),
    ...when(image, "-im", value("image")),
    ...when(camera, "-cam", value("camera")),
    ...when(width, "-x", value("width")),
    ...when(height, "-y", value("height")),
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
      "\\[PROGRESS\\] TURTLE rendering frame (?<percent>\\d+\\.\\d+)",
      "\\[PROGRESS\\] Percentage of rendering done: (?<percent>\\d+(?:\\.\\d+)?)",
    ],
    fatal: ["FLEXlm error: ", "Maya: License was not obtained", "^Usage: Render "],
  },
};
