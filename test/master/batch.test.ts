// Many jobs in one request, and jobs of the farm exported to be submitted again.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { BatchJob, largestBatch, type NewBatchJob } from "../../lib/batch";
import { Submission } from "../../lib/submission";
import { type Farm, startFarm, until } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1, slaveFlags: ["--pool", "other"] });
  await farm.client.setLicence("nuke", 3);
});
afterAll(() => farm[Symbol.asyncDispose]());
afterEach(async () => {
  for (const { id } of await farm.client.jobs({ limit: 10_000 }))
    await farm.client.delete(id, { dependents: "release" });
});

const post = async (body: string | object) => {
  const answer = await fetch(`http://127.0.0.1:${farm.masters[0]!.port}/jobs/batch`, {
    method: "POST",
    headers: { authorization: `Bearer ${farm.token}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, answer: (await answer.json()) as { detail?: string; jobs?: unknown } };
};
const x = { name: "x", command: ["x"] };

test("the answer has the number of each job beside its id", async () => {
  const { status, answer } = await post({
    jobs: [{ ...x, id: "comp", after: [{ job: "render" }] }, x, { ...x, id: "render" }],
  });
  const [first] = (answer.jobs as { job: number }[]).map(({ job }) => job);
  expect(status).toBe(201);
  expect(answer).toEqual({
    jobs: [{ id: "comp", job: first }, { job: first! + 1 }, { id: "render", job: first! + 2 }],
  });
  expect(await farm.client.job(first!)).toMatchObject({ needs: [{ job: first! + 2, until: "finished" }] });
});

test("jobs of kinds get their jobscripts, as files as well", async () => {
  const blender = { name: "b", kind: "blender", fields: { scene: "/mnt/a.blend" } };
  const jobs = await farm.client.submitAll([blender, x, { ...blender, fields: { scene: "/mnt/b.blend" } }]);
  for (const at of [0, 2]) {
    const { script, scriptPath } = await farm.client.job(jobs[at]!.job);
    expect(script).toContain("blender");
    expect(scriptPath !== null && existsSync(scriptPath)).toBe(true);
  }
  expect((await farm.client.job(jobs[1]!.job)).script).toBeNull();
});

test.each<[string, string | object, number, RegExp]>([
  ["no JSON", "{jobs", 400, /JSON/],
  ["no list", x, 400, /^(jobs: |there is no field)/],
  ["an empty list", { jobs: [] }, 400, /^jobs: there is no job in the list$/],
  ["too many", { jobs: Array(1001).fill(x) }, 400, /^jobs: at most 1000 jobs at once$/],
  ["a number as a job", { jobs: [x, 5] }, 400, /^jobs\[1\]: .*expected object/],
  [
    "a field that there is not",
    { jobs: [x, { ...x, id: "comp", fraems: 1 }] },
    400,
    /^jobs\[1\] \(comp\): there is no field 'fraems': did you mean frames\?$/,
  ],
  ["a wrong field", { jobs: [x, { ...x, id: "comp", block: 0 }] }, 400, /^jobs\[1\] \(comp\): block: /],
  ["neither command nor kind", { jobs: [x, { name: "y" }] }, 400, /^jobs\[1\]: give either a command or a kind$/],
  ["an id that is none", { jobs: [x, { ...x, id: "a b" }] }, 400, /^jobs\[1\]: id: an id is/],
  [
    "malformed frames",
    { jobs: [x, { ...x, id: "comp", frames: "1:5" }] },
    400,
    /^jobs\[1\] \(comp\): frames: .*write 1-100x5.*'1:5'$/,
  ],
  [
    "an unknown kind",
    { jobs: [x, { name: "y", id: "comp", kind: "nothing" }] },
    400,
    /^jobs\[1\] \(comp\): kind: there is no 'nothing'/,
  ],
  [
    "a kind without its fields",
    { jobs: [x, { name: "y", kind: "blender" }] },
    400,
    /^jobs\[1\]: kind blender: .*scene/,
  ],
  [
    "two of one id",
    {
      jobs: [
        { ...x, id: "a" },
        { ...x, id: "a" },
      ],
    },
    400,
    /^jobs\[1\] \(a\): id: jobs\[0\] has the same$/,
  ],
  [
    "a circle",
    {
      jobs: [
        { ...x, id: "a", after: [{ job: "b" }] },
        { ...x, id: "b", after: [{ job: "a" }] },
      ],
    },
    400,
    /a → b → a$/,
  ],
  [
    "a job that there is not",
    { jobs: [x, { ...x, after: [{ job: 999_999 }] }] },
    409,
    /^jobs\[1\]: after: there is no job 999999$/,
  ],
  [
    "a slave that there is not",
    { jobs: [x, { ...x, id: "c", blocked: ["no"] }] },
    409,
    /^jobs\[1\] \(c\): there is no slave 'no'$/,
  ],
])("%s is refused in one line that names the job, and nothing is stored", async (_, body, status, said) => {
  const refused = await post(body);
  expect(refused).toMatchObject({ status });
  expect(refused.answer.detail).toMatch(said);
  expect(refused.answer.detail).not.toContain("\n");
  expect(await farm.client.jobs()).toEqual([]);
});

test("a list may be larger than other requests, but not without end", async () => {
  const large = { ...x, env: { A: "a".repeat(30_000) } };
  expect((await post({ jobs: Array(100).fill(large) })).status).toBe(201);
  const { status, answer } = await post(" ".repeat(largestBatch + 1));
  expect([status, answer.detail]).toEqual([413, "a request has at most 16 MB"]);
});

/** All settings of a job, as submission takes them. */
const settingsOf = async (id: number) => {
  const { output, ...job } = await farm.client.job(id);
  const own = Object.keys(Submission.shape).filter((field) => field !== "notify" && field in { ...job, output });
  const values: Record<string, unknown> = {
    ...job,
    output,
    after: job.needs.map(({ job, until }) => ({ job, until })),
  };
  return { ...Object.fromEntries(own.map((field) => [field, values[field]])), script: job.script };
};

test("an exported job that is submitted again is equal in every setting", async () => {
  const [other] = await farm.client.submitAll([{ ...x, stopped: true }]);
  const given: Omit<NewBatchJob, "id"> = {
    name: "shot7 'beauty'",
    command: ["sh", "-c", "echo \"$A\" '\\n' {frame}", ""],
    frames: "10-1x3,50",
    block: 3,
    order: "coarse:2",
    pad: 6,
    priority: 900,
    pool: "maya,night",
    owner: "ana",
    retries: 0,
    exitCodes: "drqueue",
    env: { A: "1\n2", B: "" },
    folder: "/shots",
    stopped: true,
    os: "LINUX,OSX",
    memoryMb: 1000,
    gpus: 1,
    licences: { nuke: 2 },
    maxSlots: 5,
    maxPerSlave: 1,
    notBefore: "2099-01-01T00:00:00.000Z",
    blocked: ["s1"],
    after: [{ job: other!.job, until: "ended" }],
    exitMeanings: { warning: [5] },
    output: { fatal: ["^Error"] },
    pictures: "/mnt/x/shot.####.png",
    retryDelayMs: 1000,
    frameTimeoutMs: 2000,
    silenceMs: 3000,
    slaveFailures: 4,
    maxFailures: 5,
    deleteAfterMs: 100_000_000_000,
    notify: [{ to: "https://hooks.example/x", on: ["failed"] }],
  };
  // Whoever adds a setting has to think of it here.
  expect([...Object.keys(given), "kind", "fields"].sort()).toEqual(Object.keys(Submission.shape).sort());
  const [first] = await farm.client.submitAll([given]);
  const file = await farm.client.exportJob(first!.job);
  expect(BatchJob.parse(file)).toEqual(BatchJob.parse({ ...given, frames: file.frames }));
  const [again] = await farm.client.submitAll([file]);
  expect(await settingsOf(again!.job)).toEqual(await settingsOf(first!.job));
  expect(await farm.client.exportJob(again!.job)).toEqual(file);
});

test("any job submitted again from its export is an equal one", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 10 }).filter((text) => !text.includes("\0"));
  const some = fc.record(
    {
      name: fc.string({ minLength: 1, maxLength: 20 }),
      command: fc.array(text, { minLength: 1, maxLength: 3 }).filter(([program]) => program !== ""),
      frames: fc.constantFrom("1-20x2", "5,1-3", "-3-3", "9-1y2"),
      block: fc.integer({ min: 1, max: 4 }),
      order: fc.constantFrom("forward", "reverse", "bisect", "coarse:3"),
      owner: fc.constantFrom("", "ana"),
      env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,4}$/), text),
      memoryMb: fc.nat(10_000),
      priority: fc.nat(1000),
      maxSlots: fc.option(fc.integer({ min: 1, max: 9 })),
      retryDelayMs: fc.nat(5000),
      exitMeanings: fc.constantFrom<NonNullable<NewBatchJob["exitMeanings"]>[]>({}, { fatal: [3] }),
    },
    { requiredKeys: ["name", "command"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(some, { minLength: 5, maxLength: 20 }), async (jobs) => {
      const first = await farm.client.submitAll(jobs);
      const again = await farm.client.submitAll(await Promise.all(first.map(({ job }) => farm.client.exportJob(job))));
      for (const [at, { job }] of first.entries())
        expect(await settingsOf(again[at]!.job)).toEqual(await settingsOf(job));
    }),
    { numRuns: 5 },
  );
});

test("a job of a kind is exported with its fields, and with what was said otherwise than the kind does", async () => {
  const fields = { scene: "/mnt/a.blend", image: "/mnt/out.####" };
  const { id } = await farm.client.submit({ name: "b", owner: "ana", kind: "blender", fields });
  expect(await farm.client.exportJob(id)).toEqual({ name: "b", owner: "ana", kind: "blender", fields });
  await farm.client.change(id, { exitMeanings: { fatal: [42] } });
  const file = await farm.client.exportJob(id);
  expect(file).toMatchObject({ kind: "blender", exitMeanings: { fatal: [42] } });
  const [again] = await farm.client.submitAll([file]);
  expect(await settingsOf(again!.job)).toEqual(await settingsOf(id));
});

test("an export tells who is told, but no key of a signature", async () => {
  const notify = [
    { to: "https://hooks.example/x", on: ["failed" as const], secret: "very secret", style: "slack" as const },
  ];
  const [job] = await farm.client.submitAll([{ ...x, owner: "", notify }]);
  const file = await farm.client.exportJob(job!.job);
  expect(file.notify).toEqual([{ to: "https://hooks.example/x", on: ["failed"], style: "slack" }]);
  expect(JSON.stringify(file)).not.toContain("very secret");
});

test("a stopped job that has begun is exported to start, one that never did is not", async () => {
  const slave = await farm.startSlave("s2", { flags: ["--pool", "Default"] });
  const id = await farm.submit({ command: ["sleep", "60"] });
  await until(async () => ((await farm.client.job(id)).state === "running" ? true : undefined), "the job to begin");
  await farm.client.stop(id, { kill: true });
  expect(await farm.client.exportJob(id)).not.toHaveProperty("stopped");
  await slave.end();
  const never = await farm.submit({ command: ["x"], stopped: true });
  expect(await farm.client.exportJob(never)).toMatchObject({ stopped: true });
});

test("a job that there is not cannot be exported", async () => {
  await expect(farm.client.exportJob(999_999)).rejects.toMatchObject({ status: 404 });
});

test("the schema of job files is there for programs", async () => {
  const url = `http://127.0.0.1:${farm.masters[0]!.port}/schemas/job.json`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${farm.token}` } });
  expect(await answer.json()).toMatchObject({ $schema: expect.stringContaining("json-schema"), $defs: {} });
});
