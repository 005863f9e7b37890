// Tasks are handed out: what the database makes of the plan.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { assign, type Handed } from "../../lib/queue/assign";
import { openQueue, type Queue } from "../../lib/queue/open";
import { clear, ended, handOut, jobRow, newQueue, runsOf, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(queue));

const short = (handed: Handed[]) => handed.map(({ job, task, attempt, slave }) => `${job}.${task}.${attempt}>${slave}`);

test("a task that is handed out runs, as its first attempt, on the slave that asked", async () => {
  const job = await submitted(queue, { frames: "1-5" });
  expect(short(await handOut(queue, slave(7, 2)))).toEqual([`${job}.0.1>7`, `${job}.1.1>7`]);
  expect(await jobRow(queue, job)).toEqual({
    state: "running",
    waiting: "{[2,5)}",
    running: "{[0,2)}",
    finished: "{}",
    failed: "{}",
  });
  expect(await runsOf(queue, job)).toEqual(["0.1 7 open", "1.1 7 open"]);
});

test("a job has started with its first task, and no later", async () => {
  const job = await submitted(queue, { frames: "1-2" });
  const startedAt = async () => (await queue.sql`select started_at from job where id = ${job}`)[0]!.started_at;
  expect(await startedAt()).toBeNull();
  await handOut(queue, slave(1));
  const first = await startedAt();
  expect(first).not.toBeNull();
  await handOut(queue, slave(1));
  expect(await startedAt()).toEqual(first);
});

test("a higher priority goes first, whenever it was submitted", async () => {
  await submitted(queue, { frames: "1-5" });
  const urgent = await submitted(queue, { frames: "1-2", priority: 900 });
  const handed = await handOut(queue, slave(1, 3));
  expect(handed.map(({ job }) => job)).toEqual([1, urgent, urgent]);
});

test("jobs of one priority take turns over several rounds", async () => {
  await submitted(queue, { frames: "1-5" });
  await submitted(queue, { frames: "1-5" });
  const jobs: number[] = [];
  for (let round = 0; round < 4; round++) jobs.push((await handOut(queue, slave(1)))[0]!.job);
  expect(jobs).toEqual([1, 2, 1, 2]);
});

test("only slaves of the job's pool get its tasks, also those of several pools", async () => {
  await submitted(queue, { pool: "maya", frames: "1-2" });
  expect(await handOut(queue, slave(1, 5, ["nuke"]))).toEqual([]);
  expect(await handOut(queue, slave(2, 5, ["nuke", "maya"]))).toHaveLength(2);
});

test("a slave that is disabled, or has no free slot, gets nothing", async () => {
  await submitted(queue);
  expect(await handOut(queue, { ...slave(1), enabled: false }, slave(2, 0))).toEqual([]);
  expect(await handOut(queue)).toEqual([]);
});

test("a stopped job hands out nothing until it goes on", async () => {
  await submitted(queue, { stopped: true });
  expect(await handOut(queue, slave(1))).toEqual([]);
});

test("a task that failed is tried on another slave, and there as its next attempt", async () => {
  const job = await submitted(queue, { frames: "1" });
  const [first] = await handOut(queue, slave(1));
  await tell(queue, ended(first!, 1));
  expect(short(await handOut(queue, slave(1), slave(2)))).toEqual([`${job}.0.2>2`]);
});

test("a task that failed on every slave is tried again all the same", async () => {
  const job = await submitted(queue, { frames: "1" });
  await tell(queue, ended((await handOut(queue, slave(1)))[0]!, 1));
  await tell(queue, ended((await handOut(queue, slave(2)))[0]!, 1));
  expect(short(await handOut(queue, slave(1), slave(2)))).toEqual([`${job}.0.3>1`]);
});

test("out of 2,000 jobs the best is found, behind 600 that nobody here can run", async () => {
  for (const [pool, number, priority] of [
    ["far", 600, 900],
    ["Default", 1400, 500],
  ] as const)
    await queue.sql`
      insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
      select 'x', '', ${pool}, ${priority}, '[]', '{}', 'x', '[{"first":1,"last":1,"step":1}]', 1, 'forward', 4, 3, 'strict', false, 1, '{[0,1)}'
      from generate_series(1, ${number}::int)`;
  const urgent = await submitted(queue, { priority: 800 });
  expect((await handOut(queue, slave(1)))[0]?.job).toBe(urgent);
  const all: Handed[] = [];
  for (
    let handed = await handOut(queue, slave(1, 700));
    handed.length > 0;
    handed = await handOut(queue, slave(1, 700))
  )
    all.push(...handed);
  expect(new Set(all.map(({ job }) => job)).size).toBe(1400);
});

describe("two masters on one database", () => {
  test("what one has locked the other leaves alone, and looks at again soon", async () => {
    await using other = await secondQueue();
    const job = await submitted(queue, { frames: "1-4" });
    await queue.sql.begin(async (tx) => {
      expect((await assign(tx, [slave(1, 2)])).handed).toHaveLength(2);
      const meanwhile = await other.queue.sql.begin((tx) => assign(tx, [slave(2, 2)]));
      expect(meanwhile).toEqual({ handed: [], again: "soon", released: false });
    });
    expect(short(await handOut(other.queue, slave(2, 2)))).toEqual([`${job}.2.1>2`, `${job}.3.1>2`]);
  });

  test("never hand out a task twice, and leave none, with many slaves and reports at the same time", async () => {
    await using other = await secondQueue();
    for (let job = 0; job < 15; job++) await submitted(queue, { frames: "1-40", priority: 500 + (job % 3) });
    const handed: Handed[] = [];
    const work = async (on: Queue, id: number) => {
      for (let idle = 0; idle < 3; ) {
        const { handed: given, again } = await on.sql.begin((tx) => assign(tx, [slave(id, 2), slave(id + 1, 1)]));
        handed.push(...given);
        // Every seventh fails the first time.
        await tell(on, ...given.map((run) => ended(run, run.attempt === 1 && run.task % 7 === 0 ? 1 : 0)));
        if (given.length === 0 && !again) idle++;
      }
    };
    await Promise.all([10, 20, 30, 40].flatMap((id) => [work(queue, id), work(other.queue, id + 5)]));

    expect(new Set(handed.map(({ job, task, attempt }) => `${job}.${task}.${attempt}`)).size).toBe(handed.length);
    expect(handed.filter(({ attempt }) => attempt === 1)).toHaveLength(15 * 40);
    expect(handed.filter(({ attempt }) => attempt === 2)).toHaveLength(15 * 6);
    expect(handed).toHaveLength(15 * 46);
    const jobs = await queue.sql`select distinct state, finished from job`;
    expect([...jobs]).toEqual([{ state: "finished", finished: "{[0,40)}" }]);
  });
});

async function secondQueue() {
  const other = await openQueue({ url: stage.url });
  return { queue: other, [Symbol.asyncDispose]: () => other.close() };
}
