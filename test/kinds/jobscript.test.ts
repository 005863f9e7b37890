// The jobscript of a kind, run by the shells that slaves have.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { z } from "zod";
import { rangesOf } from "../../lib/environment";
import { parseFrames } from "../../lib/frames";
import { builtinKinds } from "../../lib/kinds";
import { jobscript, variablesOf } from "../../lib/kinds/jobscript";
import { field, first, frame, type Kind, last, padded, parseFields, step, value } from "../../lib/kinds/kind";
import { framesOfTask, taskCount } from "../../lib/tasks";
import { Bench, hostile, meant, shells } from "./shell";

const byRange: Kind = {
  name: "test",
  title: "Test",
  about: "A kind for tests.",
  program: "false",
  each: "range",
  startIn: "folder",
  fields: z.strictObject({
    scene: field.path("SCENE", "Scene", "A file"),
    folder: field.path("RD", "Folder", "A folder").optional(),
  }),
  words: () => ["it's $fixed `text`", ["--scene=", value("scene"), ":"], value("scene"), first, last, step],
};
const byFrame: Kind = { ...byRange, each: "frame", words: () => [frame, ["p", padded], value("scene")] };

test.each(shells)("in %s a renderer gets every value as it was given, from the slave or from the script", (shell) => {
  using bench = new Bench();
  for (const scene of hostile) {
    const fields = { scene, program: bench.program };
    const script = jobscript(byRange, fields, "sh");
    const expected = ["it's $fixed `text`", `--scene=${scene}:`, scene, "3", "9", "2"];
    const byHand = bench.run(shell, script, { DRQUEUE_RANGES: "3:9:2" });
    expect([scene, byHand.starts]).toEqual([scene, [expected]]);
    // The slave's translation of a path wins over what stands in the script.
    const other = jobscript(byRange, { scene: "/elsewhere", program: "/bin/false" }, "sh");
    const bySlave = bench.run(shell, other, { DRQUEUE_RANGES: "3:9:2", ...variablesOf(byRange, fields) });
    expect([scene, bySlave.starts, bySlave.code]).toEqual([scene, [expected], 0]);
  }
  expect(existsSync(join(bench.folder, "was-here"))).toBe(false);
});

describe.each(shells)("in %s", (shell) => {
  test.each(builtinKinds.map((kind) => [kind.name, kind] as const))("%s passes on hostile values", (_, kind) => {
    using bench = new Bench();
    const { required } = z.toJSONSchema(kind.fields, { io: "input" });
    const texts = Object.entries(kind.fields.shape).filter(
      ([name]) => kind.fields.safeParse({ ...must(kind), [name]: "x'y" }).success && name !== kind.startIn,
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const nasty of [hostile.join(" "), "-x"]) {
      for (const names of [texts.map(([name]) => name), required ?? []]) {
        const given = { ...must(kind), ...Object.fromEntries(names.map((name) => [name, `${nasty} ${name}`])) };
        const fields = { ...parseFields(kind, given), program: bench.program };
        const { starts, code } = bench.run(shell, jobscript(kind, fields, "sh"), { DRQUEUE_RANGES: "7:7:1" });
        const frames = { first: "7", last: "7", step: "1", number: "7", padded: "0007" };
        expect([starts, code]).toEqual([[meant(kind, fields, frames)], 0]);
      }
    }
  });

  test.each([0, 1, 7, 100, 255])("the script ends with the renderer's exit code %d", (exit) => {
    using bench = new Bench(`exit ${exit}`);
    for (const kind of [byRange, byFrame]) {
      const ran = bench.run(shell, jobscript(kind, { scene: "s", program: bench.program }, "sh"), {
        DRQUEUE_RANGES: "1:2:1 9:9:1",
      });
      expect(ran.code).toBe(exit);
      // Nothing is started behind the first that failed.
      if (exit !== 0) expect(ran.starts).toHaveLength(1);
    }
  });

  test("a renderer that was killed is told from one that failed", () => {
    using bench = new Bench("kill -KILL $$");
    const script = jobscript(byFrame, { scene: "s", program: bench.program }, "sh");
    expect(bench.run(shell, script, { DRQUEUE_RANGES: "1:3:1" })).toMatchObject({ code: 137 });
    bench.becomes("kill -TERM $$");
    expect(bench.run(shell, script, { DRQUEUE_RANGES: "1:3:1" })).toMatchObject({ code: 143 });
  });

  test("a later frame that fails fails the task, and a missing program does", () => {
    using bench = new Bench('[ "$1" = 2 ] && exit 9; exit 0');
    const fields = { scene: "s", program: bench.program };
    const ran = bench.run(shell, jobscript(byFrame, fields, "sh"), { DRQUEUE_RANGES: "1:3:1" });
    expect([ran.code, ran.starts.map(([one]) => one)]).toEqual([9, ["1", "2"]]);
    const missing = jobscript(byFrame, { scene: "s", program: "/no/such" }, "sh");
    expect(bench.run(shell, missing, {}).code).toBe(127);
  });

  test("frames are padded as names of logs are, and the renderer finds its frame in the variables", () => {
    using bench = new Bench('printf "%s\\0" 2 vars "$DRQUEUE_FRAME" "$DRQUEUE_PADFRAME" >>"$TOLD"');
    const script = jobscript(byFrame, { scene: "s", program: bench.program }, "sh");
    const env = { DRQUEUE_RANGES: "-5:5:5 12345:12345:1", DRQUEUE_PAD: "3", TOLD: join(bench.folder, "told") };
    const { starts } = bench.run(shell, script, { ...env, DRQUEUE_FRAME: "-5", DRQUEUE_PADFRAME: "-005" });
    expect(starts).toEqual([
      ...[
        ["-5", "p-005", "s"],
        ["-5", "-005"],
        ["0", "p000", "s"],
        ["0", "000"],
      ],
      ...[
        ["5", "p005", "s"],
        ["5", "005"],
        ["12345", "p12345", "s"],
        ["12345", "12345"],
      ],
    ]);
  });

  test("a kind that knows no frames below 0 renders nothing else instead", () => {
    using bench = new Bench();
    const script = jobscript({ ...byRange, lowestFrame: 0 }, { scene: "s", program: bench.program }, "sh");
    const ran = bench.run(shell, script, { DRQUEUE_RANGES: "-1:3:2" });
    expect([ran.code, ran.starts, ran.stderr]).toEqual([2, [], "Test renders no frames below 0\n"]);
  });

  test("the program starts in the folder of the kind's field, and fails where it is not", () => {
    using bench = new Bench();
    const fields = { scene: "s", program: bench.program, folder: "/" };
    expect(bench.run(shell, jobscript(byRange, fields, "sh"), {}).folders).toEqual(["/"]);
    const ran = bench.run(shell, jobscript(byRange, { ...fields, folder: "/no such" }, "sh"), {});
    expect([ran.starts, ran.code === 0]).toEqual([[], false]);
  });
});

