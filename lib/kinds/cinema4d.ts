// Cinema 4D: https://help.maxon.net/us/html/52193.html; lines and exit codes from the SDK's sample of its command line rendering
// (cinema4dsdk, source/other/commandline.cpp), which says of itself that it is what Cinema 4D does.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const cinema4d: Kind = {
  name: "cinema4d",
  title: "Cinema 4D",
  about: "Renders frames of a .c4d file with its render settings.",
  program: "Commandline",
  each: "range",
  // Its command line takes -5 for an option.
  lowestFrame: 0,
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .c4d file, on storage that all slaves see"),
    image: field
      .path("IMAGE", "Output", "Where pictures go, without number and extension; else as the scene says")
      .optional(),
    format: field.text("FFORMAT", "Format", "TIFF, PNG, EXR, JPG, PSD, ...; else as the scene says").optional(),
    take: field.text("PASS", "Take", "The name of a take; else the one that was active").optional(),
    width: field.number("RESX", "Width", "Of pictures, in pixels; together with the height").optional(),
    height: field.number("RESY", "Height", "Of pictures, in pixels; together with the width").optional(),
  }),
  words: ({ image, format, take, width, height }) => [
    "-nogui",
    "-render",
    value("scene"),
    "-frame",
    first,
    last,
    step,
    ...when(take, "-take", value("take")),
    ...when(image, "-oimage", value("image")),
    ...when(format, "-oformat", value("format")),
    ...(height === undefined ? [] : when(width, "-oresolution", value("width"), value("height"))),
  ],
  output: {
    progress: ["^Rendering frame (?<frame>\\d+) at ", "^Progress: (?<percent>\\d+)%"],
    fatal: [
      "^Rendering failed: ",
      "^Project not found$",
      "^Error (?:loading|rendering) project",
      "^Error: no output image specified",
      "^error: oformat not supported",
      "^No render data present",
      "^Image allocation out of memory",
      "^Files cannot be written - please check output paths!",
    ],
  },
  // 1002, no output specified, of which Unix keeps the lowest byte: no retry will mend it.
  exitCodes: { fatal: [234] },
};
