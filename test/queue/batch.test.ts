// Many jobs enter the queue at once: all or none.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { BatchJob, type NewBatchJob } from "../../lib/batch";
import { moveTasks } from "../../lib/queue/move";
import type { Refusal } from "../../lib/queue/refusal";
import { report } from "../../lib/queue/report";
import { submitAll } from "../../lib/queue/submit";
import { until } from "../farm";
import { clear, ended, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

type Given = Partial<NewBatchJob>;
const all = (...jobs: Given[]) =>
  submitAll(
    stage.queue,
    jobs.map((job) => BatchJob.parse({ name: "test", command: ["true"], ...job })),
  );
const refusal = (...jobs: Given[]) =>
  all(...jobs).then(
    () => undefined,
    (error) => error as Refusal,
  );
const stored = async () => (await stage.queue.sql`select from job`).length;
const bonds = async () =>
  (await stage.queue.sql`select * from dependency order by job, needs`).map(
    ({ job, needs, until }) => `${job} ${until} ${needs}`,
  );

test("jobs are numbered in the order of the list, and wait for each other whatever the order", async () => {
  const before = await submitted(stage.queue);
  const [film, comp, render] = await all(
    { id: "film", after: [{ job: "comp" }, { job: before, until: "ended" }] },
    { id: "comp", frames: "1-4", after: [{ job: "render", until: "frames" }] },
    { id: "render", frames: "1-4" },
  );
  expect([film, comp, render]).toEqual([2, 3, 4]);
  expect(await bonds()).toEqual(["2 ended 1", "2 finished 3", "3 frames 4"]);
  const rows = await stage.queue.sql`select id, held, needed, claimable from job order by id`;
  expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
    "1 {} true true",
    "2 {[0,1)} false false",
    "3 {[0,4)} true false",
    "4 {} true true",
  ]);
});

test("a task starts as soon as what it waits for in the list is done", async () => {
  const [comp, render] = await all(
    { frames: "1-2", after: [{ job: "render", until: "frames" }] },
    { id: "render", frames: "1-2" },
  );
  await met(stage.queue, "s1");
  const [first, ...others] = await handOut(stage.queue, slave(1, 1));
  expect([first?.job, others]).toEqual([render!, []]);
  await tell(stage.queue, ended(first!));
  const next = await handOut(stage.queue, slave(1, 4));
  expect(next.map(({ job, task }) => `${job}.${task}`)).toEqual([`${comp}.0`, `${render}.1`]);
});

test("a job that waits for one that has ended already may start", async () => {
  const done = await submitted(stage.queue);
  await met(stage.queue, "s1");
  const [run] = await handOut(stage.queue, slave(1));
  await tell(stage.queue, ended(run!));
  const [id] = await all({ after: [{ job: done }] });
  expect((await stage.queue.sql`select claimable from job where id = ${id!}`)[0]).toEqual({ claimable: true });
});

test.each<[string, Given, string, string]>([
  ["frames that do not read", { frames: "1-10,banana" }, "invalid", "frames: expected .*'1-10,banana'$"],
  ["an order that there is not", { order: "random" }, "invalid", "order 'random'"],
  ["a slave that there is not", { blocked: ["rakc7"] }, "conflict", "there is no slave 'rakc7'$"],
  ["a licence that there is not", { licences: { nuke: 1 } }, "conflict", "there is no licence 'nuke'"],
  ["a job that there is not", { after: [{ job: 99 }] }, "conflict", "after: there is no job 99$"],
  ["an id that there is not", { after: [{ job: "rendr" }] }, "invalid", "after: there is no job 'rendr' in this list"],
  ["itself", { after: [{ job: "comp" }] }, "invalid", "after: it would wait for itself: comp → comp$"],
  ["a job named twice", { after: [{ job: "first" }, { job: "first" }] }, "invalid", "after: job first is named twice$"],
  [
    "frames that lie too differently",
    { frames: "1-300000", order: "bisect", after: [{ job: "first", until: "frames" }] },
    "invalid",
    "after: job \\d+ can be waited for frame by frame only with",
  ],
])("%s: the job is named in one line, and nothing of the list is stored", async (_, wrong, kind, said) => {
  const error = await refusal({ id: "first", frames: "1-300000" }, {}, { ...wrong, id: "comp" });
  expect(error?.kind).toBe(kind as Refusal["kind"]);
  expect(error?.message).toMatch(new RegExp(`^jobs\\[2\\] \\(comp\\): ${said}`));
  expect(error?.message).not.toContain("\n");
  expect([await stored(), await bonds()]).toEqual([0, []]);
});

test("licences that the farm has may be named by several, in any order", async () => {
  await stage.queue.sql`insert into licence values ('nuke', 1), ('maya', 1)`;
  expect(await all({ licences: { nuke: 1 } }, { licences: { maya: 1 } })).toHaveLength(2);
});

test("a thousand jobs wake the masters once, when all of them are there", async () => {
  const { sql } = stage.queue;
  const seen: number[] = [];
  const listening = await sql.listen("drqueue", async (news) => {
    if (JSON.parse(news).work) seen.push(await stored());
  });
  const chain = Array.from({ length: 1000 }, (_, at) => ({
    id: `j${at}`,
    ...(at > 0 && { after: [{ job: `j${at - 1}` }] }),
  }));
  expect((await all(...chain)).at(-1)).toBe(1000);
  // What is sent on one connection arrives in order: after this one nothing of the list is still to come.
  await sql`select pg_notify('drqueue', '{"work":true}')`;
  while (seen.length < 2) await Bun.sleep(10);
  await listening.unlisten();
  expect(seen).toEqual([1000, 1000]);
  expect(await bonds()).toHaveLength(999);
});

test("lists that wait for the same jobs are stored at once without standing in each other's way", async () => {
  const others = [await submitted(stage.queue), await submitted(stage.queue), await submitted(stage.queue)];
  const lists = Array.from({ length: 8 }, (_, at) => {
    const after = (at % 2 ? others : others.toReversed()).map((job) => ({ job }));
    return all({ id: "a", after }, { after: [{ job: "a" }, ...after] });
  });
  expect(new Set((await Promise.all(lists)).flat()).size).toBe(16);
  expect(await bonds()).toHaveLength(8 * 7);
});

test("a job that ends while a list is stored that waits for it holds nothing of the list", async () => {
  const first = await submitted(stage.queue);
  await submitted(stage.queue, { after: [{ job: first }] });
  await met(stage.queue, "s1");
  const [run] = await handOut(stage.queue, slave(1));
  const { sql } = stage.queue;
  let list: Promise<number[]> | undefined;
  let stored = false;
  await sql.begin(async (tx) => {
    const { moves } = await report(tx, [ended(run!)]);
    await moveTasks(tx, moves);
    list = all({ after: [{ job: first }] });
    void list.then(() => {
      stored = true;
    });
    await until(async () => {
      const waiting = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return stored || waiting.length > 0 || undefined;
    }, "the list to be stored or to wait");
  });
  const [id] = await list!;
  expect((await sql`select held, claimable from job where id = ${id!}`)[0]).toEqual({ held: "{}", claimable: true });
});