describe("every frame of a task is rendered once", () => {
  const jobs = fc.record({
    from: fc.integer({ min: -30, max: 30 }),
    length: fc.integer({ min: 0, max: 40 }),
    step: fc.integer({ min: 1, max: 7 }),
    more: fc.array(fc.integer({ min: -50, max: 90 }), { maxLength: 4 }),
    downwards: fc.boolean(),
    block: fc.integer({ min: 1, max: 12 }),
    pick: fc.nat(),
  });

  test.each(shells.flatMap((shell) => [[shell, byRange] as const, [shell, byFrame] as const]))(
    "in %s",
    (shell, kind) => {
      // A function of the shell stands in for the program: that is much faster than starting one.
      const record = "told() { printf '%s;' \"$*\"; }\n";
      fc.assert(
        fc.property(fc.array(jobs, { minLength: 20, maxLength: 20 }), (many) => {
          const tasks = many.map(({ from, length, step, more, downwards, block, pick }) => {
            const ends = downwards ? `${from + length}-${from}` : `${from}-${from + length}`;
            const layout = { spans: parseFrames([`${ends}x${step}`, ...more].join(",")), order: "forward", block };
            return framesOfTask(layout as never, pick % taskCount(layout as never));
          });
          const script = jobscript(kind, { scene: "s", program: "told" }, "sh");
          const runs = tasks.map((frames) => `(DRQUEUE_RANGES='${rangesOf(frames)}'\n${script})\necho`);
          const { stdout } = Bun.spawnSync([shell], { stdin: Buffer.from(record + runs.join("\n")), env: {} });
          const lines = `${stdout}`.split("\n").slice(0, -1);
          expect(lines.map((line) => framesTold(kind, line))).toEqual(
            tasks.map((frames) => [...frames].sort((a, b) => a - b)),
          );
        }),
        { numRuns: 25 },
      );
    },
  );
});

function framesTold(kind: Kind, line: string): number[] {
  return line
    .split(";")
    .slice(0, -1)
    .flatMap((start) => {
      const words = start.split(" ");
      if (kind.each === "frame") return [Number(words[0])];
      const [from, to, by] = words.slice(-3).map(Number) as [number, number, number];
      return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, at) => from + at * by);
    });
}

/** The least that the kind wants. */
function must(kind: Kind): Record<string, string> {
  const { required = [] } = z.toJSONSchema(kind.fields, { io: "input" });
  return Object.fromEntries(required.map((name) => [name, "x"]));
}
