// What the form of a job makes of texts, and texts of a job: nothing of a job that is submitted again gets lost.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { NewBatchJob } from "../../lib/client";
import { builtinKinds, kindInfo } from "../../lib/kinds";
import { joinWords, splitLine } from "../../lib/page/submit/command-line";
import { draftOf, nothing, problemsIn, submissionOf } from "../../lib/page/submit/draft";
import { framesSaid } from "../../lib/page/submit/frames-said";
import { settings } from "../../lib/page/submit/settings";
import { Submission } from "../../lib/submission";

const kinds = builtinKinds.map(kindInfo);
const blender = kinds.find(({ name }) => name === "blender")!;
const anyText = fc.string({ unit: "grapheme", maxLength: 30 });
/** With all that has a meaning somewhere in the form. */
const oddText = fc.oneof(anyText, fc.stringMatching(/^[ '"\\$\r\n\t,:=a1-]{1,12}$/));

describe("a command line", () => {
  test("is cut into words as a shell does, which runs nothing", () => {
    const words = (line: string) => splitLine(line).words;
    expect(words(`povray +Iscene.pov  "+O/mnt/my pictures/a" 'it''s' '' x\\ y`)).toEqual([
      "povray",
      "+Iscene.pov",
      "+O/mnt/my pictures/a",
      "its",
      "",
      "x y",
    ]);
    expect(words(`"a\\"b\\\\c" "C:\\shows" 'C:\\shows'`)).toEqual([`a"b\\c`, "C:\\shows", "C:\\shows"]);
    expect(words("a\nb\t c")).toEqual(["a", "b", "c"]);
    expect(words("$HOME `id` * ; rm -rf / > x")).toEqual(["$HOME", "`id`", "*", ";", "rm", "-rf", "/", ">", "x"]);
  });

  test("says which sign only a shell would understand", () => {
    const sign = (line: string) => splitLine(line).sign;
    expect([sign("a | b"), sign('a "$X"'), sign("a > b"), sign("*.png")]).toEqual(["|", "$", ">", "*"]);
    expect([sign("a '|' {frame}"), sign("a \\$X"), sign('"\\$X"')]).toEqual([undefined, undefined, undefined]);
  });

  test("with an open quote is refused with its place", () => {
    expect(() => splitLine("echo 'abc")).toThrow("the quote before 'abc' is not closed");
    expect(() => splitLine('echo "abc\\"')).toThrow("is not closed");
  });

  test("is made of any words so that they come out again", () => {
    fc.assert(
      fc.property(fc.array(oddText), (words) => {
        expect(splitLine(joinWords(words)).words).toEqual(words);
      }),
    );
  });

  test.skipIf(!Bun.which("sh"))("is cut as sh cuts it", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ '"\\a]{0,6}$/), { maxLength: 4 }), (words) => {
        const printed = Bun.spawnSync(["sh", "-c", `printf '%s\\0' x ${joinWords(words)}`]).stdout.toString();
        expect(printed.split("\0").slice(1, -1)).toEqual(words);
      }),
      { numRuns: 25 },
    );
  });
});

const whole = (max: number, min = 0) => fc.integer({ min, max });
const nameWord = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/);
const ms = fc.oneof(whole(3_000_000_000, 1000), fc.constantFrom(30_000, 1_200_000, 604_800_000));

