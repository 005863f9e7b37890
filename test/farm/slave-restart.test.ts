// A slave that is killed, and a master that is away: no frame is rendered twice for it, and no result is lost.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
import { processesWith } from "../slave/orders";
import { isOnline } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 8, grace: "500ms" });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const ledgerOf = (name: string) => join(farm.folder, `ledger-${name}`);
const ledger = (name: string) => (existsSync(ledgerOf(name)) ? readFileSync(ledgerOf(name), "utf8") : "");
const go = (name: string) => writeFileSync(join(farm.folder, `go-${name}`), "");

/** Submits a task that writes down its start, waits for `go(name)`, writes down its end, and ends as `end` says. */
async function started(name: string, end: string): Promise<number> {
  const wait = `while [ ! -e ${farm.folder}/go-${name} ]; do sleep 0.05; done`;
  const text = `#!/bin/sh\necho start >>${ledgerOf(name)}\n${wait}\necho end >>${ledgerOf(name)}\n${end}\n`;
  const id = await farm.submit({ name, command: [farm.script(`run-${name}`, text)], retries: 0 });
  await until(async () => ledger(name) !== "" || undefined, `${name} to start`);
  return id;
}
const over = (name: string) =>
  until(
    async () => (ledger(name).endsWith("end\n") && processesWith(`run-${name}`).length === 0 ? true : undefined),
    `${name} to be over`,
  );

test("a slave killed by force picks up what runs and what has ended meanwhile; each frame is rendered once", async () => {
  const ends = { goes0: "exit 0", goes3: "exit 3", over0: "exit 0", over3: "exit 3", asked: "kill -INT $PPID; exit 1" };
  const jobs: Record<string, number> = {};
  for (const [name, end] of Object.entries(ends)) jobs[name] = await started(name, end);
  await farm.slave("s1").end("SIGKILL");
  for (const name of ["over0", "over3", "asked"]) {
    go(name);
    await over(name);
  }
  const again = await farm.startSlave("s1");
  const { runs } = await farm.clientOf(again).slaveState();
  expect(runs.map(({ job }) => job).sort()).toEqual([jobs.goes0!, jobs.goes3!].sort());
  expect(runs.every(({ pid }) => pid !== null)).toBe(true);
  go("goes0");
  go("goes3");

  const expected = {
    goes0: { state: "finished", outcome: "finished", code: 0 },
    goes3: { state: "failed", outcome: "failed", code: 3, message: "exit 3" },
    over0: { state: "finished", outcome: "finished", code: 0 },
    over3: { state: "failed", outcome: "failed", code: 3, message: "exit 3" },
    asked: { state: "failed", outcome: "requeued", code: 130 },
  };
  for (const [name, end] of Object.entries(expected)) {
    await farm.ended(jobs[name]!);
    expect(await farm.frame(jobs[name]!, 1)).toMatchObject({ ...end, attempt: 1, slave: "s1" });
    expect([name, ledger(name)]).toEqual([name, "start\nend\n"]);
    expect(await farm.log(jobs[name]!, 1)).toMatch(/\n# ended .*, exit \d+.* after \d/);
  }
  expect((await farm.client.slaves()).map(({ name }) => name)).toEqual(["s1"]);
});

test("a slave killed by force together with the shell parent: the task is lost, ended, and rendered anew", async () => {
  const id = await started("orphan", "exit 0");
  const before = farm.slave("s1");
  const { runs } = await farm.clientOf(before).slaveState();
  await before.end("SIGKILL");
  process.kill(runs.find(({ job }) => job === id)!.pid!, "SIGKILL");
  expect(processesWith("run-orphan").length).toBeGreaterThan(0);
  await farm.startSlave("s1");
  await farm.frameIs(id, 1, ({ attempt, state }) => attempt === 2 && state === "running");
  await until(async () => ledger("orphan") === "start\nstart\n" || undefined, "the second run");
  expect(await farm.log(id, 1, 1)).toContain("its processes vanished without an exit status");
  go("orphan");
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 2 });
  expect(ledger("orphan")).toBe("start\nstart\nend\n");
});

test("a run that was picked up can be killed", async () => {
  const id = await started("kill", "exit 0");
  await farm.slave("s1").end("SIGKILL");
  await farm.startSlave("s1");
  await farm.client.stop(id, { kill: true });
  await farm.frameIs(id, 1, ({ state, outcome }) => state === "waiting" && outcome === "killed");
  expect(processesWith("run-kill")).toEqual([]);
});

test("results wait at the slave while the master is away, however it was stopped", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const name = `away-${signal}`;
    const id = await started(name, "exit 0");
    const slave = farm.clientOf(farm.slave("s1"));
    const master = farm.masters[0]!;
    await master.end(signal);
    go(name);
    await until(async () => (await slave.slaveState()).unsent === 1 || undefined, "the task to end");
    expect((await slave.slaveState()).connected).toBe(false);
    await farm.startMaster({ port: master.port });
    await farm.ended(id);
    expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 1, slave: "s1" });
    expect(ledger(name)).toBe("start\nend\n");
    await until(async () => (await slave.slaveState()).unsent === 0 || undefined, "the result to be settled");
    await isOnline(farm, "s1");
  }
});

test("results survive also the slave that held them while the master was away", async () => {
  const id = await started("both", "exit 0");
  const port = farm.masters[0]!.port;
  await farm.masters[0]!.end("SIGKILL");
  go("both");
  const slave = farm.clientOf(farm.slave("s1"));
  await until(async () => (await slave.slaveState()).unsent === 1 || undefined, "the task to end");
  await farm.slave("s1").end("SIGTERM");
  await farm.startMaster({ port });
  await farm.startSlave("s1");
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 1 });
  expect(ledger("both")).toBe("start\nend\n");
});
