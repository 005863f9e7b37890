// Blender: the real one, where it is installed, and lines of other versions.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blender } from "../../lib/kinds/blender";
import { pictureOf } from "../../lib/pictures";
import { argvs, said } from "./argv";
import { rendered, sizeOf } from "./real";

test("is told what to render instead of what the scene says, before it is told to render", () => {
  const given = { scene: "/s.blend", image: "/o/####", format: "PNG", engine: "CYCLES", layer: "Two" };
  expect(argvs(blender, given, "1:7:3")).toEqual([
    "-b /s.blend -S Two -E CYCLES -o /o/#### -F PNG -x 1 -s 1 -e 7 -j 3 -a".split(" "),
  ]);
});

test("renders no frames below 0, which it would count from the scene's first", () => {
  expect(() => argvs(blender, { scene: "s" }, "-5:-4:1")).toThrow("exit 2: Blender renders no frames below 0");
});

test("says how far the frame is, whichever engine renders", () => {
  // Cycles of Blender 3.4, as seen; tiles of Blender 2.8 to 2.9; EEVEE: source/blender/draw/engines/eevee/eevee_render.c.
  const head = "Fra:3 Mem:9.91M (Peak 10.83M) | Time:00:00.05 | Mem:0.76M, Peak:0.76M | Scene, ViewLayer |";
  expect(said(blender, `${head} Sample 32/128`)).toEqual({ percent: 25, frame: 3 });
  expect(said(blender, `${head} Rendered 51/510 Tiles, Sample 32/128`)).toEqual({ percent: 10, frame: 3 });
  expect(said(blender, "Fra:12 Mem:60.1M (Peak 77.6M) | Time:00:01.05 | Rendering 16 / 64 samples")).toEqual({
    percent: 25,
    frame: 12,
  });
  expect(said(blender, `${head} Updating Scene BVH | Building BVH 0%`)).toBeUndefined();
});

test("has failed when it renders something else or nothing, not when it only forgets memory", () => {
  // All seen with Blender 3.4.
  for (const line of [
    "Error: Cannot read file '/s.blend': No such file or directory",
    "Error: Cannot render, no camera",
    "Error: engine not found 'NOPE'",
    "Error: Render error (Invalid argument) cannot save: '/o/p-001.png'",
    "Error: Format from '-F / --render-format' not known or not compiled in this release.",
    "Can't find scene: 'Two' in file: '/s.blend'",
    // https://docs.blender.org/manual/en/latest/render/cycles/gpu_rendering.html, "Error: Out of memory"
    "Error: Out of memory",
  ])
    expect([line, said(blender, line)]).toEqual([line, { fatal: true }]);
  expect(said(blender, "Error: Not freed memory blocks: 1, total unfreed memory 0.000214 MB")).toBeUndefined();
  expect(said(blender, "Error: Python: an add-on")).toEqual({ warning: true });
  expect(said(blender, "Warning: LIB: Object, 'OBTree' missing")).toEqual({ warning: true });
});

describe.skipIf(!Bun.which("blender"))("the Blender that is installed here (skipped where there is none)", () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-blender-"));
  const scene = join(folder, "it's a $scene.blend");
  const pictures = (name: string) => readdirSync(join(folder, name)).sort();

  beforeAll(() => {
    const lines = [
      "import bpy, sys",
      "scene = bpy.context.scene",
      "scene.render.engine = 'CYCLES'",
      "scene.cycles.samples = 1",
      "scene.cycles.use_denoising = False",
      "scene.render.resolution_x = scene.render.resolution_y = 8",
      "scene.render.resolution_percentage = 100",
      "bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])",
    ];
    const made = Bun.spawnSync(["blender", "-b", "--factory-startup", "--python-expr", lines.join("\n"), "--", scene]);
    if (made.exitCode !== 0) throw new Error(`${made.stderr}`);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("renders the frames of the task and no others, and says how far it is", () => {
    const { code, news } = rendered(blender, { scene, image: join(folder, "out", "a ####") }, "2:4:2 7:7:1");
    expect(code).toBe(0);
    expect(pictures("out")).toEqual(["a 0002.png", "a 0004.png", "a 0007.png"]);
    for (const frame of [2, 4, 7]) {
      expect(news).toContainEqual({ percent: 0, frame });
      expect(news).toContainEqual({ percent: 100, frame });
    }
    expect(news.filter(({ fatal }) => fatal)).toEqual([]);
  }, 60_000);

  test("renders one picture in parts that lie edge to edge", async () => {
    const given = { scene, image: join(folder, "parts", "p###"), parts: 3, still: 5 };
    const { code, news } = rendered(blender, given, "1:3:1");
    expect([code, news.filter(({ fatal }) => fatal)]).toEqual([0, []]);
    expect(pictures("parts")).toEqual(["p001.png", "p002.png", "p003.png"]);
    const sizes = await Promise.all(pictures("parts").map((name) => sizeOf(join(folder, "parts", name))));
    expect(sizes.map(([width]) => width)).toEqual([8, 8, 8]);
    expect(sizes.reduce((sum, [, height]) => sum + height, 0)).toBe(8);
  }, 60_000);

  test("writes its pictures where the kind says that they are", () => {
    for (const given of [
      { image: join(folder, "kind", "a.###.png") },
      { image: join(folder, "kind", "b"), format: "JPEG" },
      { image: join(folder, "kind", "c.##.tga"), format: "OPEN_EXR" },
    ]) {
      expect(rendered(blender, { scene, ...given }, "3:3:1").code).toBe(0);
      const pattern = blender.pictures!({ scene, ...given });
      expect([pattern, existsSync(pictureOf(pattern!, 3, 4)!)]).toEqual([pattern, true]);
    }
  }, 60_000);

  test("has failed without the file, or the scene in it, whatever its exit code", () => {
    const missing = rendered(blender, { scene: join(folder, "none.blend") }, "1:1:1");
    expect(missing.news).toContainEqual({ fatal: true });
    const other = rendered(blender, { scene, layer: "Nope", image: join(folder, "no", "#") }, "1:1:1");
    expect(other.news).toContainEqual({ fatal: true });
  }, 60_000);
});
