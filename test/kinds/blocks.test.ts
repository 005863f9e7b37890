// How far a task of several frames is, as its slave reads it from what the renderer prints; and that the kinds are sound.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aftereffects } from "../../lib/kinds/aftereffects";
import { checkKind } from "../../lib/kinds/check";
import { cinema4d } from "../../lib/kinds/cinema4d";
import { karma } from "../../lib/kinds/karma";
import type { Kind } from "../../lib/kinds/kind";
import { lightwave } from "../../lib/kinds/lightwave";
import { luxrender } from "../../lib/kinds/luxrender";
import { mantra } from "../../lib/kinds/mantra";
import { nuke } from "../../lib/kinds/nuke";
import { shake } from "../../lib/kinds/shake";
import { terragen } from "../../lib/kinds/terragen";
import { Output } from "../../lib/slave/output";
import { headerLines } from "../../lib/slave/run-log";

/** The percent of a task of these frames after each of the lines. */
function course(kind: Kind, frames: number[], lines: string[]): (number | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-course-"));
  try {
    const log = join(folder, "log");
    let text = "# header\n".repeat(headerLines);
    writeFileSync(log, text);
    const output = new Output(log, frames, kind.output!);
    return lines.map((line) => {
      text += `${line}\n`;
      writeFileSync(log, text);
      output.look();
      return output.percent;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const frames = [1, 4, 7, 20];

test("a task of nuke is further with each frame that is written", () => {
  const lines = [
    "Nuke 15.1v1, 64 bit",
    "Frame 1 (1 of 3)",
    "Frame 4 (2 of 3)",
    "Frame 7 (3 of 3)",
    "Frame 20 (1 of 1)",
  ];
  expect(course(nuke, frames, lines)).toEqual([undefined, 25, 50, 75, 100]);
});

test("a task of After Effects is further with each frame that aerender counts, also where it counts anew", () => {
  const line = (nth: number) => `PROGRESS:  0:00:00:00 (${nth}): 0 Seconds`;
  expect(course(aftereffects, frames, [line(1), line(2), line(3), line(1)])).toEqual([25, 50, 75, 100]);
});

test("a task of Cinema 4D is further within its frames", () => {
  const lines = ["Rendering frame 1 at <1.0>", "Progress: 50%", "Rendering frame 4 at <4.0>", "Progress: 50%"];
  expect(course(cinema4d, frames, lines)).toEqual([0, 12, 25, 37]);
});

test("a task of LightWave is further within its frames", () => {
  const lines = [
    "Beginning frame: 1",
    "Render Complete 52%",
    "Finished frame: 1",
    "Beginning frame: 4",
    "Finished frame: 4",
  ];
  expect(course(lightwave, frames, lines)).toEqual([0, 13, 25, 25, 50]);
});

for (const kind of [mantra, karma]) {
  test(`a task of ${kind.name} is further within its frames, whose numbers it does not say`, () => {
    const lines = [0, 50, 100, 0, 50].map((percent) => `ALF_PROGRESS ${percent}%`);
    expect(course(kind, frames, lines)).toEqual([0, 12, 25, 25, 37]);
  });
}

test.each([aftereffects, cinema4d, karma, lightwave, luxrender, mantra, nuke, shake, terragen])(
  "$name is sound",
  (kind) => {
    expect(checkKind(kind).name).toBe(kind.name);
  },
);
