// Blender: https://docs.blender.org/manual/en/latest/advanced/command_line/arguments.html; what it prints was seen with Blender 3.4.
import { z } from "zod";
import { field, first, type Kind, last, step, value, when } from "./kind";
import { blenderPictures } from "./pictures";

// Renders stripes of one picture, part 1 at the top. It gets its numbers as the last five arguments; its text is fixed.
const stripes = [
  "import bpy, sys",
  "first, last, step, parts, still = map(int, sys.argv[-5:])",
  "scene = bpy.context.scene",
  "render = scene.render",
  "image = render.filepath",
  "scene.frame_set(still)",
  "render.use_border = render.use_crop_to_border = True",
  "render.border_min_x, render.border_max_x = 0, 1",
  "for part in range(first, last + 1, step):",
  " render.filepath = image",
  " render.filepath = render.frame_path(frame=part)",
  " render.border_min_y, render.border_max_y = (parts - part) / parts, (parts - part + 1) / parts",
  " bpy.ops.render.render(write_still=True)",
].join("\\n");

export const blender: Kind = {
  name: "blender",
  title: "Blender",
  about:
    "Renders frames of a .blend file with the engine, camera and output that the file names, unless told otherwise here. With parts, frame N of the job is stripe N of one picture.",
  program: "blender",
  each: "range",
  // A frame below 0 counts from the scene's own first frame there.
  lowestFrame: 0,
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "The .blend file, on storage that all slaves see"),
    image: field.path("IMAGE", "Output", "Where pictures go, #### for the frame; else as the scene says").optional(),
    format: field.text("FFORMAT", "Format", "PNG, OPEN_EXR, JPEG, ...; else as the scene says").optional(),
    engine: field.text("RENDERER", "Engine", "CYCLES, BLENDER_EEVEE, ...; else as the scene says").optional(),
    layer: field.text("PASS", "Scene name", "A scene inside the file; else the one that was open").optional(),
    parts: field
      .number("PARTS", "Parts", "Stripes of one picture, as many as the job has frames", 1, 10_000)
      .optional(),
    still: field.number("STILL", "Frame in parts", "The frame that is rendered in parts", 0).default(1),
  }),
  // The order matters to Blender: what comes behind -a has no effect on the frames it renders.
  words: ({ image, format, engine, layer, parts }) => [
    "-b",
    value("scene"),
    ...when(layer, "-S", value("layer")),
    ...when(engine, "-E", value("engine")),
    ...when(image, "-o", value("image")),
    ...when(format, "-F", value("format"), "-x", "1"),
    ...(parts === undefined
      ? ["-s", first, "-e", last, "-j", step, "-a"]
      : [
          "--python-exit-code",
          "1",
          "--python-expr",
          `exec("${stripes}")`,
          "--",
          first,
          last,
          step,
          value("parts"),
          value("still"),
        ]),
  ],
  pictures: blenderPictures,
  output: {
    progress: [
      "^Fra:(?<frame>-?\\d+) .*\\| Rendered (?<done>\\d+)/(?<of>\\d+) Tiles",
      "^Fra:(?<frame>-?\\d+) .*\\| Sample (?<done>\\d+)/(?<of>\\d+)",
      "^Fra:(?<frame>-?\\d+) .*\\| Rendering +(?<done>\\d+) / (?<of>\\d+) samples",
      "^Fra:(?<frame>-?\\d+) .*\\| (?:Synchronizing|Initializing)",
    ],
    // "Error: Not freed memory blocks" at its end is no failure, so only those are fatal after which a picture is missing or wrong.
    warning: ["^Warning: ", "^Error: (?!Not freed memory blocks)"],
    fatal: [
      "^Error: (?:Cannot |Render error |engine not found|Format from )",
      "^Can't find scene: ",
      "^(?:Error: )?Out of [Mm]emory",
    ],
  },
};
