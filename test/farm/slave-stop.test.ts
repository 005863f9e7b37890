// Telling a slave to stop.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, type Member, startFarm, until } from "../farm";
import { processesWith, uniqueSleep } from "../slave/orders";
import { endFarm, ownSlave, refusal } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, grace: "500ms" });
});
afterAll(() => endFarm(farm));

const runsAt = (slave: Member, count: number) =>
  until(async () => (await farm.clientOf(slave).slaveState()).runs.length === count || undefined, `${count} runs`);
const stateOf = async (name: string) => (await farm.client.slave(name)).state;

test("Ctrl-C lets running tasks end and takes no new ones; then the slave is gone", async () => {
  const slave = await farm.startSlave("once");
  const wait = `while [ ! -e ${farm.folder}/go ]; do sleep 0.05; done`;
  const id = await farm.submit({ frames: "1-4", command: ["sh", "-c", wait] });
  await runsAt(slave, 2);
  slave.process.kill("SIGINT");
  await until(async () => slave.journal.includes("no new tasks; waiting for 2 to end") || undefined, "it to say so");
  const late = await farm.submit({ command: ["true"] });
  writeFileSync(join(farm.folder, "go"), "");
  expect(await slave.process.exited).toBe(0);
  const frames = (await farm.client.frames(id)).frames.map(({ state, attempt }) => `${state} ${attempt}`);
  expect(frames).toEqual(["finished 1", "finished 1", "waiting 0", "waiting 0"]);
  expect((await farm.frame(late, 1)).state).toBe("waiting");
  await until(async () => (await stateOf("once")) === "gone" || undefined, "the slave to be gone");
  for (const job of [id, late]) await farm.client.delete(job);
});

const insisting: [what: string, stop: (slave: Member) => Promise<void>][] = [
  [
    "a second Ctrl-C",
    async (slave) => {
      slave.process.kill("SIGINT");
      await until(async () => slave.journal.includes("no new tasks") || undefined, "the first to be heard");
      slave.process.kill("SIGINT");
    },
  ],
  ["TERM", async (slave) => slave.process.kill("SIGTERM")],
];
for (const [at, [what, stop]] of insisting.entries()) {
  test(`${what} kills what runs: the tasks wait again, and that does not count as a failure`, async () => {
    const slave = await farm.startSlave(`insist${at}`);
    const sleep = uniqueSleep();
    const id = await farm.submit({
      frames: "1-3",
      retries: 0,
      command: ["sh", "-c", `sleep ${sleep} & sleep ${sleep}`],
    });
    await runsAt(slave, 2);
    await until(async () => processesWith(`sleep ${sleep}`).length >= 4 || undefined, "the sleepers");
    await stop(slave);
    expect(await slave.process.exited).toBe(0);
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
    const { frames } = await farm.client.frames(id);
    expect(frames.map(({ state, outcome, attempt }) => `${state} ${outcome} ${attempt}`)).toEqual([
      "waiting returned 1",
      "waiting returned 1",
      "waiting null 0",
    ]);
    expect(await farm.client.job(id)).toMatchObject({ state: "waiting" });
    await farm.client.delete(id);
  });
}

test("a jobscript that ignores all signals does not keep the slave from stopping", async () => {
  const slave = await farm.startSlave("stubborn");
  const up = join(farm.folder, "up");
  const id = await farm.submit({
    command: ["sh", "-c", `trap '' TERM INT HUP; touch ${up}; while :; do sleep 0.1; done`],
  });
  await until(async () => existsSync(up) || undefined, "the jobscript");
  expect(await slave.end("SIGTERM")).toBe(0);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "waiting", outcome: "returned" });
  expect(processesWith(up)).toEqual([]);
  await farm.client.delete(id);
});

test("Ctrl-C in the slave's terminal does not reach the jobscripts", async () => {
  const slave = await farm.startSlave("terminal");
  const ended = join(farm.folder, "ended");
  await farm.submit({ command: ["sh", "-c", `sleep 0.7; echo whole >${ended}`] });
  await runsAt(slave, 1);
  const { runs } = await farm.clientOf(slave).slaveState();
  // A terminal sends INT to the slave's whole process group: the jobscript must not be in it.
  const groupOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")[2];
  expect(groupOf(runs[0]!.pid!)).toBe(`${runs[0]!.pid}`);
  expect(groupOf(slave.pid)).not.toBe(groupOf(runs[0]!.pid!));
  expect(await slave.end("SIGINT")).toBe(0);
  expect(readFileSync(ended, "utf8")).toBe("whole\n");
});

test("a second slave of the same name is refused in one line that says what to do", async () => {
  const slave = await farm.startSlave("double");
  const { code, said } = await refusal(ownSlave(farm, { name: "double" }));
  expect(code).toBe(1);
  expect(said).toBe(
    `slave: slave double runs already (process ${slave.pid}): take over from it with --replace, or give a second one on this machine another --name\n`,
  );
  expect(await stateOf("double")).toBe("online");
});
