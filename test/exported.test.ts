// Jobs of the farm as files: read again they are the same jobs.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { BatchJob, type NewBatchJob } from "../lib/batch";
import { fileOf } from "../lib/exported";
import { jobsOf } from "../lib/jobfile";

const time = (text: string) => text;
const words = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !text.includes("\0"));
const tricky = fc.oneof(
  words,
  fc.constantFrom("1-100", "0010", "1e3", "yes", "null", "~", "- x", "a: b", " x ", "a\nb\n"),
);
const ms = fc.oneof(fc.integer({ min: 1000, max: 86_400_000 }), fc.constantFrom(1000, 60_000, 1_200_000, 86_400_000));
const anyJob = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 30 }),
    command: fc.array(tricky, { minLength: 1, maxLength: 5 }).filter(([program]) => program !== ""),
    owner: fc.string({ maxLength: 10 }),
    frames: fc.constantFrom("1-100", "1", "10-1x3", "5,7"),
    env: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), tricky),
    memoryMb: fc.oneof(fc.nat(1_000_000), fc.constantFrom(1024, 4096, 1_048_576)),
    gpus: fc.integer({ min: 1, max: 8 }),
    retryDelayMs: ms,
    frameTimeoutMs: ms,
    silenceMs: ms,
    deleteAfterMs: fc.oneof(fc.constant(0), ms),
    stopped: fc.constant(true),
    exitMeanings: fc.constantFrom<NonNullable<NewBatchJob["exitMeanings"]>>({ fatal: [3, 4] }, { retry: [] }),
    output: fc.constantFrom<NonNullable<NewBatchJob["output"]>>(
      { fatal: ["^Error: \\d+"] },
      { progress: ["(?<percent>\\d+)%"] },
    ),
  },
  { requiredKeys: ["name", "command", "owner"] },
);

test("any job is the same after a file, as JSON and as YAML", () => {
  fc.assert(
    fc.property(anyJob, (job) => {
      const file = fileOf([{ number: 12, job }]);
      const whole = BatchJob.parse(job);
      for (const read of [JSON.parse(JSON.stringify(file)), Bun.YAML.parse(Bun.YAML.stringify(file, null, 2))])
        expect(jobsOf(read, { time }).map((one) => BatchJob.parse(one))).toEqual([whole]);
    }),
    { numRuns: 300 },
  );
});

test("several wait for each other by ids and for others by number, whatever their names and however many have the same", () => {
  const names = fc.array(fc.constantFrom("a", "a-13", "a-14", "7", "-", "日本", "shot 7: b/c", "x".repeat(200)), {
    minLength: 2,
    maxLength: 8,
  });
  fc.assert(
    fc.property(names, (names) => {
      const jobs = names.map((name, at) => ({
        number: 12 + at,
        job: {
          name,
          command: ["x"],
          after: [{ job: 3, until: "ended" as const }, ...(at > 0 ? [{ job: 11 + at }] : [])],
        } satisfies NewBatchJob,
      }));
      const read = jobsOf(fileOf(jobs), { time });
      expect(read.map(({ name }) => name)).toEqual(names);
      expect(new Set(read.map(({ id }) => id)).size).toBe(names.length);
      read.forEach(({ after }, at) => {
        const before = at > 0 ? [{ job: read[at - 1]!.id!, until: "finished" }] : [];
        expect(after).toEqual([{ job: 3, until: "ended" }, ...before] as never);
      });
    }),
  );
});

test("times and sizes stand there as people write them", () => {
  const job = { name: "x", command: ["x"], memoryMb: 4096, silenceMs: 1_200_000, deleteAfterMs: 0, retryDelayMs: 1500 };
  expect(fileOf([{ number: 1, job: { ...job, after: [{ job: 12 }, { job: 13, until: "frames" }] } }])).toEqual({
    name: "x",
    command: ["x"],
    memory: "4G",
    silence: "20m",
    deleteAfter: "0s",
    retryDelay: "1500ms",
    after: [12, { job: 13, until: "frames" }],
  });
});
