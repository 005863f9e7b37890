// Lists of jobs and slaves in pages: sorted, filtered, nothing twice and nothing left out.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type JobFilter, jobSorts } from "../../lib/lists";
import { cursorOf } from "../../lib/queue/page";
import { listFrames, listJobs } from "../../lib/queue/read";
import { listSlaves } from "../../lib/queue/read-slaves";
import { ended, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
const total = 40;

/** Jobs of which many are alike in all but their number, and were submitted within a few microseconds. */
beforeAll(async () => {
  stage = await newQueue();
  for (let at = 0; at < total; at++)
    await submitted(stage.queue, {
      name: ["beauty", "Beauty", "ümlaut", "a'b\"c", "100%"][at % 5]!,
      owner: ["", "ana", "bob"][at % 3]!,
      priority: [0, 500, 1_000_000][at % 3]!,
      pool: at % 2 ? "maya" : "Default,nuke",
      stopped: at % 4 === 0,
    });
  await stage.queue
    .sql`update job set submitted_at = timestamptz '2026-03-01 12:00:00.123+02' + (id % 7) * interval '1 microsecond'`;
});
afterAll(() => stage[Symbol.asyncDispose]());

async function walk(filter: Partial<JobFilter>, limit: number): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJobs(stage.queue, { ...filter, limit, ...(cursor !== undefined && { cursor }) });
    expect(page.jobs.length).toBe(page.next === undefined ? page.jobs.length : limit);
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

test.each(jobSorts.flatMap((sort) => [sort, `-${sort}` as const]))("jobs sorted by %s come each once", async (sort) => {
  const whole = await walk({ sort }, 10_000);
  expect([...whole].sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, at) => at + 1));
  for (const limit of [1, 7, total]) expect(await walk({ sort }, limit)).toEqual(whole);
});

test("falling is rising turned round, and the order is the one that is said", async () => {
  for (const sort of jobSorts) expect(await walk({ sort: `-${sort}` }, 9)).toEqual((await walk({ sort }, 9)).reverse());
  const { jobs } = await listJobs(stage.queue, { sort: "-priority", limit: total });
  expect(jobs.map(({ priority }) => priority)).toEqual(jobs.map(({ priority }) => priority).sort((a, b) => b - a));
  expect(await walk({}, 9)).toEqual(await walk({ sort: "-id" }, 9));
});

test("a page goes on where the one before ended, whatever was submitted or deleted in between", async () => {
  const first = await listJobs(stage.queue, { limit: 3 });
  const last = first.jobs.at(-1)!.id;
  const id = await submitted(stage.queue, { name: "new" });
  await stage.queue.sql`delete from job where id = ${last}`;
  const second = await listJobs(stage.queue, { limit: 3, cursor: first.next });
  expect(second.jobs.map((job) => job.id)).toEqual([last - 1, last - 2, last - 3]);
  await stage.queue.sql`delete from job where id = ${id}`;
});

test("filters count on every page, several states at once", async () => {
  const stopped = await walk({ state: "stopped" }, 3);
  const both = await walk({ state: ["stopped", "waiting"], sort: "name" }, 3);
  expect(stopped.length).toBe(10);
  expect(both.length).toBe(total - 1);
  expect(await walk({ state: ["stopped", "failed"] }, 3)).toEqual(stopped);
  expect(await walk({ owner: "ana", pool: "nuke", sort: "-name" }, 2)).toHaveLength(6);
  expect(await walk({ kind: "blender" }, 2)).toEqual([]);
  expect(await walk({ before: 6, sort: "id" }, 2)).toEqual([1, 2, 3, 4, 5]);
});

test("what is no cursor of the list is refused in words, whatever it holds", async () => {
  const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const { next } = await listJobs(stage.queue, { limit: 1, sort: "name" });
  const wrong: [sort: NonNullable<JobFilter["sort"]>, cursor: string][] = [
    ["-name", next!],
    ["id", "%%%"],
    ["id", made("id", "1", "x")],
    ["id", made("id", "1", 1e12)],
    ["name", made("name", "a\0b", 1)],
    ["name", made("name", "\ud800", 1)],
    ["name", made("name", 7, 1)],
    ["priority", made("priority", "99999999999", 1)],
    ["priority", made("priority", "1); drop table job", 1)],
    ["submitted", made("submitted", "yesterday", 1)],
    ["submitted", made("submitted", "9".repeat(30), 1)],
  ];
  for (const [sort, cursor] of wrong)
    await expect(listJobs(stage.queue, { limit: 1, sort, cursor })).rejects.toMatchObject({
      kind: "invalid",
      message: expect.stringMatching(/^cursor: not one of a list sorted by/),
    });
  const far = { name: "submitted", key: { column: {} as never, as: "moment" as const }, id: {} as never };
  const cursor = cursorOf(far, { id: 1, key: "9".repeat(16) });
  expect((await listJobs(stage.queue, { limit: 1, sort: "submitted", cursor })).jobs).toEqual([]);
});

test("slaves come by name, filtered by state, pool and name", async () => {
  for (const name of ["b1", "a1", "a2", "a1", "c1"]) await met(stage.queue, name);
  await stage.queue.sql`update slave set state = 'lost' where name = 'c1'`;
  await stage.queue.sql`update slave set settings = settings || '{"pools":["maya","x"]}' where name = 'a2'`;
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listSlaves(stage.queue, { limit: 2, cursor });
    names.push(...page.slaves.map(({ name }) => name));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(names).toEqual(["a1", "a1", "a2", "b1", "c1"]);
  const of = async (filter: Partial<Parameters<typeof listSlaves>[1]>) =>
    (await listSlaves(stage.queue, { limit: 9, ...filter })).slaves.map(({ name }) => name);
  expect(await of({ state: ["lost", "gone"] })).toEqual(["c1"]);
  expect(await of({ pool: "maya" })).toEqual(["a2"]);
  expect(await of({ name: "A*1" })).toEqual(["a1", "a1"]);
});

test("frames of a state are found in a job of a million, in its order", async () => {
  const id = await submitted(stage.queue, { frames: "1-1000000", priority: 1_000_000, pool: "big" });
  const [one] = await handOut(stage.queue, slave(1, 1, ["big"]));
  await tell(stage.queue, ended(one!));
  await stage.queue
    .sql`update job set waiting = waiting - '{[700000,700003)}', failed = '{[700000,700003)}' where id = ${id}`;
  const of = (states: ("failed" | "finished" | "waiting")[], after = 0, asked?: string) =>
    listFrames(stage.queue, id, asked, after, 2, states);
  const first = await of(["failed"]);
  expect(first).toMatchObject({ frames: [{ frame: 700_001 }, { frame: 700_002 }], next: 700_002 });
  expect(await of(["failed"], first.next)).toMatchObject({ frames: [{ frame: 700_003, state: "failed" }] });
  expect(await of(["failed", "finished"])).toMatchObject({ frames: [{ frame: 1 }, { frame: 700_001 }] });
  expect((await of(["failed"], 0, "700005-699990")).frames.map(({ frame }) => frame)).toEqual([700_003, 700_002]);
});
