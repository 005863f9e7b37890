import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Sync } from "../../lib/sync";
import { keyOf } from "../../lib/wire";
import { type Farm, startFarm, until } from "../farm";
import { exited, SimulatedSlave, settings } from "./simulated";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, lease: "3s" });
});
afterAll(() => farm[Symbol.asyncDispose]());

let pools = 0;
/** A pool of its own keeps the tests of this file apart. */
function ownPool() {
  const pool = `p${++pools}`;
  return { pool, slave: new SimulatedSlave(farm.client, `sim-${pool}`, { settings: settings({ pools: [pool] }) }) };
}

test("a slave that asks while nothing waits is answered when a job comes", async () => {
  const { pool, slave } = ownPool();
  const asked = slave.sync({ free: 2 });
  await until(
    async () => (await farm.client.slaves()).some(({ name }) => name === slave.name) || undefined,
    "the slave",
  );
  const job = await farm.submit({ pool, frames: "5-6", command: ["true"] });
  const { start, jobs } = await asked;
  expect(start).toEqual([
    { job, task: 0, attempt: 1, frames: [5] },
    { job, task: 1, attempt: 1, frames: [6] },
  ]);
  expect(jobs).toMatchObject([{ id: job, command: ["true"], start: 5, end: 6 }]);
});

test("a slave is answered with nothing after a third of the lease", async () => {
  const { slave } = ownPool();
  expect(await slave.sync({ free: 2 })).toMatchObject({ leaseMs: 3000, start: [], kill: [] });
});

test("an order that got lost on its way is given again, not lost and not doubled", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, frames: "1", command: ["true"] });
  const { start: lost } = await slave.sync({ free: 1 });
  // The slave does not mention the run: it has not heard of it.
  const { start: again } = await slave.sync({ free: 1 });
  expect(again).toEqual(lost);
  await slave.sync({ ended: [exited(again[0]!)] });
  expect(await farm.client.job(job)).toMatchObject({ state: "finished" });
});

test("an order of another master that got lost on its way is given by the one to which the slave has moved", async () => {
  const { pool, slave } = ownPool();
  const key = crypto.randomUUID();
  const here = { key, settings: settings({ pools: [pool] }) };
  const there = new SimulatedSlave(farm.clientOf(await farm.startMaster({ name: "m2" })), slave.name, here);
  await there.sync({ hello: true });
  const job = await farm.submit({ pool, command: ["true"] });
  // As of a request that the slave gave up, and that arrived all the same.
  expect((await slave.sync({ ...here, free: 1, hello: true })).start).toMatchObject([{ job, attempt: 1 }]);
  const told = await until(async () => (await there.sync({ free: 1 })).start[0], "the order");
  expect(told).toMatchObject({ job, task: 0, attempt: 1 });
});

test("a lost order counts against the free slots", async () => {
  const { pool, slave } = ownPool();
  await farm.submit({ pool, frames: "1-10", command: ["true"] });
  expect((await slave.sync({ free: 2 })).start.map(({ task }) => task)).toEqual([0, 1]);
  expect((await slave.sync({ free: 2 })).start.map(({ task }) => task)).toEqual([0, 1]);
});

test("the same report twice changes nothing", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, frames: "1", command: ["true"], retries: 5 });
  const [run] = (await slave.sync({ free: 1 })).start;
  await slave.sync({ ended: [exited(run!, 1)] });
  await slave.sync({ ended: [exited(run!, 1)] });
  await slave.sync({ ended: [exited(run!, 0)] });
  expect(await farm.frame(job, 1)).toMatchObject({ state: "waiting", attempt: 1, outcome: "failed", code: 1 });
});

