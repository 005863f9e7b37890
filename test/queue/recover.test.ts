// Slaves that are not heard of any more lose their tasks.
import { expect, test } from "bun:test";
import * as control from "../../lib/queue/control";
import { findLost, takeBack } from "../../lib/queue/recover";
import { remove } from "../../lib/queue/remove";
import { type Heard, heard, notTheirs, openRuns, progressed } from "../../lib/queue/slaves";
import { ended, handOut, jobRow, met, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const silentFor = (id: number, seconds: number) =>
  queue.sql`update slave set seen_at = now() - ${seconds} * interval '1 second' where id = ${id}`;
const stateOf = async (id: number) => (await queue.sql`select state from slave where id = ${id}`)[0]?.state;
const beat = (id: number, leaving = false): Heard => ({
  id,
  load: 1,
  freeMemoryMb: 10,
  memoryLeftMb: 5,
  gpusLeft: 1,
  foreignSlots: 2,
  inHours: false,
  running: 1,
  free: 3,
  stuck: 0,
  leaving,
  ageMs: 0,
});
const names = (runs: { job: number; task: number; attempt: number; slave: number }[]) =>
  runs.map(({ job, task, attempt, slave }) => `${job}.${task}.${attempt}>${slave}`);

test("a slave is lost when it was silent for longer than the lease, and is named once", async () => {
  const [quiet, lively] = [await met(queue, "quiet"), await met(queue, "lively")];
  await silentFor(quiet, 31);
  await silentFor(lively, 29);
  expect(await findLost(queue, 30_000)).toEqual(["quiet"]);
  expect(await findLost(queue, 30_000)).toEqual([]);
  expect([await stateOf(quiet), await stateOf(lively)]).toEqual(["lost", "online"]);
});

test("tasks of a lost slave wait again, those of others run on, and none is counted", async () => {
  const [gone, here] = [await met(queue, "gone"), await met(queue, "here")];
  const job = await submitted(queue, { frames: "1-5", retries: 0 });
  await handOut(queue, slave(gone, 2));
  await handOut(queue, slave(here, 2));
  await silentFor(gone, 31);
  await findLost(queue, 30_000);
  expect(await takeBack(queue)).toBe(2);
  expect(await jobRow(queue, job)).toMatchObject({ state: "running", waiting: "{[0,2),[4,5)}", running: "{[2,4)}" });
  expect(await runsOf(queue, job)).toEqual([
    `0.1 ${gone} lost`,
    `1.1 ${gone} lost`,
    `2.1 ${here} open`,
    `3.1 ${here} open`,
  ]);
  expect(await takeBack(queue)).toBe(0);
  expect(await handOut(queue, slave(here, 2))).toMatchObject([
    { task: 0, attempt: 2 },
    { task: 1, attempt: 2 },
  ]);
});

test("a slave that took its leave leaves its tasks at once, without a lease", async () => {
  const id = await met(queue, "s1");
  const job = await submitted(queue);
  await handOut(queue, slave(id));
  await heard(queue, [beat(id, true)]);
  expect(await stateOf(id)).toBe("gone");
  expect(await takeBack(queue)).toBe(1);
  expect((await jobRow(queue, job))?.state).toBe("waiting");
});

test("nothing is taken from slaves that are online", async () => {
  const id = await met(queue, "s1");
  await submitted(queue);
  await handOut(queue, slave(id));
  expect(await takeBack(queue)).toBe(0);
});

test("what a person wanted of a run is done when its slave is lost", async () => {
  const id = await met(queue, "s1");
  const job = await submitted(queue, { frames: "1-2" });
  await handOut(queue, slave(id, 2));
  await control.finish(queue, job, "1");
  await control.kill(queue, job, "2");
  await heard(queue, [beat(id, true)]);
  await takeBack(queue);
  expect(await jobRow(queue, job)).toMatchObject({ state: "waiting", finished: "{[0,1)}", waiting: "{[1,2)}" });
  expect(await runsOf(queue, job)).toEqual([`0.1 ${id} killed`, `1.1 ${id} killed`]);
});

test("tasks of a stopped job come back too", async () => {
  const id = await met(queue, "s1");
  const job = await submitted(queue);
  await handOut(queue, slave(id));
  await control.stop(queue, job, { kill: false });
  await heard(queue, [beat(id, true)]);
  expect(await takeBack(queue)).toBe(1);
  expect(await jobRow(queue, job)).toMatchObject({ state: "stopped", waiting: "{[0,1)}" });
});

test("two masters that take back at once take each task once", async () => {
  const id = await met(queue, "s1");
  for (let job = 0; job < 10; job++) await submitted(queue, { frames: "1-3" });
  await handOut(queue, slave(id, 30));
  await heard(queue, [beat(id, true)]);
  const taken = await Promise.all([takeBack(queue), takeBack(queue), takeBack(queue)]);
  expect(taken.reduce((sum, one) => sum + one)).toBe(30);
});

test("a lost slave that calls again is online, and is told which runs are no longer its own", async () => {
  const id = await met(queue, "s1");
  await submitted(queue, { frames: "1-3" });
  const runs = await handOut(queue, slave(id, 2));
  await silentFor(id, 31);
  await findLost(queue, 30_000);
  await takeBack(queue);
  await heard(queue, [beat(id)]);
  expect(await stateOf(id)).toBe("online");
  expect(await findLost(queue, 30_000)).toEqual([]);
  expect(names(await queue.sql.begin((tx) => notTheirs(tx, runs)))).toEqual(names(runs));
});

test("a slave keeps the runs it holds, but for those that are deleted, unwanted, ended or another's", async () => {
  const [kept, deleted, unwanted] = [await submitted(queue), await submitted(queue), await submitted(queue)];
  const over = await submitted(queue);
  const runs = await handOut(queue, slave(1, 4));
  await remove(queue, deleted);
  await control.kill(queue, unwanted);
  await tell(queue, ended(runs[3]!));
  const held = [...runs, { ...runs[0]!, slave: 2 }];
  const found = await queue.sql.begin((tx) => notTheirs(tx, held));
  expect(names(found).sort()).toEqual([`${kept}.0.1>2`, `${deleted}.0.1>1`, `${unwanted}.0.1>1`, `${over}.0.1>1`]);
});

test("a slave keeps its number when it comes back under another name", async () => {
  const key = crypto.randomUUID();
  const id = await met(queue, "old", key);
  await heard(queue, [beat(id, true)]);
  expect(await met(queue, "new", key)).toBe(id);
  const rows = await queue.sql`select name, state from slave`;
  expect([...rows]).toEqual([{ name: "new", state: "online" }]);
});

test("signs of life of many slaves are written together, and unknown ones passed over", async () => {
  const ids = [await met(queue, "a"), await met(queue, "b"), await met(queue, "c")];
  for (const id of ids) await silentFor(id, 99);
  await heard(queue, [beat(ids[0]!), beat(ids[1]!), beat(99)]);
  await heard(queue, []);
  expect(await findLost(queue, 30_000)).toEqual(["c"]);
});

test("a sign of life tells all that changes about a slave", async () => {
  const id = await met(queue, "s1");
  await heard(queue, [beat(id)]);
  const [row] = await queue.sql`
    select load, free_memory_mb, memory_left_mb, gpus_left, foreign_slots, in_hours, running, free, state from slave`;
  expect({ ...row }).toEqual({
    load: 1,
    free_memory_mb: 10,
    memory_left_mb: 5,
    gpus_left: 1,
    foreign_slots: 2,
    in_hours: false,
    running: 1,
    free: 3,
    state: "online",
  });
});

test("masters are woken when a slave is lost, since others may have to take jobs that set them aside", async () => {
  const { promise: woken, resolve } = Promise.withResolvers<void>();
  const listening = await queue.sql.listen("drqueue", (news) => JSON.parse(news).work && resolve());
  await met(queue, "lost");
  await queue.sql`update slave set seen_at = now() - interval '1 minute'`;
  expect(await findLost(queue, 30_000)).toEqual(["lost"]);
  await woken;
  await listening.unlisten();
});

test("how far runs are is written as long as they are open", async () => {
  await submitted(queue, { frames: "1-2" });
  const [open, over] = await handOut(queue, slave(1, 2));
  await tell(queue, ended(over!));
  const stray = { job: 9, task: 0, attempt: 1, slave: 1, percent: 3 };
  await progressed(queue, [{ ...open!, percent: 40 }, { ...over!, percent: 50 }, stray]);
  // Only the slave that has the run knows how far it is.
  await progressed(queue, [{ ...open!, slave: 2, percent: 90 }]);
  await progressed(queue, []);
  const rows = await queue.sql`select task, progress from run order by task`;
  expect([...rows]).toEqual([
    { task: 0, progress: 40 },
    { task: 1, progress: null },
  ]);
});

test("how far a run is does not wait for the round that ends it", async () => {
  await submitted(queue, { frames: "1-2" });
  const [ending, open] = await handOut(queue, slave(1, 2));
  await queue.sql.begin(async (tx) => {
    await tx`update run set ended_at = now() where task = ${ending!.task}`;
    await progressed(queue, [
      { ...ending!, percent: 99 },
      { ...open!, percent: 50 },
    ]);
  });
  const rows = await queue.sql`select progress from run order by task`;
  expect(rows.map(({ progress }) => progress)).toEqual([null, 50]);
});

test("the open runs of slaves are found, of running and stopped jobs, and only theirs", async () => {
  const running = await submitted(queue, { frames: "1-3", memoryMb: 700, gpus: 0 });
  const stopped = await submitted(queue, { frames: "1-2" });
  await handOut(queue, slave(1, 2));
  await handOut(queue, slave(2, 1));
  await control.stop(queue, stopped, { kill: false });
  expect(names(await openRuns(queue.sql, [1]))).toEqual([`${running}.0.1>1`, `${stopped}.0.1>1`]);
  expect(await openRuns(queue.sql, [1])).toMatchObject([{ memoryMb: 700, gpus: 0 }, { memoryMb: 0 }]);
  expect(await openRuns(queue.sql, [1, 2])).toHaveLength(3);
  expect(await openRuns(queue.sql, [])).toEqual([]);
});
