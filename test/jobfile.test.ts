// Job files: what people may write, and what becomes of it.
import { describe, expect, test } from "bun:test";
import { checkNames, type NewBatchJob } from "../lib/batch";
import { jobFileSchema, jobsOf } from "../lib/jobfile";
import { Submission } from "../lib/submission";

const read = (given: unknown, over: Partial<NewBatchJob> = {}) =>
  jobsOf(given, {
    over,
    time(text) {
      if (text === "soon") throw new Error("'soon' is not a time");
      return "2099-01-01T00:00:00.000Z";
    },
  });
const job = (given: object) => read({ name: "x", command: ["x"], ...given })[0]!;

test("times, sizes, lists and numbers are written as people do", () => {
  expect(
    job({
      command: ["render", 1, 0.5],
      frames: 7,
      memory: "4G",
      retryDelay: "30s",
      frameTimeout: "1.5h",
      silence: null,
      deleteAfter: "7d",
      notBefore: "22:00",
      pool: ["maya", "night"],
      os: ["linux", "osx"],
      blocked: ["rack7", 12],
      env: { QUALITY: 2, NAME: "x" },
    }),
  ).toEqual({
    name: "x",
    command: ["render", "1", "0.5"],
    frames: "7",
    memoryMb: 4096,
    retryDelayMs: 30_000,
    frameTimeoutMs: 5_400_000,
    silenceMs: null,
    deleteAfterMs: 604_800_000,
    notBefore: "2099-01-01T00:00:00.000Z",
    pool: "maya,night",
    os: "LINUX,OSX",
    blocked: ["rack7", "12"],
    env: { QUALITY: "2", NAME: "x" },
  });
});

test("the names of the wire are understood as well, and $schema is passed over", () => {
  expect(job({ $schema: "https://farm/schemas/job.json", memoryMb: 100, silenceMs: 5000 })).toEqual({
    name: "x",
    command: ["x"],
    memoryMb: 100,
    silenceMs: 5000,
  });
  expect(read({ $schema: "x", jobs: [{ command: ["x"] }] })).toHaveLength(1);
});

test("what a job waits for is a number, an id, or either with until when", () => {
  const others = ["a", "b"].map((id) => ({ id, command: ["x"] }));
  const after = (given: unknown) => read([...others, { command: ["x"], after: given }])[2]!.after;
  expect(after(12)).toEqual([{ job: 12, until: "finished" }]);
  expect(after("a")).toEqual([{ job: "a", until: "finished" }]);
  expect(after(["a", "12", { job: "b", until: "frames" }, { job: 7 }])).toEqual([
    { job: "a", until: "finished" },
    { job: 12, until: "finished" },
    { job: "b", until: "frames" },
    { job: 7, until: "finished" },
  ]);
});

test("defaults count for jobs that say nothing else, and flags count more than both", () => {
  const jobs = read(
    {
      defaults: { pool: "night", memory: "1G", priority: 7, env: { A: "1", B: "1" } },
      jobs: [{ command: ["x"] }, { command: ["y"], memoryMb: 5, env: { B: "2" } }],
    },
    { priority: 900, env: { C: "3" } },
  );
  expect(jobs).toEqual([
    { name: "x", command: ["x"], pool: "night", memoryMb: 1024, priority: 900, env: { A: "1", B: "1", C: "3" } },
    { name: "y", command: ["y"], pool: "night", memoryMb: 5, priority: 900, env: { A: "1", B: "2", C: "3" } },
  ]);
});

test.each<[object, string]>([
  [{ id: "comp", command: ["/bin/x"] }, "comp"],
  [{ command: ["/mnt/scripts/shot7.sh", "a"] }, "shot7.sh"],
  [{ command: ["C:\\tools\\render.exe"] }, "render.exe"],
  [{ kind: "blender", fields: { scene: "/mnt/shot7.blend" } }, "shot7.blend"],
  [{ kind: "general" }, "general"],
  [{ command: ["/mnt/"] }, "job"],
])("%j without a name is called %j", (given, name) => {
  expect(read(given)[0]!.name).toBe(name);
});

