// Which log belongs to which run, and which jobs' logs are wanted no more.
import { expect, test } from "bun:test";
import { deletedOf, logPaths, logsInUse } from "../../lib/queue/read-logs";
import { remove } from "../../lib/queue/remove";
import { runName } from "../../lib/wire";
import { handOut, met, slave, stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();

test("a slave has the logs of its own runs, and of no others", async () => {
  const key = crypto.randomUUID();
  const id = await submitted(queue, { name: "shot 7", frames: "5-1", block: 2, pad: 3 });
  const runs = await handOut(queue, slave(await met(queue, "s1", key), 2));
  const other = await met(queue, "s2");
  await handOut(queue, slave(other, 1));
  const asked = [
    ...runs,
    { job: id, task: 2, attempt: 1 },
    { job: id, task: 0, attempt: 2 },
    { job: 99, task: 0, attempt: 1 },
  ];
  const paths = await logPaths(queue, key, asked);
  expect(Object.fromEntries(paths)).toEqual({
    [runName(runs[0]!)]: "000001.shot_7/005.1.log",
    [runName(runs[1]!)]: "000001.shot_7/003.1.log",
  });
  expect((await logPaths(queue, crypto.randomUUID(), asked)).size).toBe(0);
});

test("a job's logs are in use while runs of it are open", async () => {
  const id = await submitted(queue, { name: "shot", frames: "1-2" });
  await handOut(queue, slave(await met(queue, "s1"), 2));
  await queue.sql`update run set ended_at = now() where task = 0`;
  expect(await logsInUse(queue, id)).toEqual({ over: false, open: new Set(["000001.shot/0002.1.log"]) });
  expect((await logsInUse(queue, 99)).over).toBe(true);
});

test("a job that was deleted is told from one that never was", async () => {
  const [first, second] = [await submitted(queue), await submitted(queue)];
  await remove(queue, first);
  expect([...(await deletedOf(queue, [first, second, 3, 900]))]).toEqual([first]);
  expect(await deletedOf(queue, [])).toEqual(new Set());
});
