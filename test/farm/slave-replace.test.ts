// An upgrade of a slave while it renders: the new process takes over from the old one, and nothing is begun anew.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../lib/local/program";
import { type Farm, startFarm, until } from "../farm";
import { processesWith } from "../slave/orders";
import { previousRelease } from "../upgrade/previous";

const previous = previousRelease();
let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 3, grace: "500ms" });
});
afterAll(async () => {
  await farm?.[Symbol.asyncDispose]();
  previous?.remove();
});

const ledgerOf = (name: string) => join(farm.folder, `ledger-${name}`);
const ledger = (name: string) => (existsSync(ledgerOf(name)) ? readFileSync(ledgerOf(name), "utf8") : "");
const go = (name: string) => writeFileSync(join(farm.folder, `go-${name}`), "");

async function started(name: string, end = "exit 0"): Promise<number> {
  const wait = `while [ ! -e ${farm.folder}/go-${name} ]; do sleep 0.05; done`;
  const text = `#!/bin/sh\necho start >>${ledgerOf(name)}\n${wait}\necho end >>${ledgerOf(name)}\n${end}\n`;
  const id = await farm.submit({ name, command: [farm.script(`run-${name}`, text)], retries: 0 });
  await until(async () => ledger(name) !== "" || undefined, `${name} to start`);
  return id;
}
const runs = async () => (await farm.clientOf(farm.slave("s1")).slaveState()).runs;

test("what runs goes on under the new process, three upgrades in a row; what ends meanwhile is not lost", async () => {
  const long = await started("long");
  const pids = (await runs()).map(({ pid }) => pid);
  const failing = await started("failing", "exit 3");
  for (let upgrade = 0; upgrade < 3; upgrade++) {
    const before = farm.slave("s1");
    if (upgrade === 1) go("failing");
    const after = await farm.startSlave("s1", { flags: ["--replace"] });
    expect(await before.process.exited).toBe(0);
    expect(before.journal).not.toContain("no new tasks");
    expect(after.pid).not.toBe(before.pid);
    expect((await runs()).find(({ job }) => job === long)!.pid).toBe(pids[0]!);
  }
  await farm.ended(failing);
  expect(await farm.frame(failing, 1)).toMatchObject({ outcome: "failed", code: 3, attempt: 1 });
  const next = await farm.submit({ command: ["true"] });
  await farm.ended(next);
  go("long");
  await farm.ended(long);
  expect(await farm.frame(long, 1)).toMatchObject({ state: "finished", attempt: 1, slave: "s1" });
  for (const name of ["long", "failing"]) expect([name, ledger(name)]).toEqual([name, "start\nend\n"]);
  expect((await farm.client.slaves()).map(({ name, state }) => [name, state])).toEqual([["s1", "online"]]);
});

test("a run that was being ended when the new process came is ended for the reason it had", async () => {
  const text = `#!/bin/sh\ntrap '' TERM\necho start >>${ledgerOf("stubborn")}\nsleep 60\nsleep 60\n`;
  const id = await farm.submit({
    command: [farm.script("run-stubborn", text)],
    retries: 0,
    frameTimeoutMs: 1000,
  });
  await until(async () => ledger("stubborn") !== "" || undefined, "it to start");
  const end = join(farm.folder, "m1", "slaves", "s1", "runs", `${id}.0.1.end`);
  await until(async () => existsSync(end) || undefined, "the timeout");
  await farm.slave("s1").end("SIGKILL");
  await farm.startSlave("s1", { flags: ["--replace"] });
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ outcome: "failed", message: expect.stringContaining("took longer") });
  expect(processesWith("run-stubborn")).toEqual([]);
});

test.skipIf(!previous)(
  "a slave of the release before is replaced as well, and has its number and its runs",
  async () => {
    await farm.slave("s1").end();
    const before = await farm.startSlave("s1", { release: previous!.folder });
    const id = await started("before");
    const [slave] = await farm.client.slaves();
    expect(slave!.version).toBe(previous!.version);
    const { pid } = (await runs()).find(({ job }) => job === id)!;
    await farm.startSlave("s1", { flags: ["--replace"] });
    await before.process.exited;
    expect((await runs()).map((run) => run.pid)).toEqual([pid]);
    go("before");
    await farm.ended(id);
    expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 1, slave: "s1" });
    expect(ledger("before")).toBe("start\nend\n");
    expect(await farm.client.slaves()).toMatchObject([{ id: slave!.id, version, state: "online" }]);
  },
);
