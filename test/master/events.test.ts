// Who follows a master is told everything once and in order, wherever it was cut off.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { forgetEvents, inOrder, latestEvent, readEvents } from "../../lib/queue/events";
import type { Queue } from "../../lib/queue/open";
import { until } from "../farm";
import { Followed } from "./followed";
import type { Follower } from "./follower";

let master: Followed;
beforeAll(async () => {
  master = await Followed.open();
});
afterAll(() => master[Symbol.asyncDispose]());
beforeEach(() => master.begin());
afterEach(() => master.end());

const jobs = (follower: Follower) => follower.events.map(({ job }) => job);
const upTo = (many: number) => Array.from({ length: many }, (_, at) => at + 1);

test("who connects hears so at once, and is told what happens from then on", async () => {
  await master.happen(1);
  await until(
    async () => (await readEvents(master.queue, undefined, 1)).length || undefined,
    "the first one to be readable",
  );
  const follower = await master.follow();
  expect(follower.response.headers.get("content-type")).toBe("text/event-stream");
  await follower.until(({ text }) => /^: connected\nretry: 1000\nid: \d+-1\n\n/.test(text), "a first comment");
  await master.happen(2);
  await follower.until(({ events }) => events.length > 0, "an event");
  expect(follower.events[0]).toMatchObject({ type: "job.changed", job: 2, slave: null, data: {} });
  follower.close();
});

test("six writers and a reader who is cut off again and again: nothing is missed, nothing comes twice, all in order", async () => {
  const each = 40;
  let writing = 6;
  let lastEventId = await latestEvent(master.queue);
  const writers = Array.from({ length: writing }, async (_, writer) => {
    for (let at = 1; at <= each; at++)
      await master.queue.sql.begin(async (tx) => {
        await master.happen(writer * each + at, undefined, { sql: tx as unknown as Queue["sql"] });
        if (Math.random() < 0.3) await Bun.sleep(Math.random() * 15);
      });
    writing--;
  });
  const told: { id: string; job: number | null }[] = [];
  const { length } = upTo(6 * each);
  let cuts = 0;
  await until(async () => {
    const follower = await master.follow({ lastEventId });
    const wanted = writing === 0 ? length - told.length : Math.floor(Math.random() * 12);
    await follower.until((now) => now.id !== "" && now.events.length >= wanted, `${wanted} of ${length} events`);
    follower.close();
    cuts++;
    // Cut off behind any of them.
    const taken = follower.events.slice(0, writing === 0 ? undefined : wanted);
    told.push(...taken);
    lastEventId = taken.at(-1)?.id ?? lastEventId;
    expect(follower.resets).toBe(0);
    return told.length === length || undefined;
  }, "all events");
  await Promise.all(writers);
  expect(cuts).toBeGreaterThan(2);
  expect(told.map(({ job }) => job!).toSorted((a, b) => a - b)).toEqual(upTo(length));
  const order = told.map(({ id }) => inOrder(id));
  expect(order).toEqual(order.toSorted());
});

test("what an older transaction keeps back is told when that one ends without a word", async () => {
  const follower = await master.follow();
  await follower.until(({ id }) => id !== "", "the connection");
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const older = master.queue.sql.begin(async (tx) => {
    await tx`select pg_current_xact_id()`;
    begin();
    await held;
  });
  await begun;
  await master.happen(1, 3);
  await Bun.sleep(150);
  expect(follower.events).toEqual([]);
  release();
  await older;
  await follower.until(({ events }) => events.length === 3, "three events");
  follower.close();
});

test("who comes back with an id that is too old, or of another farm, is told to look anew and goes on from now", async () => {
  await master.happen(1, 5);
  const first = await master.follow({ after: "0-0" });
  await first.until(({ events }) => events.length === 5, "five events");
  await master.queue.sql`update event set at = now() - interval '8 days' where job < 5`;
  await forgetEvents(master.queue);
  const olds = [first.events[0]!.id, "9000000000-1", "no id"].map((lastEventId) => master.follow({ lastEventId }));
  for (const follower of await Promise.all(olds)) {
    await follower.until(({ resets }) => resets === 1, "the reset");
    expect(follower.id).toBe(first.id);
    await master.happen(6);
    await follower.until(({ events }) => events.length > 0, "an event");
    expect(jobs(follower)[0]).toBe(6);
    follower.close();
  }
  const kept = await master.follow({ after: first.events[3]!.id });
  await kept.until(({ events }) => events.length > 0, "the one after it");
  expect([kept.resets, jobs(kept)[0]]).toEqual([0, 5]);
  for (const one of [first, kept]) one.close();
});

test("what is read for all while somebody catches up is told to that one as well", async () => {
  const first = await master.follow();
  await master.happen(1);
  await first.until(({ events }) => events.length === 1, "the first event");
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: holds, resolve: holding } = Promise.withResolvers<void>();
  // After the look for a gap: a page without an event, which is slow to arrive.
  master.hold = { number: master.statements + 2, held, holding };
  const late = await master.follow({ after: first.id });
  await holds;
  await master.happen(2);
  await first.until(({ events }) => events.length === 2, "the second event");
  release();
  await late.until(({ events }) => events.length > 0, "the second event");
  await master.happen(3);
  await late.until(({ events }) => events.length > 1, "the third event");
  expect(jobs(late)).toEqual([2, 3]);
  for (const one of [first, late]) one.close();
});
