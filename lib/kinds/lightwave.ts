// LightWave, by lwsn in its mode 3: https://docs.lightwave3d.com/display/LW2018/Screamernet and
// https://dreamlight.com/blog/mastering-lightwave-3d-screamernet-lwsn/lightwave-3d-screamernet-lwsn-command-line-parameters/;
// lines as CGRU's Afanasy (afanasy/python/parsers/lightwave.py) and Deadline's plug-in read them.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";

export const lightwave: Kind = {
  name: "lightwave",
  title: "LightWave",
  about: "Renders frames of a .lws file by lwsn. Where pictures go is set in the scene.",
  program: "lwsn",
  each: "range",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .lws file, on storage that all slaves see"),
    projectfolder: field
      .path("PD", "Content folder", "Where the names of objects and images in the scene start")
      .optional(),
    configfolder: field
      .path("CD", "Configuration folder", "With LightWave's configuration files; else its own")
      .optional(),
  }),
  words: ({ projectfolder, configfolder }) => [
    "-3",
    ...when(configfolder, ["-c", value("configfolder")]),
    ...when(projectfolder, ["-d", value("projectfolder")]),
    value("scene"),
    first,
    last,
    step,
  ],
  output: {
    progress: [
      "^Beginning frame: (?<frame>-?\\d+)",
      "^Render Complete (?<percent>\\d+)%",
      "^Frame -?\\d+ progress (?<percent>\\d+)% done",
      "^Finished frame: (?<finished>-?\\d+)",
    ],
    fatal: [
      "^Can't open scene file",
      "^Can't find \"",
      "Unable to access the scene file",
      "Cannot create temporary config directory",
    ],
  },
};
