// V-Ray Standalone, the RIB renderers and scripts: what they are started with, and what is read from what they print.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aqsis } from "../../lib/kinds/aqsis";
import { general } from "../../lib/kinds/general";
import { jobscript } from "../../lib/kinds/jobscript";
import { pixie } from "../../lib/kinds/pixie";
import { threedelight } from "../../lib/kinds/threedelight";
import { vray } from "../../lib/kinds/vray";
import { argvs, said } from "./argv";

const quiet = ["-display=0", "-progressUseCR=0", "-progressUseColor=0"];

test("V-Ray takes ranges with their step, and never opens a window", () => {
  expect(argvs(vray, { scene: "/a b.vrscene" })).toEqual([
    ["-sceneFile=/a b.vrscene", "-frames=1-7,3", ...quiet],
    ["-sceneFile=/a b.vrscene", "-frames=20-20,1", ...quiet],
  ]);
  const given = { scene: "s", image: "/o/i.exr", camera: "c", width: 4, height: 3, engine: "5" };
  expect(argvs(vray, given, "1:1:1")[0]).toEqual([
    ...[
      "-sceneFile=s",
      "-frames=1-1,1",
      "-imgFile=/o/i.exr",
      "-camera=c",
      "-imgWidth=4",
      "-imgHeight=3",
      "-rtEngine=5",
    ],
    ...quiet,
  ]);
  expect(() => argvs(vray, { scene: "s" }, "-2:-1:1")).toThrow("renders no frames below 0");
});

test("V-Ray says how far it is, which frame begins, and warns", () => {
  // As readers of V-Ray Standalone's output take them: Gaffer's for Deadline, CGRU's vray.py.
  expect(said(vray, "[2023/Aug/10|17:33:59] [812 MB] Rendering image...: 45.2%")).toEqual({ percent: 45.2 });
  expect(said(vray, "Rendering image...: done")).toBeUndefined();
  expect(said(vray, "[2023/Aug/10|17:33:56] [15 MB] Starting frame 12.")).toEqual({ percent: 0, frame: 12 });
  // https://github.com/ynput/OpenPype/pull/5420
  const warning =
    "[2023/Aug/10|17:33:55] [15 MB] warning: The parameter 'interactive' has been removed and so it has been ignored!";
  expect(said(vray, warning)).toEqual({ warning: true });
});

test("Aqsis gets the file of each frame, and says how far it is", () => {
  expect(argvs(aqsis, { scene: "/r/shot." }, "1:3:2")).toEqual([
    ["-progress", "-nocolor", "/r/shot.0001.rib"],
    ["-progress", "-nocolor", "/r/shot.0003.rib"],
  ]);
  // Its default format, "Frame (%f) %p%% complete [ %s secs / %S left ]", where %p takes six places.
  expect(said(aqsis, "Frame (3)  45.67% complete [ 3 secs / 4 left ]   ")).toEqual({ percent: 45.67, frame: 3 });
});

test("3Delight gets a frame of one file, or the file of the frame", () => {
  expect(argvs(threedelight, { scene: "s.rib" }, "1:3:2")).toEqual([
    ["-progress", "-frames", "1", "1", "s.rib"],
    ["-progress", "-frames", "3", "3", "s.rib"],
  ]);
  expect(argvs(threedelight, { scene: "/n/shot.", suffix: ".nsi" }, "7:7:1")).toEqual([
    ["-progress", "/n/shot.0007.nsi"],
  ]);
  expect(said(threedelight, "3DL ERROR L2033: cannot open file")).toEqual({ fatal: true });
});

test("Pixie takes the step between the first and the last frame", () => {
  expect(argvs(pixie, { scene: "s.rib" })).toEqual([
    ["-f", "1:3:7", "s.rib"],
    ["-f", "20:1:20", "s.rib"],
  ]);
});

test("a script of one's own runs once for each frame, which it finds in its arguments and variables", () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-general-"));
  try {
    const script = join(folder, "my script.sh");
    writeFileSync(script, 'echo "$1 $DRQUEUE_FRAME $DRQUEUE_PADFRAME $DRQUEUE_SCRIPT"; [ "$1" -ne 7 ] || exit 5\n');
    const run = Bun.spawnSync(["sh", "-c", jobscript(general, { script }, "sh")], {
      env: { PATH: process.env.PATH!, DRQUEUE_RANGES: "3:9:4", DRQUEUE_PAD: "3" },
    });
    expect(`${run.stdout}`).toBe(`3 3 003 ${script}\n7 7 007 ${script}\n`);
    expect(run.exitCode).toBe(5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
