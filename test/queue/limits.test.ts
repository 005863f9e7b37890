// What jobs ask of slaves and of the farm, as the database hands it out.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { assign } from "../../lib/queue/assign";
import { block, change, unblock } from "../../lib/queue/change";
import { setLicence } from "../../lib/queue/licences";
import type { SlaveNow } from "../../lib/queue/obstacles";
import { openQueue, type Queue } from "../../lib/queue/open";
import { until } from "../farm";
import { clear, ended, type Given, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(queue));

/** How many of a job's tasks each of these slaves gets. */
async function shared(given: Given, ...slaves: SlaveNow[]): Promise<number[]> {
  await submitted(queue, { frames: "1-20", ...given });
  const handed = await handOut(queue, ...slaves);
  return slaves.map(({ id }) => handed.filter((run) => run.slave === id).length);
}

describe("tasks go only", () => {
  const on = (id: number, more: Partial<SlaveNow> = {}) => slave(id, 2, ["Default"], more);

  test.each<[string, Given, SlaveNow[], number[]]>([
    ["as many at a time as the job may have", { maxSlots: 3 }, [on(1), on(2)], [2, 1]],
    ["as many to one slave as may be there", { maxPerSlave: 1 }, [on(1), on(2)], [1, 1]],
    ["to slaves with less than that already", { maxPerSlave: 2 }, [on(1, { jobs: [1] }), on(2)], [1, 2]],
    [
      "to slaves of any of the job's pools",
      { pool: "maya,nuke" },
      [slave(1, 1, ["maya"]), slave(2, 1, ["nuke", "x"]), slave(3)],
      [1, 1, 0],
    ],
    [
      "to its operating systems",
      { os: "OSX,LINUX" },
      [on(1), on(2, { os: "WINDOWS" }), on(3, { os: "OSX" })],
      [2, 0, 2],
    ],
    ["where memory is left for each", { memoryMb: 1500 }, [on(1, { memoryLeftMb: 2999 }), on(2)], [1, 2]],
    ["where GPUs are left for each", { gpus: 2 }, [on(1, { gpusLeft: 3 }), on(2, { gpusLeft: 4 }), on(3)], [1, 2, 0]],
    ["to slaves that are not draining", {}, [on(1, { draining: true }), on(2)], [0, 2]],
    ["to slaves that are not in trouble", {}, [on(1, { problem: "no space left" }), on(2)], [0, 2]],
    ["to slaves in their hours", {}, [on(1, { inHours: false }), on(2)], [0, 2]],
  ])("%s", async (_, given, slaves, got) => {
    expect(await shared(given, ...slaves)).toEqual(got);
  });

  test("as many to one slave as may be there, also of which it has not heard since another master handed them out", async () => {
    expect(await shared({ maxPerSlave: 1 }, on(1))).toEqual([1]);
    expect(await handOut(queue, on(1), on(2))).toMatchObject([{ job: 1, task: 1, slave: 2 }]);
  });

  test("from the time on that the job may start", async () => {
    const job = await submitted(queue, { notBefore: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await handOut(queue, slave(1))).toEqual([]);
    await change(queue, job, { notBefore: new Date(Date.now() - 1000).toISOString() });
    expect(await handOut(queue, slave(1))).toMatchObject([{ job }]);
  });

  test("to slaves that are not blocked, until they are unblocked", async () => {
    const [one, two] = [await met(queue, "one"), await met(queue, "two")];
    const job = await submitted(queue, { frames: "1-9", blocked: ["one"] });
    expect(await handOut(queue, slave(one), slave(two))).toMatchObject([{ slave: two }]);
    await block(queue, job, ["two"]);
    expect(await handOut(queue, slave(one), slave(two))).toEqual([]);
    await unblock(queue, job, ["one"]);
    expect(await handOut(queue, slave(one), slave(two))).toMatchObject([{ slave: one }]);
  });
});

test("limits that are changed while the job runs hold from the next hand-out on", async () => {
  const job = await submitted(queue, { frames: "1-20", maxSlots: 1, memoryMb: 9000 });
  expect(await handOut(queue, slave(1, 9))).toEqual([]);
  await change(queue, job, { memoryMb: 0 });
  expect(await handOut(queue, slave(1, 9))).toHaveLength(1);
  await change(queue, job, { maxSlots: 3 });
  expect(await handOut(queue, slave(1, 9))).toHaveLength(2);
  await change(queue, job, { maxSlots: null, maxPerSlave: 5 });
  expect(await handOut(queue, slave(1, 9, ["Default"], { jobs: [job, job, job] }))).toHaveLength(2);
  await change(queue, job, { pool: "other" });
  expect(await handOut(queue, slave(1, 9))).toEqual([]);
});

test("a slot of a limited job is free again when its task has ended", async () => {
  const job = await submitted(queue, { frames: "1-5", maxSlots: 1 });
  const [first] = await handOut(queue, slave(1, 5));
  expect(await handOut(queue, slave(1, 5))).toEqual([]);
  await tell(queue, ended(first!));
  expect(await handOut(queue, slave(1, 5))).toMatchObject([{ job, task: 1 }]);
});

test("a slave that is kept from the first hundred jobs gets the one behind them", async () => {
  const id = await met(queue, "s1");
  for (let job = 0; job < 100; job++)
    await submitted(queue, { priority: 900, ...(job % 2 === 0 ? { blocked: ["s1"] } : { maxPerSlave: 1 }) });
  const behind = await submitted(queue, { priority: 100 });
  const busy = Array.from({ length: 100 }, (_, at) => at + 1);
  expect(await handOut(queue, slave(id, 1, ["Default"], { jobs: busy }))).toMatchObject([{ job: behind }]);
});

test("jobs that ask for what no asking slave has are not in the way of others", async () => {
  for (let job = 0; job < 30; job++) await submitted(queue, { priority: 900, memoryMb: 10_000 + job });
  const behind = await submitted(queue);
  expect(await handOut(queue, slave(1, 2))).toMatchObject([{ job: behind }]);
});

describe("of licences", () => {
  test("no more are in use than there are, over several jobs and rounds", async () => {
    await setLicence(queue, "nuke", 5);
    const [one, two] = [
      await submitted(queue, { frames: "1-20", licences: { nuke: 1 } }),
      await submitted(queue, { frames: "1-20", licences: { nuke: 2 } }),
    ];
    const free = await submitted(queue, { frames: "1-20", priority: 100 });
    const counts = (handed: { job: number }[]) =>
      [one, two, free].map((id) => handed.filter(({ job }) => job === id).length);
    const first = await handOut(queue, slave(1, 4));
    expect(counts(first)).toEqual([3, 1, 0]);
    expect(counts(await handOut(queue, slave(1, 4)))).toEqual([0, 0, 4]);
    await tell(queue, ...first.filter(({ job }) => job === two).map((run) => ended(run)));
    expect(counts(await handOut(queue, slave(1, 4)))).toEqual([0, 1, 3]);
  });

  test("a new number holds from the next hand-out on", async () => {
    await setLicence(queue, "nuke", 1);
    await submitted(queue, { frames: "1-20", licences: { nuke: 1 } });
    const handed = await handOut(queue, slave(1, 9));
    expect(handed).toHaveLength(1);
    await setLicence(queue, "nuke", 4);
    handed.push(...(await handOut(queue, slave(1, 9))));
    expect(handed).toHaveLength(4);
    await setLicence(queue, "nuke", 2);
    await tell(queue, ended(handed[0]!), ended(handed[1]!));
    expect(await handOut(queue, slave(1, 9))).toEqual([]);
    await tell(queue, ended(handed[2]!));
    expect(await handOut(queue, slave(1, 9))).toHaveLength(1);
  });

  test("a job that needs several gets a task only when all are free", async () => {
    await setLicence(queue, "nuke", 9);
    await setLicence(queue, "maya", 0);
    await submitted(queue, { licences: { nuke: 1, maya: 1 } });
    expect(await handOut(queue, slave(1))).toEqual([]);
    await setLicence(queue, "maya", 1);
    expect(await handOut(queue, slave(1))).toHaveLength(1);
  });

  test("two masters at the same moment never hand out the last one twice", async () => {
    const other = await openQueue({ url: stage.url });
    try {
      await setLicence(queue, "nuke", 3);
      for (let job = 0; job < 6; job++) await submitted(queue, { frames: "1-9", licences: { nuke: 1 } });
      let done = false;
      const { second } = await queue.sql.begin(async (tx) => {
        expect((await assign(tx, [slave(1, 2)])).handed).toHaveLength(2);
        const second = other.sql
          .begin((tx) => assign(tx, [slave(2, 9)]))
          .finally(() => {
            done = true;
          });
        const waits = async () => {
          const rows = await queue.sql`
            select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
          return done || rows.length > 0 || undefined;
        };
        await until(waits, "the other master to wait");
        return { second };
      });
      expect((await second).handed).toHaveLength(1);
      const many = (on: Queue, id: number) =>
        Promise.all([1, 2, 3].map((at) => on.sql.begin((tx) => assign(tx, [slave(id + at, 4)]))));
      await Promise.all([many(queue, 10), many(other, 20)]);
      const [used] = await queue.sql`select sum(running_count)::int as used from job`;
      expect(used!.used).toBe(3);
    } finally {
      await other.close();
    }
  });
});
