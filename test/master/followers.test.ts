// Many follow a master, each for what it wants; who does not read holds up nobody.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";

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

test("of types and jobs only those wanted are told, and their place goes on with all others", async () => {
  const follower = await master.follow({ types: "job.error,job.state", job: 7 });
  const all = await master.follow();
  await master.happen(7, 8, { type: "job.error" });
  await master.happen(7, 8, { type: "job.changed" });
  await master.happen(7, 8, { type: "job.state" });
  await all.until(({ events }) => events.length === 6, "all six");
  // With a heartbeat.
  await follower.until(({ id }) => id === all.id, "the place of the last one");
  expect(follower.events.map(({ type, job }) => `${type} ${job}`)).toEqual(["job.error 7", "job.state 7"]);
  for (const one of [follower, all]) one.close();
});

test("filters and ids that do not read are one line", async () => {
  const refusal = async (query: Record<string, string>) => {
    const { response } = await master.follow(query);
    expect(response.status).toBe(400);
    return ((await response.json()) as { detail: string }).detail;
  };
  expect(await refusal({ types: "job.state,nonsense" })).toMatch(/^types.1: the types are job.submitted, job.state, /);
  expect(await refusal({ after: "yesterday" })).toBe("after: not the id of an event");
  expect(await refusal({ job: "0" })).toMatch(/^job: /);
});

test("a program that does not read is cut off, holds up nobody, and gets the rest when it comes back", async () => {
  const lines = upTo(4000);
  const quick = await master.follow();
  let taken = "";
  let ended = false;
  const slow = await Bun.connect({
    ...master.address,
    socket: {
      data: (_, piece) => {
        taken += piece;
      },
      close: () => {
        ended = true;
      },
    },
  });
  slow.write(master.address.request);
  await until(async () => taken.includes(": connected") || undefined, "the connection");
  slow.pause();
  // More than all buffers of the system between the two hold.
  for (let at = 0; at < 4000; at += 400) {
    await master.happen(at + 1, at + 400, { size: 5000 });
    await quick.until(({ events }) => events.length === at + 400, `${at + 400} events`);
  }
  expect(jobs(quick)).toEqual(lines);
  slow.resume();
  await until(async () => ended || taken.endsWith("\r\n0\r\n\r\n") || undefined, "the end of the slow one");
  slow.end();
  const ids = [...taken.matchAll(/^id: (\d+-\d+)\nevent/gm)].map(([, id]) => id!);
  expect(ids.length).toBeWithin(1, 4000);
  const again = await master.follow({ lastEventId: ids.at(-1)! });
  await again.until(({ events }) => events.length === 4000 - ids.length, "the rest");
  expect([...ids, ...again.events.map(({ id }) => id)]).toEqual(quick.events.map(({ id }) => id));
  for (const one of [quick, again]) one.close();
});

test("while nobody follows nothing is read", async () => {
  const follower = await master.follow();
  await master.happen(1);
  await follower.until(({ events }) => events.length === 1, "an event");
  follower.close();
  const left = async () => {
    const before = master.statements;
    await master.happen(2, 3);
    await Bun.sleep(120);
    return master.statements === before || undefined;
  };
  await until(left, "the reader to rest");
});

test("a thousand follow, one more is asked to come later, and has a place when one has left", async () => {
  const leave = new AbortController();
  const never = new AbortController().signal;
  await master.events.open({}, undefined, leave.signal);
  await Promise.all(upTo(999).map(() => master.events.open({}, undefined, never)));
  const { response } = await master.follow();
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(await response.json()).toMatchObject({ detail: expect.stringMatching(/^1000 programs follow this master/) });
  leave.abort();
  const follower = await master.follow();
  expect(follower.response.status).toBe(200);
  follower.close();
});

test("a master that stops ends every stream by itself, and opens no more", async () => {
  const followers = await Promise.all(upTo(3).map(() => master.follow()));
  for (const one of followers) await one.until(({ id }) => id !== "", "the connection");
  master.events.stop();
  for (const one of followers) await one.until(({ end }) => end !== undefined, "the end");
  expect(followers.map(({ end }) => end)).toEqual(["clean", "clean", "clean"]);
  expect((await master.follow()).response.status).toBe(503);
});
