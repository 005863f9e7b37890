// What is due to go: jobs past their time, and what is left of deleted ones.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { forget, giveUp, jobsDue, leftAtSlaves, leftHere } from "../../lib/queue/leftovers";
import { clear, type Given, met, newQueue, submitted } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

/** A job that ended so many seconds ago. */
async function endedJob(given: Given, state: "finished" | "failed", secondsAgo: number): Promise<number> {
  const { queue } = stage;
  const id = await submitted(queue, given);
  await queue.sql`update job set waiting = '{}', ${queue.sql(state)} = '{[0,1)}', ended_at = now() - ${secondsAgo} * interval '1 second' where id = ${id}`;
  return id;
}
const hour = 3_600_000;

test("a job is due when it has outlived its end by as long as it was to, the oldest first", async () => {
  const { queue } = stage;
  const later = await endedJob({ deleteAfterMs: hour }, "finished", 3601);
  const first = await endedJob({ deleteAfterMs: hour }, "failed", 7200);
  await endedJob({ deleteAfterMs: hour }, "finished", 3500);
  await endedJob({}, "finished", 1_000_000);
  await submitted(queue, { deleteAfterMs: hour });
  expect(await jobsDue(queue, 10)).toEqual([first, later]);
  expect(await jobsDue(queue, 1)).toEqual([first]);
});

test("one that is to go once it is finished goes at once, and stays when it failed", async () => {
  const finished = await endedJob({ deleteAfterMs: 0 }, "finished", 0);
  await endedJob({ deleteAfterMs: 0 }, "failed", 1000);
  expect(await jobsDue(stage.queue, 10)).toEqual([finished]);
});

test("a job that waits again, by a person's wish, is not due", async () => {
  const { queue } = stage;
  const id = await endedJob({ deleteAfterMs: 0 }, "finished", 10);
  await queue.sql`update job set waiting = '{[0,1)}', finished = '{}', ended_at = null where id = ${id}`;
  expect(await jobsDue(queue, 10)).toEqual([]);
});

test("a failed job stays while another one waits for what it did not finish", async () => {
  const { queue } = stage;
  const job = await endedJob({ deleteAfterMs: 1000 }, "failed", 10);
  const waiter = await submitted(queue, {});
  await queue.sql`insert into dependency (job, needs, until) values (${waiter}, ${job}, 'finished')`;
  await queue.sql`update job set held = '{[0,1)}' where id = ${waiter}`;
  expect(await jobsDue(queue, 10)).toEqual([]);
  // To have ended was enough.
  await queue.sql`update dependency set until = 'ended'`;
  expect(await jobsDue(queue, 10)).toEqual([job]);
  // Frame by frame, and none of its failed frames is needed.
  await queue.sql`update dependency set until = 'frames'`;
  expect(await jobsDue(queue, 10)).toEqual([]);
  await queue.sql`update job set held = '{}' where id = ${waiter}`;
  expect(await jobsDue(queue, 10)).toEqual([job]);
  // The other one has ended without it.
  await queue.sql`update job set held = '{[0,1)}', waiting = '{}', finished = '{[0,1)}' where id = ${waiter}`;
  expect(await jobsDue(queue, 10)).toEqual([job]);
});

test("leftovers come apart by who is to remove them, until they are forgotten", async () => {
  const { queue } = stage;
  const [s1, s2, away] = [await met(queue, "s1"), await met(queue, "s2"), await met(queue, "away")];
  await queue.sql`update slave set state = 'lost' where id = ${away}`;
  for (const slave of [0, s1, s2, away])
    for (const job of [1, 2, 3]) {
      await queue.sql`insert into leftover (slave, job, folder) values (${slave}, ${job}, ${`00000${job}.a`})`;
    }
  const here = async (after: number, most: number) => (await leftHere(queue, after, most)).map(({ job }) => job);
  expect(await here(0, 10)).toEqual([1, 2, 3]);
  expect(await here(1, 1)).toEqual([2]);
  const slaves = await leftAtSlaves(queue, 10, 10);
  expect(slaves.map(({ name }) => name).sort()).toEqual(["s1", "s2"]);
  expect(slaves[0]!.leftovers).toHaveLength(3);
  expect(await leftAtSlaves(queue, 1, 2)).toMatchObject([{ address: "127.0.0.1", port: 2345, leftovers: [{}, {}] }]);

  await forget(queue, slaves[0]!.leftovers);
  expect((await leftAtSlaves(queue, 10, 10)).map(({ name }) => name)).toEqual([slaves[1]!.name]);
  expect(await here(0, 10)).toEqual([1, 2, 3]);
});

test("what slaves were to remove is given up once they have been away for long, what masters were after a week", async () => {
  const { queue } = stage;
  const [here, away] = [await met(queue, "here"), await met(queue, "away")];
  await queue.sql`update slave set state = 'lost', seen_at = now() - interval '89 days' where id = ${away}`;
  for (const slave of [0, here, away])
    for (const [job, days] of [[1, 6] as const, [2, 8] as const])
      await queue.sql`insert into leftover (slave, job, folder, deleted_at) values (${slave}, ${job}, 'x', now() - ${days} * interval '1 day')`;
  expect(await giveUp(queue, 90)).toBe(0);
  expect((await leftHere(queue, 0, 10)).map(({ job }) => job)).toEqual([1]);
  await queue.sql`update slave set seen_at = now() - interval '91 days' where id = ${away}`;
  expect(await giveUp(queue, 90)).toBe(2);
  const left = await queue.sql`select distinct slave from leftover order by slave`;
  expect(left.map(({ slave }) => slave)).toEqual([0, here]);
});
