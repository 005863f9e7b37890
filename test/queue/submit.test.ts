// A job enters the queue.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { Refusal } from "../../lib/queue/refusal";
import { submit } from "../../lib/queue/submit";
import { clear, type Given, jobRow, met, newQueue, submission, submitted } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

const row = async (given: Given) => {
  const id = await submitted(stage.queue, given);
  const [found] = await stage.queue.sql`select * from job where id = ${id}`;
  return found!;
};
const refusal = (given: Given) =>
  submitted(stage.queue, given).then(
    () => undefined,
    (error) => error as Refusal,
  );

test("100 million frames cost one small row, and no runs", async () => {
  const { tasks, waiting, state } = await row({ frames: "1-100000000" });
  expect({ tasks, waiting, state }).toEqual({ tasks: 100_000_000, waiting: "{[0,100000000)}", state: "waiting" });
  const [size] = await stage.queue.sql`select count(*)::int as rows, sum(pg_column_size(job.*))::int as bytes from job`;
  expect(size?.rows).toBe(1);
  expect(size?.bytes).toBeLessThan(1000);
  expect(await stage.queue.sql`select * from run`).toHaveLength(0);
});

test("frames in blocks are as many tasks as blocks, the last one may be short", async () => {
  expect((await row({ frames: "1-100", block: 7 })).waiting).toBe("{[0,15)}");
});

test("a job keeps what was submitted, to the letter", async () => {
  const given = {
    name: "日本 'shot'",
    owner: "ann",
    pool: "maya",
    priority: 7,
    retries: 0,
    pad: 6,
    command: ["sh", "-c", "echo \"$A\" '\\n' {frame}", ""],
    env: { A: "1\n2 'x' \"y\"", B: "" },
    folder: "/shots/日本",
    exitCodes: "drqueue",
  } as const;
  const found = await row({ ...given, command: [...given.command] });
  const { exitCodes, ...rest } = given;
  expect(found).toMatchObject({ ...rest, command: [...given.command], exit_rule: exitCodes });
});

test("jobs are numbered in the order in which they come", async () => {
  const ids = [await submitted(stage.queue), await submitted(stage.queue), await submitted(stage.queue)];
  expect(ids).toEqual([1, 2, 3]);
});

test("a job may be submitted stopped", async () => {
  const { state, claimable } = await row({ frames: "1-3", stopped: true });
  expect({ state, claimable }).toEqual({ state: "stopped", claimable: false });
});

test("the log folder's name is fit for any file system", async () => {
  expect((await row({ name: "a/b: c*?<日本>|.." })).log_name).toBe("a_b_c_..");
  expect((await row({ name: "x".repeat(200) })).log_name).toHaveLength(80);
});

test("frames that do not read are refused with the place in the text, and leave nothing behind", async () => {
  const error = await refusal({ frames: "1-10,banana" });
  expect(error).toBeInstanceOf(Refusal);
  expect(error?.kind).toBe("invalid");
  expect(error?.message).toMatch(/1-10,banana\n\s*\^$/);
  expect((await refusal({ frames: "" }))?.kind).toBe("invalid");
  expect((await refusal({ frames: "1:10" }))?.kind).toBe("invalid");
  expect(await stage.queue.sql`select * from job`).toHaveLength(0);
});

test("more frames than a job may have are refused", async () => {
  expect((await refusal({ frames: "-999999999-999999999" }))?.kind).toBe("invalid");
  expect(await refusal({ frames: "0-999999999" })).toBeUndefined();
});

test("an order that there is not is refused with those there are", async () => {
  const error = await refusal({ order: "random" });
  expect(error).toMatchObject({ kind: "invalid", message: expect.stringContaining("coarse:N") });
  for (const order of ["forward", "reverse", "bisect", "coarse:10"]) expect(await refusal({ order })).toBeUndefined();
});

