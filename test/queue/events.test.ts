// What happened is read in an order in which nothing is missed, whoever commits late; and forgotten after a time.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { forgetEvents, hasGap, inOrder, latestEvent, readEvents, readPage } from "../../lib/queue/events";
import type { Queue, Tx } from "../../lib/queue/open";
import { tellProgress } from "../../lib/queue/progress";
import { until } from "../farm";
import { clear, ended, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await clear(queue);
  await queue.sql`truncate event restart identity`;
});

const hour = 3_600_000;
const happen = (sql: Queue["sql"] | Tx, job: number) =>
  sql`insert into event (type, job, data) values ('job.changed', ${job}, '{}') returning tx::text, id`;

/** A transaction in which something has happened and which is still open. */
async function open(job: number) {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const done = queue.sql.begin(async (tx) => {
    await happen(tx, job);
    begin();
    await held;
  });
  await begun;
  return async () => {
    release();
    await done;
  };
}

/** The jobs of all that may be read now, in order, when it is that many. Other transactions of the server may delay it. */
const jobsRead = (many: number, after?: string) =>
  until(async () => {
    const events = await readEvents(queue, after, 10_000);
    return events.length >= many ? events.map(({ job }) => job) : undefined;
  }, `${many} events`);

test("what commits late does not come in behind a reader: nothing newer is read before it", async () => {
  const commit = await open(1);
  await happen(queue.sql, 2);
  expect(await readPage(queue, undefined, 10)).toEqual({ events: [], unsettled: true });
  const begin = await latestEvent(queue);
  await commit();
  expect(await jobsRead(2)).toEqual([1, 2]);
  // Who began to follow meanwhile is told of both.
  expect(await jobsRead(2, begin)).toEqual([1, 2]);
  expect((await readPage(queue, undefined, 10)).unsettled).toBe(false);
});

test("six writers with transactions that overlap: a reader of small pages is told everything once, and in order", async () => {
  const each = 40;
  let writing = 6;
  const writers = Array.from({ length: writing }, async (_, writer) => {
    for (let at = 0; at < each; at++) {
      await queue.sql
        .begin(async (tx) => {
          await happen(tx, writer * each + at);
          if (Math.random() < 0.3) await Bun.sleep(Math.random() * 8);
          if (Math.random() < 0.1) throw new Error("undone");
        })
        .catch(async () => {
          await happen(queue.sql, writer * each + at);
        });
    }
    writing--;
  });
  const read: string[] = [];
  const jobs: (number | null)[] = [];
  await until(async () => {
    const done = writing === 0;
    const { events, unsettled } = await readPage(queue, read.at(-1), 1 + Math.floor(Math.random() * 5));
    read.push(...events.map(({ id }) => id));
    jobs.push(...events.map(({ job }) => job));
    return (done && events.length === 0 && !unsettled) || undefined;
  }, "all to be read");
  await Promise.all(writers);
  expect(jobs.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 6 * each }, (_, job) => job));
  expect(read).toEqual(read.toSorted((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1)));
});

test("an event says what happened, when, and to whom", async () => {
  const job = await submitted(queue, { name: "shot7", owner: "ana" });
  await jobsRead(1);
  const [event] = await readEvents(queue, undefined, 1);
  expect(event).toEqual({
    id: expect.stringMatching(/^\d+-1$/),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    type: "job.submitted",
    job,
    slave: null,
    data: { name: "shot7", owner: "ana", state: "waiting" },
  });
  await met(queue, "rack7");
  await jobsRead(2);
  expect((await readEvents(queue, event!.id, 10))[0]).toMatchObject({ type: "slave.new", data: { name: "rack7" } });
});

test("old events are forgotten, so many in one call, and all but the last of them", async () => {
  for (let job = 0; job < 10; job++) await happen(queue.sql, job);
  await queue.sql`update event set at = now() - interval '8 days' where job < 7`;
  expect(await forgetEvents(queue, 9 * 24 * hour)).toBe(0);
  expect(await forgetEvents(queue, 7 * 24 * hour, 4)).toBe(4);
  expect(await forgetEvents(queue, 7 * 24 * hour, 4)).toBe(2);
  expect(await forgetEvents(queue, 7 * 24 * hour, 4)).toBe(0);
  expect(await jobsRead(4)).toEqual([6, 7, 8, 9]);
});

test("who goes on behind something forgotten has a gap, who stands at what is left has none", async () => {
  for (let job = 0; job < 6; job++) await happen(queue.sql, job);
  await jobsRead(6);
  const ids = (await readEvents(queue, undefined, 10)).map(({ id }) => id);
  const gaps = async () => Promise.all(["0-0", ...ids].map((id) => hasGap(queue, id)));
  expect(await gaps()).toEqual([false, false, false, false, false, false, false]);
  await queue.sql`update event set at = now() - interval '8 days' where job < 4`;
  await forgetEvents(queue);
  // The events 0 to 2 are gone: who has been told of 2 still has missed nothing that is not there, but nobody can know.
  expect(await gaps()).toEqual([true, true, true, true, false, false, false]);
  // All of it is old, as on a farm that was shut for a holiday.
  await queue.sql`update event set at = now() - interval '8 days'`;
  await forgetEvents(queue);
  expect(await hasGap(queue, ids.at(-1)!)).toBe(false);
  expect(await latestEvent(queue)).toBe(ids.at(-1)!);
});

test("an id that no database gave, or another one, is a gap", async () => {
  expect(await hasGap(queue, await latestEvent(queue))).toBe(false);
  for (const id of ["", "x", "5", "-5-1", "99999999999999999999-1", "5-9999999999999999999", "18446744073709551615-1"])
    expect(await hasGap(queue, id)).toBe(true);
});

test("events of the database that this one was copied from, with numbers still to come, are forgotten", async () => {
  await queue.sql`insert into event (tx, type, job, data) values ('9000000000', 'job.changed', 9, '{}')`;
  await happen(queue.sql, 1);
  expect(await jobsRead(1)).toEqual([1]);
  expect((await readPage(queue, undefined, 10)).unsettled).toBe(false);
  expect(await forgetEvents(queue)).toBe(1);
});

test("how far a job is has one event, however often it is told", async () => {
  const job = await submitted(queue, { frames: "1-4", retries: 0 });
  const told = async () => queue.sql`select job, data from event where type = 'job.progress' order by job`;
  const [progress, moved] = [tellProgress(queue), new Set<number>()];
  await progress(moved);
  expect(await told()).toHaveLength(0);

  const [first, second] = await handOut(queue, slave(1), slave(2));
  moved.add(job);
  await progress(moved);
  expect(moved.size).toBe(0);
  expect([...(await told())]).toEqual([{ job, data: { waiting: 2, running: 2, finished: 0, failed: 0 } }]);
  const [before] = await readEvents(queue, undefined, 10).then((events) => events.slice(-1));

  await tell(queue, ended(first!), ended(second!, 1));
  const other = await submitted(queue, { frames: "1-3" });
  for (const one of [job, other, 4711]) moved.add(one);
  await progress(moved);
  expect([...(await told())]).toEqual([
    { job, data: { waiting: 2, running: 0, finished: 1, failed: 1 } },
    { job: other, data: { waiting: 3, running: 0, finished: 0, failed: 0 } },
  ]);
  // Behind the one it replaces: who has read that one is told of this one.
  await until(
    async () => (await readEvents(queue, before?.id, 10)).some(({ job: of }) => of === other) || undefined,
    "it",
  );
});