describe("what is wrong is told in one line, with the job and the field", () => {
  const x = { command: ["x"] };
  test.each<[unknown, string]>([
    [null, "there is no job in it"],
    ["text", "write fields, as name: shot7"],
    [{ name: "x" }, "give either a command or a kind"],
    [{ ...x, fraems: "1" }, "there is no field 'fraems': did you mean frames?"],
    [{ command: "render -f 1" }, "command: write a list of words, as [render, -f, 1]"],
    [{ command: ["x", true] }, "command.1: write a text, in quotes if it looks like something else"],
    [{ ...x, env: { A: true } }, "env.A: write a text, in quotes"],
    [{ ...x, env: { "A B": 1 } }, "env.A B: a variable's name is letters, digits and '_'"],
    [{ ...x, memory: "much" }, "memory: write a size, as 500M or 4G"],
    [{ ...x, memory: -1 }, "memory: write a size, as 500M or 4G"],
    [{ ...x, memory: "1G", memoryMb: 1 }, "memory: memoryMb says the same: write one of them"],
    [{ ...x, silence: 30 }, "silence: write a time from 1s to 30d, as 30s, 20m or 2h"],
    [{ ...x, silence: "1ms" }, "silence: write a time from 1s to 30d"],
    [{ ...x, notBefore: "soon" }, "notBefore: 'soon' is not a time"],
    [{ ...x, priority: "high" }, "priority: "],
    [{ ...x, pool: ["a b"] }, "pool: pools are names"],
    [{ ...x, after: [{ job: 3, until: "no" }] }, "after: write 12, the id of another job, or {job: comp"],
    [{ ...x, after: "comp" }, "after: there is no job 'comp' in this list"],
    [{ ...x, id: "a b" }, "id: an id is a letter, then"],
    [{ ...x, id: "7" }, "id: an id is a letter, then"],
    [[], "jobs: there is no job in the list"],
    [{ jobs: [] }, "jobs: there is no job in the list"],
    [{ jobs: x }, "jobs: "],
    [{ jobs: [x], job: 1 }, "there is no field 'job': did you mean jobs?"],
    [{ jobs: [x], defaults: { fraems: 1 } }, "defaults: there is no field 'fraems': did you mean frames?"],
    [{ jobs: [x], defaults: { id: "a" } }, "defaults: there is no field 'id'"],
    [[x, 5], "jobs[1]: write fields"],
    [[x, { ...x, id: "comp", gpus: 99 }], "jobs[1] (comp): gpus: "],
    [Array(1001).fill(x), "jobs: at most 1000 jobs at once"],
  ])("%#", (given, said) => {
    const error = (() => {
      try {
        return `${JSON.stringify(read(given))} was read`;
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(error).toStartWith(said);
    expect(error).not.toMatch(/[\n\r]/);
  });
});

describe("names of a list", () => {
  const wrong = (...jobs: [id: string | undefined, ...after: (string | number)[]][]) => {
    try {
      checkNames(jobs.map(([id, ...after]) => ({ id, after: after.map((job) => ({ job })) })));
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  test("may be used before the job that has them", () => {
    expect(wrong(["film", "comp"], ["comp", "render", 12], ["render"], [undefined, "film", "render"])).toBeUndefined();
  });
  test.each<[string, Parameters<typeof wrong>]>([
    ["jobs[2] (a): id: jobs[0] has the same", [["a"], ["b"], ["a"]]],
    ["jobs[1]: after: there is no job 'rendr' in this list: did you mean render?", [["render"], [undefined, "rendr"]]],
    ["jobs[1] (b): after: job a is named twice", [["a"], ["b", "a", "a"]]],
    ["jobs[0] (a): after: job 12 is named twice", [["a", 12, 12]]],
    ["jobs[0] (a): after: it would wait for itself: a → a", [["a", "a"]]],
    [
      "jobs[1] (b): after: it would wait for itself: b → c → d → b",
      [
        ["a", "b"],
        ["b", "c"],
        ["c", "d"],
        ["d", "b"],
      ],
    ],
  ])("%s", (said, jobs) => {
    expect(wrong(...jobs)).toBe(said);
  });
  test("a chain of a thousand is no circle", () => {
    const chain = Array.from({ length: 1000 }, (_, at): [string, ...string[]] =>
      at < 999 ? [`j${at}`, `j${at + 1}`] : [`j${at}`],
    );
    expect(wrong(...chain)).toBeUndefined();
    expect(wrong(...chain.slice(0, 999), ["j999", "j0"])).toMatch(/j0 → j1 → .* → \.\.\. → .* → j999 → j0$/);
  });
});

test("the schema tells every field with what it is, both spellings, and forbids others", () => {
  const schema = jobFileSchema() as {
    $defs: Record<string, { properties: Record<string, { description?: string; $ref?: string }> }>;
  };
  const job = schema.$defs.JobOfFile!;
  expect(job).toMatchObject({ additionalProperties: false });
  expect(Object.keys(job.properties)).toEqual(
    expect.arrayContaining([...Object.keys(Submission.shape), "id", "$schema", "memory", "silence", "deleteAfter"]),
  );
  for (const [name, { description, $ref }] of Object.entries(job.properties))
    expect([name, description ?? $ref]).toEqual([name, expect.stringMatching(/\w{3}/)]);
  expect(job.properties).toMatchObject({ priority: { type: "integer", default: 500 } });
});
