// Cinema 4D, LightWave, Terragen and LuxCoreRender: what they are started with, and what is read from what they print.
import { describe, expect, test } from "bun:test";
import { cinema4d } from "../../lib/kinds/cinema4d";
import { lightwave } from "../../lib/kinds/lightwave";
import { luxrender } from "../../lib/kinds/luxrender";
import { terragen } from "../../lib/kinds/terragen";
import { argvs, said } from "./argv";

describe("Cinema 4D", () => {
  test("is started once for each range", () => {
    expect(argvs(cinema4d, { scene: "/mnt/a scene.c4d" })).toEqual([
      ["-nogui", "-render", "/mnt/a scene.c4d", "-frame", "1", "7", "3"],
      ["-nogui", "-render", "/mnt/a scene.c4d", "-frame", "20", "20", "1"],
    ]);
  });

  test("takes a take, an output, a format and a size", () => {
    const given = { scene: "/s.c4d", image: "/mnt/out/name", format: "EXR", take: "front", width: 1920, height: 1080 };
    expect(argvs(cinema4d, given, "1:1:1")[0]!.slice(7)).toEqual(
      ["-take", "front", "-oimage", "/mnt/out/name", "-oformat", "EXR"].concat("-oresolution", "1920", "1080"),
    );
  });

  test("is not started for frames below 0, which it would take for options", () => {
    expect(() => argvs(cinema4d, { scene: "/s.c4d" }, "-2:3:1")).toThrow("exit 2: Cinema 4D renders no frames below 0");
  });

  // Lines of the SDK's commandline.cpp; "Rendering frame" as Deadline's plug-in reads it.
  test("says which frame begins and how far it is", () => {
    expect(said(cinema4d, "Rendering frame 12 at <12.0>")).toEqual({ percent: 0, frame: 12 });
    expect(said(cinema4d, "Progress: 34%")).toEqual({ percent: 34 });
  });

  test.each([
    "Rendering failed: Asset missing",
    "Project not found",
    "Error loading project",
    "Error: no output image specified",
    "Image allocation out of memory (2)",
    "Files cannot be written - please check output paths!",
  ])("has failed when it says: %s", (line) => {
    expect(said(cinema4d, line)).toEqual({ fatal: true });
  });

  test.each([
    "Loading Project: /mnt/Project not found/s.c4d",
    "Rendering Phase: Main Render",
    "Rendering successful: 12.5 sec.",
    "msg: override output format to EXR",
  ])("says nothing by: %s", (line) => {
    expect(said(cinema4d, line)).toBeUndefined();
  });

  test("is not tried again where it was given no output", () => {
    // RENDERRESULT::NOOUTPUTSPECIFIED is 1002, of which a shell sees the lowest byte.
    expect(cinema4d.exitCodes).toEqual({ fatal: [1002 & 255] });
  });
});

describe("LightWave", () => {
  test("is started once for each range, with its folders", () => {
    const given = { scene: "/mnt/lw/Scenes/a scene.lws", projectfolder: "/mnt/lw", configfolder: "/mnt/lw config" };
    expect(argvs(lightwave, given)).toEqual([
      ["-3", "-c/mnt/lw config", "-d/mnt/lw", "/mnt/lw/Scenes/a scene.lws", "1", "7", "3"],
      ["-3", "-c/mnt/lw config", "-d/mnt/lw", "/mnt/lw/Scenes/a scene.lws", "20", "20", "1"],
    ]);
  });

  // The output that CGRU's parser quotes, and the progress that Deadline's plug-in reads.
  test("says which frame begins, how far it is, and when it is done", () => {
    expect(said(lightwave, "Beginning frame: 2")).toEqual({ percent: 0, frame: 2 });
    expect(said(lightwave, "Render Complete 34%")).toEqual({ percent: 34 });
    expect(said(lightwave, "Frame 2 progress 40% done")).toEqual({ percent: 40 });
    expect(said(lightwave, "Finished frame: 2")).toEqual({ percent: 100, frame: 2 });
  });

  test.each([
    "Can't open scene file",
    'Can\'t find "Objects/chair.lwo".',
    "Unable to access the scene file",
    "Cannot create temporary config directory",
  ])("has failed when it says: %s", (line) => {
    expect(said(lightwave, line)).toEqual({ fatal: true });
  });

  test.each(["Scene loaded.", "Preprocessing Frame...", "Render time: 11.0 seconds", "Pass completed"])(
    "says nothing by: %s",
    (line) => {
      expect(said(lightwave, line)).toBeUndefined();
    },
  );
});

