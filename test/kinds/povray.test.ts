// POV-Ray: the real one, where it is installed.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { povray } from "../../lib/kinds/povray";
import { argvs, said } from "./argv";
import { rendered, sizeOf } from "./real";

test("is started once for each frame, with names in quotes for itself", () => {
  expect(argvs(povray, { scene: "/a b.pov", image: "/o/shot.", quality: 3 }, "-1:7:8")).toEqual([
    ['+I"/a b.pov"', '+O"/o/shot.-0001.png"', "+W320", "+H240", "+Q3", "+K-1", "-D"],
    ['+I"/a b.pov"', '+O"/o/shot.0007.png"', "+W320", "+H240", "+Q3", "+K7", "-D"],
  ]);
});

test("says how far it is, warns and fails", () => {
  // All seen with POV-Ray 3.7.
  expect(said(povray, "Rendered 2048 of 3072 pixels (66%)")).toEqual({ percent: 66 });
  expect(said(povray, "Parse Warning: assumed_gamma not specified, so gamma_correction is turned off")).toEqual({
    warning: true,
  });
  expect(said(povray, "Possible Parse Error: Cannot find file 'nope.pov', even after trying to append")).toEqual({
    warning: true,
  });
  for (const line of [
    "Parse Error: Cannot open input file.",
    "Fatal error in parser: Cannot parse input.",
    "Render failed",
  ])
    expect(said(povray, line)).toEqual({ fatal: true });
});

describe.skipIf(!Bun.which("povray"))("the POV-Ray that is installed here (skipped where there is none)", () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-povray-"));
  const scene = join(folder, "it's a $scene.pov");
  const image = join(folder, "o'ut", "shot $x.");
  mkdirSync(join(folder, "o'ut"));
  // The ball goes a step to the right with each frame.
  writeFileSync(
    scene,
    "camera { location <0,0,-9> look_at 0 }\nlight_source { <2,4,-9> rgb 1 }\nsphere { <clock,0,0>, 1 pigment { rgb 1 } }\n",
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  test("renders each frame of the task at its own clock, and says how far it is", async () => {
    const { code, news } = rendered(povray, { scene, image, width: 64, height: 48 }, "-2:2:4 3:3:1");
    expect([code, news.filter(({ fatal }) => fatal)]).toEqual([0, []]);
    expect(news).toContainEqual({ percent: 100 });
    const names = readdirSync(join(folder, "o'ut")).sort();
    expect(names).toEqual(["shot $x.-0002.png", "shot $x.0002.png", "shot $x.0003.png"]);
    const files = names.map((name) => join(folder, "o'ut", name));
    expect(await sizeOf(files[0]!)).toEqual([64, 48]);
    const contents = await Promise.all(files.map(async (file) => Bun.hash(await Bun.file(file).bytes())));
    expect(new Set(contents).size).toBe(3);
  }, 60_000);

  test("has failed without the scene", () => {
    const { code, news } = rendered(povray, { scene: join(folder, "none.pov"), image }, "1:2:1");
    expect(code).toBe(1);
    expect(news).toContainEqual({ fatal: true });
  }, 60_000);
});