test("a run that is no longer the slave's is told to end", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, frames: "1", command: ["true"] });
  const [run] = (await slave.sync({ free: 1 })).start;
  const parked = slave.sync({ alive: [keyOf(run!)] });
  await farm.client.requeue(job, "1");
  expect((await parked).kill).toEqual([keyOf(run!)]);
  // Until the slave says that it has ended nobody else gets it.
  const other = new SimulatedSlave(farm.client, `other-${pool}`, {
    settings: settings({ slots: 1, pools: [pool] }),
  });
  expect((await other.sync({ free: 1, hello: true })).start).toEqual([]);
  await slave.sync({ ended: [{ ...keyOf(run!), reason: "killed" }] });
  expect((await other.sync({ free: 1 })).start).toMatchObject([{ job, task: 0, attempt: 2 }]);
  expect(await farm.frame(job, 1)).toMatchObject({ state: "running", attempt: 2 });
});

test("a deleted job's run is told to end", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, command: ["true"] });
  const [run] = (await slave.sync({ free: 1 })).start;
  const parked = slave.sync({ alive: [keyOf(run!)] });
  await farm.client.delete(job);
  expect((await parked).kill).toEqual([keyOf(run!)]);
});

test("a slave that is disabled, drains, is off its hours, in trouble or leaves gets nothing", async () => {
  const { pool, slave } = ownPool();
  await farm.submit({ pool, command: ["true"] });
  const own = settings({ pools: [pool] });
  const starts = async (more: Parameters<typeof slave.sync>[0]) =>
    (await slave.sync({ free: 1, hello: true, ...more })).start.length;
  expect(await starts({ settings: { ...own, enabled: false } })).toBe(0);
  expect(await starts({ settings: { ...own, drain: true } })).toBe(0);
  expect(await starts({ inHours: false })).toBe(0);
  expect(await starts({ problem: "no space left" })).toBe(0);
  expect(await starts({ leaving: true })).toBe(0);
  expect((await farm.client.slave(slave.name)).state).toBeOneOf(["gone", "online"]);
  expect(await starts({})).toBe(1);
});

test("a lost order takes memory and GPUs of its slave as well as a slot", async () => {
  const { pool, slave } = ownPool();
  await farm.submit({ pool, frames: "1-10", command: ["true"], memoryMb: 300, gpus: 1 });
  const asks = { free: 4, memoryLeftMb: 1000, gpusLeft: 2, hello: true };
  expect((await slave.sync(asks)).start).toHaveLength(2);
  expect((await slave.sync(asks)).start.map(({ task }) => task)).toEqual([0, 1]);
  // With a GPU more, and memory for one more.
  expect((await slave.sync({ ...asks, gpusLeft: 9 })).start.map(({ task }) => task).sort()).toEqual([0, 1, 2]);
});

test("tasks that a slave holds count against what one slave may have of a job", async () => {
  const { pool, slave } = ownPool();
  await farm.submit({ pool, frames: "1-10", command: ["true"], maxPerSlave: 2 });
  const { start } = await slave.sync({ free: 5 });
  expect(start).toHaveLength(2);
  const alive = start.map(keyOf);
  expect((await slave.sync({ free: 3, hello: true, alive })).start).toEqual([]);
  const [first, second] = alive;
  expect((await slave.sync({ free: 4, alive: [second!], ended: [exited(first!)] })).start).toMatchObject([{ task: 2 }]);
});

test("what a slave tells of itself is seen at the master", async () => {
  const { slave } = ownPool();
  const tells = { gpus: 4, gpusLeft: 3, memoryLeftMb: 123, foreignSlots: 1, inHours: false, free: 2, load: 1.5 };
  await slave.sync({ ...tells, hello: true });
  await until(async () => {
    const seen = await farm.client.slave(slave.name);
    return seen.gpusLeft === 3 || undefined;
  }, "the beat");
  expect(await farm.client.slave(slave.name)).toMatchObject(tells);
});

test("how far a run is is shown with its frame soon", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, command: ["true"] });
  const [run] = (await slave.sync({ free: 1 })).start;
  const progress = (percent: number) =>
    slave.sync({ alive: [keyOf(run!)], hello: true, progress: [{ ...keyOf(run!), percent }] });
  for (const percent of [10, 70]) {
    await progress(percent);
    await until(async () => (await farm.frame(job, 1)).progress === percent || undefined, `${percent} percent`);
  }
});