describe("Terragen", () => {
  test("is started once for each frame of a project", () => {
    const command = (frame: number) => ["-p", "/mnt/a hill.tgd", "-hide", "-exit", "-r", "-f", `${frame}`];
    expect(argvs(terragen, { script: "/mnt/a hill.tgd" })).toEqual([1, 4, 7, 20].map(command));
    expect(argvs(terragen, { script: "/h.tgd", image: "/out/h.%04d.exr" }, "2:2:1")[0]!.slice(7)).toEqual([
      "-o",
      "/out/h.%04d.exr",
    ]);
  });

  // The command line of Terragen 0.9, from its Cmdline.txt.
  test("is started with the world and the terrain of a script", () => {
    expect(argvs(terragen, { script: "/test.tgs", world: "/test.tgw", terrain: "/test.ter" }, "34:34:1")).toEqual([
      ["-hide", "-exit", "-w", "/test.tgw", "-t", "/test.ter", "-s", "/test.tgs", "34"],
    ]);
  });

  // Made after the patterns of Deadline's plug-in: there is no list of its lines.
  test("says how far it is, warns and fails", () => {
    expect(said(terragen, "Rendered 45% of final pass")).toEqual({ percent: 45 });
    expect(said(terragen, "Warning: a texture is missing")).toEqual({ warning: true });
    expect(said(terragen, "Warning: Unable to find a valid license key")).toEqual({ fatal: true });
    expect(said(terragen, "ERROR: out of memory")).toEqual({ fatal: true });
    expect(said(terragen, "Starting render of ERROR: hill.tgd")).toBeUndefined();
  });
});

describe("LuxCoreRender", () => {
  test("is started once for each frame, with the file of the frame", () => {
    const files = ["0001", "0004", "0007", "0020"].map((frame) => [`/mnt/lux/a shot.${frame}.cfg`]);
    expect(argvs(luxrender, { scene: "/mnt/lux/a shot." })).toEqual(files);
    expect(argvs(luxrender, { scene: "/mnt/lux/", suffix: "/render.cfg" }, "3:3:1")).toEqual([
      ["/mnt/lux/0003/render.cfg"],
    ]);
  });

  test("renders scenes with one configuration, a size and limits", () => {
    const size = { width: 640, height: 480 };
    const given = { scene: "/lux/s", script: "/lux/all.cfg", projectfolder: "/lux", seconds: 10, samples: 64, ...size };
    expect(argvs(luxrender, given, "2:2:1")).toEqual([
      ["-d", "/lux", "-w", "640", "-e", "480"]
        .concat("-D", "batch.halttime", "10", "-D", "batch.haltspp", "64")
        .concat("-f", "/lux/s0002.scn", "/lux/all.cfg"),
    ]);
  });

  // As the format string in luxcoreconsole.cpp prints it.
  const line = (time: string, samples: string) =>
    `[LuxCore][14.1] [Elapsed time: ${time}sec][Samples ${samples}][Convergence 0.000000%][Avg. samples/sec  1.25M on 0.0K tris]`;

  test("says how far it is by samples, else by time, else nothing", () => {
    expect(said(luxrender, line("  3/0", "  16/64"))).toEqual({ percent: 25 });
    expect(said(luxrender, line("  3/10", "  16/0"))).toEqual({ percent: 30 });
    expect(said(luxrender, line("  3/0", "  16/0"))).toBeUndefined();
  });

  test("has failed when it says so", () => {
    expect(said(luxrender, "[LuxCore][0.1] RUNTIME ERROR: Unknown file extension: a.txt")).toEqual({ fatal: true });
    expect(said(luxrender, "ERROR: std::bad_alloc")).toEqual({ fatal: true });
    expect(said(luxrender, "[LuxCore][0.1] Reading /mnt/ERROR: no/scene.cfg")).toBeUndefined();
  });
});
