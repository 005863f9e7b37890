// What happens in the queue because time has passed.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { requeue } from "../../lib/queue/control";
import { listen, type Queue, type Wake, wake } from "../../lib/queue/open";
import { readJob } from "../../lib/queue/read-job";
import { endRests, wakeWhenDue } from "../../lib/queue/timers";
import { until } from "../farm";
import { clear, ended, type Given, handOut, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
const wakes: Wake[] = [];
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
  await listen(queue, (news) => wakes.push(news));
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(queue));

let marks = 0;
/** How often this wakes the masters. */
async function wakesOf(act: () => Promise<unknown>): Promise<number> {
  // News comes in the order in which it was told.
  const mark = async () => {
    const slave = ++marks;
    await wake(queue.sql, { kill: [slave] });
    const place = () => wakes.findIndex(({ kill }) => kill?.includes(slave));
    await until(async () => place() >= 0 || undefined, "the mark");
    return place();
  };
  const before = await mark();
  await act();
  return wakes.slice(before, await mark()).filter(({ work }) => work).length;
}

const later = (seconds: number) => queue.sql`update run set ended_at = ended_at - ${seconds} * interval '1 second'`;

describe("a task that failed, of a job that waits between tries,", () => {
  /** A job whose first task has just failed on slave 1. */
  async function failed(given: Given = {}): Promise<number> {
    const job = await submitted(queue, { frames: "1", retries: 50, retryDelayMs: 10_000, slaveFailures: 0, ...given });
    await failAgain();
    return job;
  }
  const failAgain = async () => tell(queue, ended((await handOut(queue, slave(1)))[0]!, 1));

  test("is not tried again before the delay is over, then at once", async () => {
    const job = await failed();
    expect((await readJob(queue, job)).restingTasks).toBe(1);
    expect(await handOut(queue, slave(1), slave(2))).toEqual([]);
    await later(9);
    expect(await wakesOf(() => endRests(queue))).toBe(0);
    expect(await handOut(queue, slave(2))).toEqual([]);
    await later(2);
    expect(await wakesOf(async () => expect(await endRests(queue)).toBe(1))).toBe(1);
    expect((await readJob(queue, job)).restingTasks).toBe(0);
    expect(await handOut(queue, slave(1), slave(2))).toMatchObject([{ job, slave: 2, attempt: 2 }]);
  });

  test("waits twice as long after each failure, and never more than an hour", async () => {
    await failed();
    for (const seconds of [20, 40, 80]) {
      await later(1_000_000);
      await endRests(queue);
      await failAgain();
      await later(seconds - 1);
      expect(await endRests(queue)).toBe(0);
      await later(2);
      expect(await endRests(queue)).toBe(1);
    }
    await queue.sql`update job set resting = '{[0,1)}', retrying = '{[0,1)}', retry_delay_ms = 86400000`;
    await queue.sql`update run set ended_at = now() - interval '59 minutes'`;
    expect(await endRests(queue)).toBe(0);
    await later(120);
    expect(await endRests(queue)).toBe(1);
  });

  test("does not hold up the others of its job, nor other jobs that do not wait", async () => {
    const job = await failed({ frames: "1-3" });
    expect(await handOut(queue, slave(1, 5))).toMatchObject([
      { job, task: 1 },
      { job, task: 2 },
    ]);
    expect(await endRests(queue)).toBe(0);
  });

  test("is tried at once when a person requeues it", async () => {
    const job = await failed();
    await requeue(queue, job, "1");
    expect(await handOut(queue, slave(1))).toHaveLength(1);
  });

  test("is tried at once when it was asked to be requeued or lost, which are no failures of its own", async () => {
    const job = await submitted(queue, { retryDelayMs: 10_000 });
    const [run] = await handOut(queue, slave(1));
    await tell(queue, { ...ended(run!), reason: "lost" });
    expect(await handOut(queue, slave(1))).toMatchObject([{ job, attempt: 2 }]);
  });

  test("that failed a thousand times still ends its rest", async () => {
    const job = await failed({ retryDelayMs: 86_400_000, retries: 1000 });
    await queue.sql`
      insert into run (job, task, attempt, slave, ended_at, outcome, counts)
      select ${job}, 0, n, 1, now(), 'failed', true from generate_series(2, 1000) as n`;
    expect(await endRests(queue)).toBe(0);
    await later(3700);
    expect(await endRests(queue)).toBe(1);
  });
});

test("the masters are woken once when the time of a job has come", async () => {
  const step = wakeWhenDue(queue);
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const job = await submitted(queue, { notBefore: at(3600) });
  expect(await wakesOf(step)).toBe(0);
  expect(await wakesOf(step)).toBe(0);
  // As if the clock had gone on.
  await queue.sql`update job set not_before = now() where id = ${job}`;
  expect(await wakesOf(step)).toBe(1);
  expect(await wakesOf(step)).toBe(0);
  expect(await handOut(queue, slave(1))).toMatchObject([{ job }]);
});

test("the masters are not woken for a stopped job whose time has come", async () => {
  const step = wakeWhenDue(queue);
  await step();
  await submitted(queue, { stopped: true });
  await queue.sql`update job set not_before = now()`;
  expect(await wakesOf(step)).toBe(0);
});