/** Jobs as the farm tells them, with what the form can say and what it can not. */
const job: fc.Arbitrary<NewBatchJob> = fc
  .record(
    {
      frames: fc.constantFrom("1-100", "1-100x5", "10-1, 5", "-5-3"),
      block: whole(10_000, 1),
      order: fc.constantFrom("forward", "reverse", "bisect", "coarse:7"),
      pad: whole(12, 1),
      priority: whole(1_000_000),
      pool: fc.uniqueArray(nameWord, { minLength: 1, maxLength: 3 }).map((names) => names.sort().join(",")),
      owner: oddText,
      retries: whole(1000),
      exitCodes: fc.constantFrom("strict", "drqueue"),
      env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/), oddText),
      folder: oddText,
      stopped: fc.constant(true),
      os: fc.constantFrom("LINUX", "LINUX,OSX"),
      memoryMb: whole(100_000_000),
      gpus: whole(64),
      licences: fc.dictionary(nameWord, whole(1000, 1)),
      maxSlots: whole(1_000_000, 1),
      notBefore: fc
        .date({ min: new Date("2026-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      blocked: fc.array(oddText.filter((name) => name !== "")),
      after: fc.array(
        fc.record({ job: whole(2_000_000_000, 1), until: fc.constantFrom("finished", "ended", "frames") }),
      ),
      exitMeanings: fc.constant({ fatal: [3, 4] }),
      output: fc.constant({ warning: ["^x"], progress: [] }),
      pictures: oddText,
      retryDelayMs: ms,
      frameTimeoutMs: ms,
      silenceMs: ms,
      slaveFailures: whole(1000),
      deleteAfterMs: fc.oneof(ms, fc.constant(0)),
      newerThanThisPage: fc.constant([1]),
    },
    { requiredKeys: [] },
  )
  .chain((rest) =>
    fc.oneof(
      fc
        .array(oddText, { minLength: 1 })
        .filter(([program]) => program !== "")
        .map((command) => ({ name: "shot7", command, ...rest })),
      fc
        .record({
          scene: oddText.filter((text) => text !== ""),
          parts: whole(100, 1),
          more: fc.constant(true),
        })
        .map((fields) => ({ name: "shot7", kind: "blender", fields, ...rest })),
    ),
  ) as unknown as fc.Arbitrary<NewBatchJob>;

describe("a job that is submitted again", () => {
  test("is the same job when nothing was changed, also in what the form has no place for", () => {
    fc.assert(
      fc.property(job, (given) => {
        const kind = given.kind === undefined ? undefined : blender;
        const draft = draftOf(given, kind);
        const { job, wrong, missing } = submissionOf(JSON.parse(JSON.stringify(draft)), kind);
        expect({ wrong, missing }).toEqual({ wrong: {}, missing: {} });
        // An empty text is as good as none.
        const said = Object.entries(given).filter(([, value]) => value !== "");
        expect(job as object).toEqual(Object.fromEntries(said));
      }),
      { numRuns: 300 },
    );
  });

  test("takes along what no text can say until it is written anew", () => {
    const draft = draftOf({ name: "a", command: ["true"], env: { A: "1\n2" } }, undefined);
    expect(draft.rest).toEqual({ env: { A: "1\n2" } });
    const { job } = submissionOf({ ...draft, texts: { ...draft.texts, env: "B=2" } }, undefined);
    expect(job).toEqual({ name: "a", command: ["true"], env: { B: "2" } });
  });
});

describe("what a person writes", () => {
  const read = (texts: Record<string, string>) =>
    submissionOf({ ...nothing, texts: { command: "true", ...texts } }, undefined);

  test("becomes what the farm takes", () => {
    const { job, wrong } = read({
      frames: "1-100x4",
      memoryMb: " 4G ",
      pool: "maya, nuke",
      os: "linux osx",
      licences: "nuke, maya:2",
      silenceMs: "10m",
      deleteAfterMs: "0s",
      after: "12, 15 ended,16 frames",
      env: "A=1\n\nB=x=y ",
      notify: "ana@studio.example\nhttps://hook.example/x error, failed",
      stopped: "yes",
      notBefore: "2031-12-24T22:00",
    });
    expect(wrong).toEqual({});
    expect(job).toMatchObject({
      name: "true",
      memoryMb: 4096,
      pool: "maya,nuke",
      licences: { nuke: 1, maya: 2 },
      silenceMs: 600_000,
      deleteAfterMs: 0,
      after: [
        { job: 12, until: "finished" },
        { job: 15, until: "ended" },
        { job: 16, until: "frames" },
      ],
      env: { A: "1", B: "x=y " },
      notify: [
        { to: "mailto:ana@studio.example", on: ["finished", "failed"] },
        { to: "https://hook.example/x", on: ["error", "failed"] },
      ],
      stopped: true,
      notBefore: new Date(2031, 11, 24, 22).toISOString(),
    });
    expect(Submission.safeParse(job)).toMatchObject({ success: true });
  });

  test("is refused in words at its place", () => {
    const { wrong } = read({
      frames: "1-10x",
      block: "0",
      order: "sideways",
      priority: "high",
      memoryMb: "lots",
      silenceMs: "10",
      licences: "nuke:many",
      after: "12 sometime",
      env: "1A=2",
      notify: "ana",
      pictures: "shot.png",
    });
    expect(Object.keys(wrong).sort()).toEqual(
      [
        "after",
        "block",
        "env",
        "frames",
        "licences",
        "memoryMb",
        "notify",
        "order",
        "pictures",
        "priority",
        "silenceMs",
      ].sort(),
    );
    expect(wrong.frames).toBe("expected a step after 'x'\n1-10x\n     ^");
    expect(wrong.env).toContain("'1A=2'");
    expect(submissionOf(nothing, undefined).missing).toEqual({ command: "write a program, and its arguments" });
    expect(submissionOf(nothing, blender).missing).toEqual({ "fields.scene": "Scene is needed" });
  });

  test("without a name has that of its scene or program", () => {
    const name = (fields: Record<string, string>, command = "") =>
      submissionOf({ ...nothing, fields, texts: { command } }, command ? undefined : blender).job.name;
    expect(name({ scene: "/mnt/show/shot 7.blend" })).toBe("shot 7.blend");
    expect(name({ scene: "S:\\show\\shot7.blend" })).toBe("shot7.blend");
    expect(name({ scene: "/mnt/show/" })).toBe("blender");
    expect(name({}, "/usr/bin/render -x")).toBe("render");
  });

  test("never fails to be read, whatever it is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...settings.map(({ name }) => name)), oddText), (texts) => {
        expect(submissionOf({ ...nothing, texts }, undefined).job.name).toBeString();
      }),
    );
  });
});