test("a job whose time comes starts by itself", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, command: ["true"], notBefore: new Date(Date.now() + 700).toISOString() });
  expect((await slave.sync({ free: 1, hello: true })).start).toEqual([]);
  const begun = performance.now();
  let answer = await slave.sync({ free: 1 });
  while (answer.start.length === 0 && performance.now() - begun < 10_000) answer = await slave.sync({ free: 1 });
  expect(answer.start).toMatchObject([{ job }]);
});

test("a failed task that rests is tried again by itself when its rest is over", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, command: ["true"], retryDelayMs: 500 });
  const [run] = (await slave.sync({ free: 1 })).start;
  expect((await slave.sync({ free: 1, ended: [exited(run!, 1)] })).start).toEqual([]);
  const begun = performance.now();
  let answer = await slave.sync({ free: 1 });
  while (answer.start.length === 0 && performance.now() - begun < 10_000) answer = await slave.sync({ free: 1 });
  expect(answer.start).toMatchObject([{ job, task: 0, attempt: 2 }]);
});

test("a slave that speaks another version is told so in words", async () => {
  const { slave } = ownPool();
  await expect(slave.sync({ version: 99 })).rejects.toThrow(
    /speaks version 99 of the protocol; .*upgrade the master first/,
  );
  const older = { version: 1, memoryLeftMb: undefined, inHours: undefined } as unknown as Partial<Sync>;
  await expect(slave.sync(older)).rejects.toThrow(/speaks version 1 of the protocol; .*upgrade the slave to DrQueue/);
  await expect(slave.sync({ inHours: undefined } as never)).rejects.toThrow(/^inHours: /);
});

test("what a newer slave says beside what is known is passed over, also in its settings and of runs", async () => {
  const { pool, slave } = ownPool();
  const job = await farm.submit({ pool, command: ["true"] });
  const paths = [{ farm: "/mnt/a", here: "/b", os: "PLAN9" }];
  const newer = { mood: "fine", settings: { ...settings({ pools: [pool] }), paths, colour: "red" } };
  const [run] = (await slave.sync({ ...newer, free: 1 } as Partial<Sync>)).start;
  const ended: Sync["ended"] = [{ ...exited(run!), ...{ pixels: 12 } }];
  await slave.sync({ ...newer, ended } as Partial<Sync>);
  expect(await farm.ended(job)).toMatchObject({ state: "finished" });
  const { settings: seen } = await farm.client.slave(slave.name);
  expect(seen).toEqual(settings({ pools: [pool], paths: [{ farm: "/mnt/a", here: "/b" }] }));
});

test("a reason to end that only a newer slave knows is a failure, and keeps nothing else of its sync back", async () => {
  const { pool, slave } = ownPool();
  const [odd, plain] = [
    await farm.submit({ pool, command: ["true"], retries: 0 }),
    await farm.submit({ pool, command: ["true"], retries: 0 }),
  ];
  const { start } = await slave.sync({ free: 2 });
  const of = (job: number) => start.find((run) => run.job === job)!;
  const evicted = { ...exited(of(odd)), reason: "evicted", message: "the cloud took the machine back" };
  await slave.sync({ ended: [evicted as never, exited(of(plain))] });
  expect(await farm.ended(plain)).toMatchObject({ state: "finished" });
  expect(await farm.ended(odd)).toMatchObject({ state: "failed" });
  expect(await farm.frame(odd, 1)).toMatchObject({ outcome: "failed", message: "the cloud took the machine back" });
});

test("a second sync of a slave frees the one that was parked", async () => {
  const { slave } = ownPool();
  await slave.sync({ hello: true });
  const first = slave.sync({ free: 1 });
  const second = slave.sync({ free: 1 });
  expect(await first).toMatchObject({ start: [] });
  expect(await second).toMatchObject({ start: [] });
});
