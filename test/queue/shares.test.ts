// Owners of jobs with one priority share the slots, also when these become free one at a time.
import { describe, expect, test } from "bun:test";
import type { Handed } from "../../lib/queue/assign";
import { setWeight } from "../../lib/queue/owners";
import { carryOut } from "../../lib/queue/round";
import { countLicences, countShares } from "../../lib/queue/shares";
import { ended, handOut, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

/** Hands out one slot in a round of its own, so many times. Returns the jobs in their turn. */
async function oneByOne(rounds: number): Promise<Handed[]> {
  const handed: Handed[] = [];
  for (let round = 0; round < rounds; round++) handed.push(...(await handOut(queue, slave(1))));
  return handed;
}

/** Ends these runs one after another; each leaves its slot to the next task in the same round. */
async function passOn(runs: readonly Parameters<typeof ended>[0][]): Promise<Parameters<typeof ended>[0][]> {
  const next: Parameters<typeof ended>[0][] = [];
  for (const run of runs) {
    const { start } = await carryOut(queue, {
      reports: [ended(run)],
      unknown: [],
      check: [],
      asking: () => [slave(1)],
      again: () => [],
    });
    next.push(...start);
  }
  return next;
}

const runningBy = async () => {
  const rows = await queue.sql`select owner, sum(running_count)::int as running from job group by owner order by owner`;
  return Object.fromEntries(rows.map((row) => [row.owner, row.running]));
};

describe("slots that become free one at a time", () => {
  test("go in turns to an owner of 500 older jobs and one with a single younger one", async () => {
    for (let job = 0; job < 500; job++) await submitted(queue, { owner: "many", frames: "1-3" });
    const young = await submitted(queue, { owner: "single", frames: "1-50" });
    const jobs = (await oneByOne(6)).map(({ job }) => job);
    expect(jobs).toEqual([1, young, 2, young, 3, young]);
  });

  test("come to the weights of the owners, by jobs that begin and by jobs that go on", async () => {
    for (const owner of ["a", "b"]) for (let job = 0; job < 3; job++) await submitted(queue, { owner, frames: "1-99" });
    await setWeight(queue, "b", 3);
    const runs = await oneByOne(12);
    expect(await runningBy()).toEqual({ a: 3, b: 9 });
    await passOn(await passOn(runs));
    expect(await runningBy()).toEqual({ a: 3, b: 9 });
    // A new weight holds from the next slot on.
    await setWeight(queue, "b", 1);
    const now = await queue.sql<
      Handed[]
    >`select job, task, attempt, slave from run where ended_at is null order by job, task`;
    await passOn(now);
    expect(await runningBy()).toEqual({ a: 6, b: 6 });
  });

  test("do not all pass by an owner whose weight is a small part of the others'", async () => {
    await submitted(queue, { owner: "big", frames: "1-99" });
    await setWeight(queue, "small", 0.01);
    const runs = await oneByOne(4);
    await submitted(queue, { owner: "small", frames: "1-99" });
    expect(await passOn(runs)).toHaveLength(4);
    expect(await runningBy()).toEqual({ big: 3, small: 1 });
  });

  test("go to the jobs of one owner in turns, the oldest first", async () => {
    for (let job = 0; job < 3; job++) await submitted(queue, { frames: "1-9" });
    expect((await oneByOne(7)).map(({ job }) => job)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  test("go to the higher priority, whatever its owner has", async () => {
    await submitted(queue, { owner: "a", frames: "1-9" });
    const urgent = await submitted(queue, { owner: "b", frames: "1-9", priority: 501 });
    expect((await oneByOne(4)).map(({ job }) => job)).toEqual(Array(4).fill(urgent));
  });
});

test("the tasks that a round ends no longer count for their owners", async () => {
  const job = await submitted(queue, { owner: "a", frames: "1-9" });
  await setWeight(queue, "b", 2.5);
  await handOut(queue, slave(1, 4));
  const shares = await queue.sql.begin((tx) => countShares(tx, new Map([[job, 3]])));
  expect([...(shares as Map<string, unknown>)]).toContainEqual(["a", { running: 1, weight: 1 }]);
  expect([...(shares as Map<string, unknown>)]).toContainEqual(["b", { running: 0, weight: 2.5 }]);
});

test("licences that are taken are counted by what each running task needs", async () => {
  await queue.sql`insert into licence (name, total) values ('nuke', 10), ('maya', 2)`;
  const job = await submitted(queue, { frames: "1-9", licences: { nuke: 3, maya: 1 } });
  const runs = await handOut(queue, slave(1, 9));
  expect(runs).toHaveLength(2);
  const free = (gone: number) =>
    queue.sql.begin((tx) => countLicences(tx, ["nuke", "maya", "none"], new Map([[job, gone]])));
  expect([...((await free(0)) as Map<string, number>)]).toEqual([
    ["maya", 0],
    ["nuke", 4],
  ]);
  expect(((await free(1)) as Map<string, number>).get("nuke")).toBe(7);
  await tell(queue, ...runs.map((run) => ended(run)));
  expect(((await free(0)) as Map<string, number>).get("nuke")).toBe(10);
});
