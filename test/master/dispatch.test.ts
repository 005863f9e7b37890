import { afterAll, beforeAll, expect, test } from "bun:test";
import { keyOf } from "../../lib/protocol";
import { type Farm, startFarm, until } from "../farm";
import { exited, SimulatedSlave } from "./simulated";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, lease: "3s" });
});
afterAll(() => farm[Symbol.asyncDispose]());

let pools = 0;
/** A pool of its own keeps the tests of this file apart. */
function ownPool() {
  const pool = `p${++pools}`;
  const settings = { slots: 2, pools: [pool], enabled: true };
  return { pool, slave: new SimulatedSlave(farm.client, `sim-${pool}`, { settings }) };
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
    settings: { slots: 1, pools: [pool], enabled: true },
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

test("a disabled slave, one in trouble and one that leaves get nothing", async () => {
  const { pool, slave } = ownPool();
  await farm.submit({ pool, command: ["true"] });
  const settings = { slots: 2, pools: [pool], enabled: true };
  expect((await slave.sync({ free: 1, settings: { ...settings, enabled: false } })).start).toEqual([]);
  expect((await slave.sync({ free: 1, problem: "no space left" })).start).toEqual([]);
  expect((await slave.sync({ free: 1, leaving: true })).start).toEqual([]);
  expect((await farm.client.slave(slave.name)).state).toBeOneOf(["gone", "online"]);
});

test("a slave that speaks another version is told so in words", async () => {
  const { slave } = ownPool();
  expect(slave.sync({ version: 99 })).rejects.toThrow(/speaks version 99 of the protocol.*same release/);
});

test("a second sync of a slave frees the one that was parked", async () => {
  const { slave } = ownPool();
  await slave.sync({ hello: true });
  const first = slave.sync({ free: 1 });
  const second = slave.sync({ free: 1 });
  expect(await first).toMatchObject({ start: [] });
  expect(await second).toMatchObject({ start: [] });
});
