// What the output of a run tells while it grows: how far it is, warnings, and that it has failed.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { OutputRules } from "../../lib/rules";
import { Output } from "../../lib/slave/output";

const header = "# job 7 shot ERROR 99%\n# started now ERROR 99%\n# command ERROR 99%\n";
const rules: OutputRules = {
  progress: ["^frame (?<frame>-?\\d+)$", "(?<percent>\\d+)%", "^done (?<nth>\\d+)$"],
  warning: ["^careful"],
  fatal: ["ERROR"],
};

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-output-"));
  log = join(folder, "log");
  writeFileSync(log, header);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Prints pieces one after the other, with a look after each; returns what was known after each. */
function percents(output: Output, ...pieces: (string | Uint8Array)[]): (number | undefined)[] {
  return pieces.map((piece) => {
    appendFileSync(log, piece);
    output.look();
    return output.percent;
  });
}

describe("progress", () => {
  test("of a single frame is its percentage, also of lines that end with a return only", () => {
    const output = new Output(log, [1], rules);
    expect(percents(output, "start\n", "10%\r", "20%\r30%\r", "no news\r\n", "45.7%\r\n")).toEqual([
      undefined,
      10,
      30,
      30,
      30,
    ]);
    expect(percents(new Output(log, [1], { progress: ["(?<percent>[\\d.]+)%"] }), "45.7%\n")).toEqual([45]);
  });

  test("never goes back, as with renderers that make several passes", () => {
    expect(percents(new Output(log, [1], rules), "80%\n", "10%\n", "90%\n")).toEqual([80, 80, 90]);
  });

  test("of a block counts the frames that were named, whatever their order", () => {
    const output = new Output(log, [1, 2, 3, 4], rules);
    expect(percents(output, "frame 4\n", "50%\n", "frame 3\n50%\n", "frame 1\n", "frame 2\n", "100%\n")).toEqual([
      0, 12, 37, 50, 75, 100,
    ]);
  });

  test("of a block whose frames nobody names goes on where the percentage falls back", () => {
    const output = new Output(log, [1, 2], rules);
    expect(percents(output, "50%\n", "100%\n", "0%\n", "50%\n", "0%\n")).toEqual([25, 50, 50, 75, 75]);
  });

  test("of a block whose frames are counted goes on when the program is started for the next range", () => {
    const output = new Output(log, [1, 2, 3, 10], rules);
    expect(percents(output, "done 1\n", "done 2\n", "done 3\n", "done 1\n")).toEqual([25, 50, 75, 100]);
  });

  test("is between 0 and 100 and never falls, whatever is printed", () => {
    const line = fc.oneof(
      fc.integer({ min: -5, max: 999 }).map((number) => `${number}%`),
      fc.integer({ min: -3, max: 9 }).map((number) => `frame ${number}`),
      fc.nat({ max: 50 }).map((number) => `done ${number}`),
      fc.string(),
    );
    const frames = fc.uniqueArray(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.array(line)), (task, looks) => {
        writeFileSync(log, header);
        const output = new Output(log, task, rules);
        const seen = percents(output, ...looks.map((lines) => `${lines.join("\n")}\n`)).map((percent) => percent ?? 0);
        for (const [at, percent] of seen.entries()) {
          expect(percent).toBeWithin(seen[at - 1] ?? 0, 101);
          expect(Number.isInteger(percent)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test("what a rule takes for a number and is none is passed over", () => {
  const odd = {
    progress: ["frames (?<nth>\\w+)", "frame (?<frame>\\w+)", "(?<percent>\\w+)%", "(?<done>\\d) of (?<of>\\d)"],
  };
  const output = new Output(log, [1, 2], odd);
  expect(percents(output, "frames x\n", "1 of 2\n", "frames y\nframe z\n")).toEqual([undefined, 25, 25]);
});

describe("lines that tell", () => {
  test("are remembered, the first of each kind, and the header of the log is none of them", () => {
    const output = new Output(log, [1], rules);
    output.look();
    expect([output.fatal, output.percent]).toEqual([undefined, undefined]);
    percents(output, "careful one\ncareful two\n", "first ERROR\nsecond ERROR\n");
    expect([output.warning, output.fatal]).toEqual(["careful one", "first ERROR"]);
  });

  test("may come in pieces, cut through a letter, and without an end at the end of the run", () => {
    const output = new Output(log, [1], rules);
    const bytes = Buffer.from("careful: Ü\n");
    percents(output, bytes.subarray(0, 10), bytes.subarray(10), "ERR");
    expect(output.warning).toBe("careful: Ü");
    appendFileSync(log, "OR at the end");
    output.close();
    expect(output.fatal).toBe("ERROR at the end");
  });

  test("are found among bytes that are no text", () => {
    const output = new Output(log, [1], rules);
    percents(output, Buffer.from([0xff, 0xfe, 0, 0x80, 0xc3, 10, 0xf0, 10]), "careful\n");
    expect(output.warning).toBe("careful");
  });

  test("are found in the first 4096 characters of a line, without holding the rest of it", () => {
    const output = new Output(log, [1], rules);
    percents(output, `${"x".repeat(4000)}ERROR`, "y".repeat(100_000), "y\n");
    expect(output.fatal).toStartWith("xxx");
    const late = new Output(log, [1], rules);
    writeFileSync(log, `${header}${"x".repeat(5000)}ERROR\n`);
    late.look();
    expect(late.fatal).toBeUndefined();
  });
});

describe("a log that is not as it should be", () => {
  test("of 50 GB is read at its end, at once", () => {
    const file = openSync(log, "r+");
    ftruncateSync(file, 50e9);
    writeSync(file, "\n70%\nERROR at last\n", 50e9);
    closeSync(file);
    const output = new Output(log, [1], rules);
    const began = performance.now();
    expect(output.look()).toBe(true);
    expect(performance.now() - began).toBeLessThan(3000);
    expect([output.percent, output.fatal]).toEqual([70, "ERROR at last"]);
  });

  test("a pipe, a link or a folder in its place, or nothing at all: it holds nothing up and is not called silent", () => {
    const make: (() => void)[] = [
      () => Bun.spawnSync(["mkfifo", log]),
      () => symlinkSync("/dev/zero", log),
      () => symlinkSync("/etc/passwd", log),
      () => Bun.spawnSync(["mkdir", log]),
      () => {},
    ];
    for (const one of make) {
      rmSync(log, { recursive: true, force: true });
      one();
      const output = new Output(log, [1], { warning: ["."] });
      expect(output.look()).toBe(true);
      output.close();
      expect(output.warning).toBeUndefined();
    }
  });

  test("begun anew is read anew", () => {
    const output = new Output(log, [1], rules);
    percents(output, "10% of many words\n");
    writeFileSync(log, "careful\n");
    output.look();
    expect(output.warning).toBe("careful");
  });

  test("with lines that a rule takes very long for is not read any more, and that is said", () => {
    const output = new Output(log, [1], { progress: ["(?<percent>\\d+)%"], fatal: ["(.*)(.*)(.*)(.*)#"] });
    const began = performance.now();
    percents(output, "5%\n", `${"x".repeat(4000)}\n`, "50%\n");
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(output.percent).toBe(5);
    expect(output.warning).toContain("one of its rules takes too long");
    expect(output.look()).toBe(false);
    appendFileSync(log, "x");
    expect(output.look()).toBe(true);
  });
});
