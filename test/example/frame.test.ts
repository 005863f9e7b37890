import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderFrame, type Shot } from "../../example/render.ts";

const PROGRAM = join(import.meta.dir, "../../example/frame.ts");
const scratch = mkdtempSync(join(tmpdir(), "drqueue-example-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const tiny = (frame: number, last = 48): Shot => ({ frame, first: 1, last, width: 64, height: 36 });

function run(args: string[], env: Record<string, string> = {}): { code: number; out: string; err: string } {
  // Started elsewhere and with no other variables, as on a machine of the farm.
  const done = Bun.spawnSync([process.execPath, PROGRAM, ...args], { cwd: scratch, env });
  return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

function farthest(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b[i]!)), 0);
}

test("a frame rendered twice is the same picture", () => {
  expect(renderFrame(tiny(7)).rgb).toEqual(renderFrame(tiny(7)).rgb);
});

test("the frame after the last is the first again", () => {
  expect(renderFrame(tiny(49)).rgb).toEqual(renderFrame(tiny(1)).rgb);
});

test("the animation moves on where it starts over, without a jump", () => {
  const many = 1e8;
  // So many frames make the last one a hair before the first: what differs then is no more than rounding.
  expect(farthest(renderFrame(tiny(many, many)).rgb, renderFrame(tiny(1, many)).rgb)).toBeLessThanOrEqual(1);
  expect(farthest(renderFrame(tiny(24)).rgb, renderFrame(tiny(1)).rgb)).toBeGreaterThan(50);
});

test("every frame is bright and colourful: none comes out black or blank", () => {
  for (const frame of [1, 13, 25, 37]) {
    const { rgb } = renderFrame(tiny(frame));
    const mean = rgb.reduce((sum, byte) => sum + byte, 0) / rgb.length;
    expect(mean).toBeGreaterThan(90);
    expect(mean).toBeLessThan(220);
    expect(new Set(rgb).size).toBeGreaterThan(100);
  }
});

test("progress rises from nothing to all of the work", () => {
  const told: number[] = [];
  renderFrame(tiny(1), (done) => told.push(done));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told[0]).toBeGreaterThan(0);
  expect(told.at(-1)).toBe(1);
});

test("the program renders the frames of its task, tells how far it is, and leaves nothing but whole pictures", () => {
  const { code, out, err } = run(["pictures", "--width", "64"], {
    DRQUEUE_PADFRAMES: "0007 0008",
    DRQUEUE_FRAME: "7",
    DRQUEUE_STARTFRAME: "1",
    DRQUEUE_ENDFRAME: "48",
  });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("frame 7: 25 %\n");
  expect(out).toContain("frame 8: 100 %\n");
  expect(readdirSync(join(scratch, "pictures")).sort()).toEqual(["frame.0007.png", "frame.0008.png"]);
  const file = readFileSync(join(scratch, "pictures/frame.0007.png"));
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([64, 36]);
});

test("the frame is taken from DRQUEUE_FRAME where there is no list, and from --frame before both", () => {
  expect(run(["one", "--width", "16"], { DRQUEUE_FRAME: "3" }).code).toBe(0);
  expect(run(["one", "--width", "16", "--frame", "4"], { DRQUEUE_PADFRAMES: "0003" }).code).toBe(0);
  expect(readdirSync(join(scratch, "one")).sort()).toEqual(["frame.0003.png", "frame.0004.png"]);
});

writeFileSync(join(scratch, "file"), "");
const mistakes: [what: string, args: string[], env: Record<string, string>, says: string][] = [
  ["no folder", [], { DRQUEUE_FRAME: "1" }, "usage:"],
  ["no frame", ["."], {}, "no frame given"],
  ["a frame that is no number", ["."], { DRQUEUE_PADFRAMES: "0001 two" }, '"two" is not a frame number'],
  ["a loop that ends before it starts", ["."], { DRQUEUE_FRAME: "1", DRQUEUE_STARTFRAME: "60" }, "before it starts"],
  ["a folder that is a file", ["file"], { DRQUEUE_FRAME: "1" }, "cannot write into file: it is not a folder"],
  ["a folder in a folder that is not there", ["none/x"], { DRQUEUE_FRAME: "1" }, "cannot write into none/x"],
  ["an option it does not know", [".", "--size", "9"], {}, "--size"],
  ["a negative frame", [".", "--frame", "-5"], {}, "--frame"],
];
for (const [what, args, env, says] of mistakes) {
  test(`given ${what}, the program says so in one line and fails with code 1`, () => {
    const { code, out, err } = run(args, env);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(says);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
}