describe("what frames mean", () => {
  test("is said in frames, tasks and the first of them", () => {
    expect(framesSaid("1-100x4", 1, "forward")).toBe("25 frames in 25 tasks: 1 5 9 13 17 21 25 29 …");
    expect(framesSaid("1-25", 4, "forward")).toBe("25 frames in 7 tasks: 1-4 5-8 9-12 13-16 17-20 21-24 25");
    expect(framesSaid("1-100", 1, "coarse:10")).toBe("100 frames in 100 tasks: 1 11 21 31 41 51 61 71 …");
    expect(framesSaid("1", 1, "forward")).toBe("1 frame in 1 task: 1");
  });

  test("is said at once of a billion frames, and in few words of scattered ones", () => {
    expect(framesSaid("1-999999999", 10_000, "bisect")).toStartWith("999,999,999 frames in 100,000 tasks: 1-10000 ");
    const scattered = Array.from({ length: 5000 }, (_, at) => at * at).join(",");
    expect(framesSaid(scattered, 10_000, "forward").length).toBeLessThan(100);
  });
});

describe("what the farm refuses", () => {
  test("is told at the settings and fields that it names", () => {
    expect(problemsIn("retries: Too big: expected number to be <=1000", undefined)).toEqual({
      retries: "Too big: expected number to be <=1000",
    });
    expect(problemsIn("env.A: may not contain a NUL character (and 1 more)", undefined)).toEqual({
      env: "may not contain a NUL character (and 1 more)",
    });
    expect(problemsIn("job 12 is not there any more", undefined)).toBe("job 12 is not there any more");
    expect(problemsIn("constructor: nothing", undefined)).toBe("constructor: nothing");
  });

  test("of a kind is told at each of its fields", () => {
    const detail =
      'kind blender: it needs scene: The .blend file; on storage; parts is a whole number from 1 to 10000, not 0; format: no; it has no field "x"';
    expect(problemsIn(detail, blender)).toEqual({
      "fields.scene": "it needs scene: The .blend file; on storage",
      "fields.parts": "parts is a whole number from 1 to 10000, not 0",
      "fields.format": 'format: no; it has no field "x"',
    });
    expect(problemsIn("kind blender: it cannot be", blender)).toBe("kind blender: it cannot be");
  });
});