test("a job keeps its limits, its rules and what its kind made of its fields", async () => {
  const slaves = [await met(stage.queue, "rack1"), await met(stage.queue, "rack2")];
  await stage.queue.sql`insert into licence values ('nuke', 10)`;
  const id = await submit(stage.queue, {
    ...submission({
      os: "LINUX,OSX",
      memoryMb: 1000,
      gpus: 1,
      licences: { nuke: 2 },
      maxSlots: 5,
      maxPerSlave: 1,
      notBefore: "2099-01-01T02:00:00+02:00",
      blocked: ["rack2", "1", "rack1"],
      exitMeanings: { warning: [5] },
      output: { fatal: ["^Error"] },
      retryDelayMs: 1000,
      frameTimeoutMs: 2000,
      silenceMs: 3000,
      slaveFailures: 4,
      maxFailures: 5,
      deleteAfterMs: 100_000_000_000,
    }),
    kind: "blender",
    fields: { scene: "/x '1'.blend" },
    fieldVariables: { DRQUEUE_SCENE: "/x '1'.blend" },
    script: { path: null, sh: "#!/bin/sh\n", cmd: "@echo off\r\n" },
  });
  const [found] = await stage.queue.sql`select * from job where id = ${id}`;
  expect(found).toMatchObject({
    os: "LINUX,OSX",
    memory_mb: 1000,
    gpus: 1,
    licences: { nuke: 2 },
    max_slots: 5,
    max_per_slave: 1,
    blocked: slaves,
    exit_codes: { warning: [5] },
    output: { fatal: ["^Error"] },
    retry_delay_ms: 1000,
    frame_timeout_ms: 2000,
    silence_ms: 3000,
    slave_failures: 4,
    max_failures: 5,
    delete_after_ms: "100000000000",
    kind: "blender",
    fields: { scene: "/x '1'.blend" },
    field_variables: { DRQUEUE_SCENE: "/x '1'.blend" },
    script: { path: null, sh: "#!/bin/sh\n", cmd: "@echo off\r\n" },
  });
  expect(new Date(found!.not_before).toISOString()).toBe("2099-01-01T00:00:00.000Z");
});

test("a job that names no slaves, licences or other jobs is one statement, without a transaction", async () => {
  let statements = 0;
  const { sql } = stage.queue;
  const count = (...given: Parameters<typeof sql>) => {
    if (Array.isArray(given[0]) && "raw" in given[0]) statements++;
    return sql(...given);
  };
  const counted = Object.assign(count, { unsafe: sql.unsafe }) as unknown as typeof sql;
  expect(await submit({ ...stage.queue, sql: counted }, submission())).toBe(1);
  expect(statements).toBe(1);
});

test.each<[string, Given, string]>([
  ["a slave", { blocked: ["rakc7"] }, "there is no slave 'rakc7'"],
  ["a licence", { licences: { nuke: 1 } }, "there is no licence 'nuke': drqueue licence set nuke 10"],
  ["a job to wait for", { after: [{ job: 99 }] }, "after: there is no job 99"],
])("%s that there is not is refused, and nothing is left behind", async (_, given, message) => {
  expect(await refusal(given)).toMatchObject({ kind: "conflict", message });
  expect(await stage.queue.sql`select from job`).toHaveLength(0);
  expect(await stage.queue.sql`select from dependency`).toHaveLength(0);
});

test("a job can not wait for itself by guessing its number", async () => {
  expect(await refusal({ after: [{ job: 1 }] })).toMatchObject({ kind: "invalid" });
  expect(await refusal({ after: [{ job: 2 }] })).toMatchObject({ kind: "invalid" });
});

test("a job waits for others from its first moment", async () => {
  const first = await submitted(stage.queue);
  const { held, claimable, id } = await row({ frames: "1-4", after: [{ job: first }] });
  expect({ held, claimable }).toEqual({ held: "{[0,4)}", claimable: false });
  expect([...(await stage.queue.sql`select * from dependency`)]).toEqual([
    { job: id, needs: first, until: "finished" },
  ]);
  expect((await stage.queue.sql`select needed from job where id = ${first}`)[0]).toEqual({ needed: true });
});

test("many at once get a number each", async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, () => submitted(stage.queue)));
  expect(new Set(ids).size).toBe(50);
  expect(await jobRow(stage.queue, Math.max(...ids))).toMatchObject({ state: "waiting", waiting: "{[0,1)}" });
});

test("what the wire does not say has its usual value", () => {
  expect(submission()).toMatchObject({ frames: "1", priority: 500, pool: "Default", retries: 3 });
});
