// How long the tasks of a job took, and where.
import { expect, test } from "bun:test";
import { readTimes } from "../../lib/queue/times";
import { JobTimes } from "../../lib/views";
import { ended, handOut, met, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

test("a job of which nothing has run has no times", async () => {
  const times = await readTimes(queue, await submitted(queue));
  expect(times).toEqual({ runs: 0, sampled: false, buckets: [], slowest: [], slaves: [] });
});

test("finished runs are sorted by their seconds, the slowest named by frame, and each slave has what it did", async () => {
  const [one, two] = [await met(queue, "rack1"), await met(queue, "rack2")];
  const id = await submitted(queue, { frames: "11-22", block: 2, retries: 1 });
  const [first, second] = await handOut(queue, slave(one, 2));
  const [third, fourth] = await handOut(queue, slave(two, 2));
  await tell(
    queue,
    { ...ended(first!), ranMs: 2000 },
    { ...ended(second!, 1), ranMs: 90_000 },
    { ...ended(third!), ranMs: 3000 },
    { ...ended(fourth!), ranMs: 4500 },
  );
  const times = await readTimes(queue, id);
  expect(times).toMatchObject({ runs: 3, sampled: false });
  expect(times.buckets.reduce((sum, { runs }) => sum + runs, 0)).toBe(3);
  expect(times.buckets[0]!.from).toBe(2);
  expect(times.slowest).toEqual([
    { frame: 17, attempt: 1, slave: "rack2", seconds: 4.5 },
    { frame: 15, attempt: 1, slave: "rack2", seconds: 3 },
    { frame: 11, attempt: 1, slave: "rack1", seconds: 2 },
  ]);
  expect(times.slaves).toEqual([
    { slave: "rack2", finished: 2, failed: 0, meanSeconds: 3.75 },
    { slave: "rack1", finished: 1, failed: 1, meanSeconds: 2 },
  ]);
  expect(JobTimes.parse(times)).toEqual(times);
});

test("of a job with more tasks than are looked at an even part is, and always the one that took longest", async () => {
  const rack = await met(queue, "rack1");
  const id = await submitted(queue, { frames: "1-100000" });
  await queue.sql`
    insert into run (job, task, attempt, slave, started_at, ended_at, outcome, ran_ms)
    select ${id}, task, 1, ${rack}, now(), now(), 'finished', 1000 + task % 7 * 100 from generate_series(0, 3999) as task`;
  await queue.sql`update run set ran_ms = 60000 where task = 1234`;
  await queue.sql`
    update job set waiting = '{[4000,100000)}', finished = '{[0,4000)}', slowest_task = 1234, slowest_ms = 60000 where id = ${id}`;
  const times = await readTimes(queue, id, 500);
  expect(times).toMatchObject({ runs: 501, sampled: true });
  expect(times.slowest[0]).toEqual({ frame: 1235, attempt: 1, slave: "rack1", seconds: 60 });
  expect(times.slaves).toMatchObject([{ slave: "rack1", finished: 501, failed: 0 }]);
});

test("a job that there is not is refused", () => {
  expect(readTimes(queue, 99)).rejects.toMatchObject({ kind: "unknown", message: "there is no job 99" });
});
