// A data folder that was copied, moved, or found again after a reboot: which process is the slave, and what becomes of its runs.
import { afterEach, expect, test } from "bun:test";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, type Member, startFarm, until } from "../farm";
import { processesWith } from "../slave/orders";

let farm: Farm;
afterEach(() => farm?.[Symbol.asyncDispose]());

const folderOf = (name: string) => join(farm.folder, "m1", "slaves", name);
const keyOf = (name: string) => JSON.parse(readFileSync(join(folderOf(name), "slave.json"), "utf8")).key as string;
const runsOf = (name: string) => readdirSync(join(folderOf(name), "runs"));
const ledger = () => {
  const file = join(farm.folder, "ledger");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};
const go = () => writeFileSync(join(farm.folder, "go"), "");

/** Submits a task that writes down its start, waits for `go()`, and writes down its end. */
async function started(): Promise<number> {
  const wait = `while [ ! -e ${farm.folder}/go ]; do sleep 0.05; done`;
  const text = `#!/bin/sh\necho start >>${farm.folder}/ledger\n${wait}\necho end >>${farm.folder}/ledger\n`;
  const id = await farm.submit({ command: [farm.script("render", text)], retries: 0 });
  await until(async () => ledger() !== "" || undefined, "the task to start");
  return id;
}

/** Slaves that are online, by number. */
const online = async () => (await farm.client.slaves()).filter(({ state }) => state === "online").map(({ id }) => id);
const known = () =>
  until(async () => {
    const ids = await online();
    return ids.length > 0 ? ids : undefined;
  }, "the slave to be online");
const says = (member: Member, words: string) =>
  until(async () => member.journal.includes(words) || undefined, `${member.name} to say '${words}'`);

/** The same folder in another place: as after a reboot, to the slave that lives there. */
function move(name: string): void {
  cpSync(folderOf(name), `${folderOf(name)}.moved`, { recursive: true });
  rmSync(folderOf(name), { recursive: true });
  renameSync(`${folderOf(name)}.moved`, folderOf(name));
}

test("of a copy and a slave that lives the copy becomes another slave, and the task that ran is finished once", async () => {
  farm = await startFarm({ lease: "8s" });
  const other = await farm.startMaster({ name: "m2" });
  const id = await started();
  cpSync(folderOf("s1"), folderOf("s2"), { recursive: true });
  expect(runsOf("s2")).not.toEqual([]);
  // At another master: the two meet only in the database.
  const copy = await farm.startSlave("s2", { master: other });
  await says(copy, "is a copy");
  const ids = await until(async () => {
    const found = await online();
    return found.length === 2 ? found : undefined;
  }, "two slaves");
  expect(keyOf("s2")).not.toBe(keyOf("s1"));
  expect(runsOf("s2")).toEqual([]);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "running", slave: "s1" });
  go();
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 1, slave: "s1" });
  expect(ledger()).toBe("start\nend\n");

  const next = await farm.submit({ command: ["sleep", "0.3"], frames: "1-8" });
  await farm.ended(next);
  const { frames } = await farm.client.frames(next);
  expect(new Set(frames.map(({ slave }) => slave))).toEqual(new Set(["s1", "s2"]));
  expect((await online()).sort()).toEqual(ids.sort());
  expect(farm.slave("s1").journal).not.toContain("copy");
});

test("a slave that stood still while its copy took its place becomes another one, ends what it ran, and both work", async () => {
  farm = await startFarm({ lease: "2s", slots: 1 });
  const id = await started();
  const original = farm.slave("s1");
  cpSync(folderOf("s1"), folderOf("s2"), { recursive: true });
  const [pid] = processesWith(`${farm.folder}/render`).map((line) => Number.parseInt(line, 10));
  original.process.kill("SIGSTOP");
  process.kill(pid!, "SIGSTOP");
  await farm.startSlave("s2");
  // The lease is over: the copy is the slave now, and has the task begun anew.
  await farm.frameIs(id, 1, ({ attempt, state }) => attempt === 2 && state === "running");
  process.kill(pid!, "SIGCONT");
  original.process.kill("SIGCONT");
  await says(original, "is a copy");
  await until(async () => (await online()).length === 2 || undefined, "two slaves");
  await until(async () => ledger() === "start\nstart\n" || undefined, "the second run");
  await until(async () => (await farm.clientOf(original).slaveState()).runs.length === 0 || undefined, "no old run");
  go();
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", attempt: 2, slave: "s2" });
  expect(ledger()).toBe("start\nstart\nend\n");
  const next = await farm.submit({ command: ["sleep", "0.5"], frames: "1-4" });
  await farm.ended(next);
  const { frames } = await farm.client.frames(next);
  expect(new Set(frames.map(({ slave }) => slave))).toEqual(new Set(["s1", "s2"]));
});

test("a slave whose home has changed waits until it is clear that it is no copy, and then has its runs again", async () => {
  farm = await startFarm({ lease: "3s" });
  const ids = await known();
  const key = keyOf("s1");
  // A master that has just started lets whoever lives call first.
  await says(farm.masters[0]!, "listens");
  const id = await started();
  await farm.slave("s1").end("SIGKILL");
  move("s1");
  const again = await farm.startSlave("s1");
  await says(again, "another process speaks for this slave");
  expect(ledger()).toBe("start\n");
  await says(again, "connected to the master");
  go();
  // The lease was over: the run was taken back, and whichever was first finished the task.
  await farm.ended(id);
  await until(async () => processesWith(`${farm.folder}/render`).length === 0 || undefined, "all runs to end");
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", slave: "s1" });
  expect(await online()).toEqual(ids);
  expect(keyOf("s1")).toBe(key);
  expect(again.journal).not.toContain("is a copy");
  await until(async () => runsOf("s1").length === 0 || undefined, "the records to be settled");
});

test("a slave that took its leave does not wait for its lease, wherever its folder is then", async () => {
  farm = await startFarm({ lease: "60s" });
  const ids = await known();
  await farm.slave("s1").end("SIGTERM");
  move("s1");
  const again = await farm.startSlave("s1");
  await says(again, "connected to the master");
  expect(again.journal).not.toContain("is a copy");
  expect(await online()).toEqual(ids);
});

test("after a kill by force the next life in the same place is itself at once, and what a reboot took is begun anew", async () => {
  farm = await startFarm({ lease: "60s", slots: 1 });
  const ids = await known();
  const id = await started();
  const before = farm.slave("s1");
  const { runs } = await farm.clientOf(before).slaveState();
  // As a reboot has it: nothing of them says a last word.
  await before.end("SIGKILL");
  process.kill(-runs[0]!.pid!, "SIGKILL");
  const again = await farm.startSlave("s1");
  await farm.frameIs(id, 1, ({ attempt, state }) => attempt === 2 && state === "running");
  expect((await farm.client.runs(id, 1))[0]).toMatchObject({ outcome: "lost" });
  go();
  await farm.ended(id);
  expect(again.journal).not.toContain("another process");
  expect(await online()).toEqual(ids);
});
