// What a slave renders now, and what failed there last.
import { expect, test } from "bun:test";
import { requeue } from "../../lib/queue/control";
import { readSlaveRuns } from "../../lib/queue/read-slave-runs";
import { progressed } from "../../lib/queue/slaves";
import { SlaveRuns } from "../../lib/views";
import { ended, handOut, met, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

/** The runs of a slave as `job.frame.attempt`. */
async function shown(id: number) {
  const runs = SlaveRuns.parse(await readSlaveRuns(queue, id));
  const named = (which: (typeof runs)["running"]) =>
    which.map(({ job, frame, attempt }) => `${job}.${frame}.${attempt}`);
  return { running: named(runs.running), failed: named(runs.failed) };
}

test("running are its open runs and no one else's, with their frames and how far they are", async () => {
  const [here, there] = [await met(queue, "rack1"), await met(queue, "rack2")];
  const job = await submitted(queue, { name: "shot7", frames: "10-1", block: 4 });
  const [first] = await handOut(queue, slave(here, 1));
  await handOut(queue, slave(there, 1));
  await progressed(queue, [{ ...first!, slave: here, percent: 40 }]);
  const { running, failed } = await readSlaveRuns(queue, here);
  expect(running).toMatchObject([
    { job, name: "shot7", task: 0, attempt: 1, frame: 10, frames: "7-10", progress: 40, outcome: null, endedAt: null },
  ]);
  expect(failed).toEqual([]);
  expect((await shown(there)).running).toEqual([`${job}.6.1`]);
  await tell(queue, ended(first!));
  expect((await shown(here)).running).toEqual([]);
});

test("failed are its failures, newest first, also of tasks that another slave finished since", async () => {
  const [here, there] = [await met(queue, "rack1"), await met(queue, "rack2")];
  const job = await submitted(queue, { frames: "1-4", retries: 1 });
  const [a, b] = await handOut(queue, slave(here, 2));
  await tell(queue, { ...ended(a!, 7), message: "no licence", ranMs: 1500 });
  await tell(queue, ended(b!, 137));
  for (const run of await handOut(queue, slave(there, 4))) await tell(queue, ended(run));
  expect(await shown(here)).toEqual({ running: [], failed: [`${job}.2.1`, `${job}.1.1`] });
  const [killed, failed] = (await readSlaveRuns(queue, here)).failed;
  expect(failed).toMatchObject({ outcome: "failed", code: 7, message: "no licence", seconds: 1.5 });
  expect(killed).toMatchObject({ outcome: "requeued", code: 137 });
  expect((await shown(there)).failed).toEqual([]);
});

test("failures are found after a person has requeued them, when the job counts them no more", async () => {
  const here = await met(queue, "rack1");
  const job = await submitted(queue, { frames: "1-2", retries: 0 });
  for (const run of await handOut(queue, slave(here, 2))) await tell(queue, ended(run, 1));
  await requeue(queue, job);
  expect((await queue.sql`select blamed from job`)[0]!.blamed).toEqual({});
  expect((await shown(here)).failed.sort()).toEqual([`${job}.1.1`, `${job}.2.1`]);
});

test("failures are found in an old job that counts them, and early in a long one, and no more than 20 are told", async () => {
  const here = await met(queue, "rack1");
  const old = await submitted(queue, { frames: "1-30", retries: 0 });
  for (const run of await handOut(queue, slave(here, 30))) await tell(queue, ended(run, 1));
  // So many jobs came after it that only its count against the slave leads there.
  await queue.sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
    select name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, true, tasks, '{[0,30)}'
    from job cross join generate_series(1, 400) where id = ${old}`;
  expect((await shown(here)).failed).toEqual(Array.from({ length: 20 }, (_, at) => `${old}.${30 - at}.1`));
  const long = await submitted(queue, { frames: "1-5000", retries: 0 });
  await queue.sql`update job set stopped = true where id <> ${long}`;
  const [first] = await handOut(queue, slave(here, 1));
  await tell(queue, ended(first!, 1));
  await queue.sql`
    insert into run (job, task, attempt, slave, ended_at, outcome)
    select ${long}, task, 1, ${here}, now(), 'finished' from generate_series(1, 4999) as task`;
  expect((await shown(here)).failed[0]).toBe(`${long}.1.1`);
});

test("a slave that nobody gave anything has none", async () => {
  expect(await shown(await met(queue, "rack1"))).toEqual({ running: [], failed: [] });
});
