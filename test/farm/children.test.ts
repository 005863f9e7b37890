// Jobscripts that start others: nothing of them outlives what they were started for.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
import { processesWith, uniqueSleep } from "../slave/orders";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 4, grace: "700ms" });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const sleepers = (sleep: string, count: number) =>
  until(async () => processesWith(`sleep ${sleep}`).length === count || undefined, `${count} sleepers`);

/** Submits a shell script that sleeps, and waits until it runs. */
async function running(script: string, count: number): Promise<{ id: number; sleep: string }> {
  const sleep = uniqueSleep();
  const file = farm.script(`run-${sleep}`, `#!/bin/sh\n${script.replaceAll("SLEEP", `sleep ${sleep}`)}\n`);
  const id = await farm.submit({ command: [file] });
  await sleepers(sleep, count);
  return { id, sleep };
}
async function killed(id: number): Promise<number> {
  await farm.client.stop(id);
  const at = performance.now();
  expect(await farm.client.kill(id)).toEqual({ tasks: 0, killing: 1 });
  const frame = await farm.frameIs(id, 1, ({ state }) => state === "waiting");
  expect(frame).toMatchObject({ outcome: "killed", attempt: 1 });
  return performance.now() - at;
}

test("children that a jobscript left behind are ended when it has ended, and the task is finished", async () => {
  const sleep = uniqueSleep();
  const id = await farm.submit({ command: ["sh", "-c", `sleep ${sleep} & sleep ${sleep} & exit 0`] });
  expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("one that it sent away by setsid stays when it ends by itself", async () => {
  const sleep = uniqueSleep();
  const id = await farm.submit({ command: ["sh", "-c", `setsid sleep ${sleep} & sleep 0.1; exit 0`] });
  expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  const left = processesWith(`sleep ${sleep}`);
  for (const line of left) process.kill(Number.parseInt(line, 10), "SIGKILL");
  expect(left).toHaveLength(1);
});

test("a kill ends the children and those that left the group by setsid", async () => {
  const { id, sleep } = await running("setsid SLEEP & (setsid sh -c 'SLEEP; true' &) ; SLEEP & SLEEP", 5);
  await killed(id);
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("one that ends when it is told to is not waited for", async () => {
  const { id } = await running("exec SLEEP", 1);
  expect(await killed(id)).toBeLessThan(5000);
  expect(await farm.log(id, 1)).toContain("exit 143 (signal TERM)");
});

test("one that ignores TERM is killed after the grace period, with its children", async () => {
  const { id, sleep } = await running("trap '' TERM INT HUP; SLEEP & SLEEP; SLEEP", 2);
  expect(await killed(id)).toBeGreaterThan(600);
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("one that tidies up when it is told to end gets the time for it", async () => {
  const tidied = join(farm.folder, "tidied");
  const { id } = await running(`trap 'kill $!; sleep 0.2; echo tidy >${tidied}; exit 1' TERM\nSLEEP &\nwait`, 1);
  await killed(id);
  expect(readFileSync(tidied, "utf8")).toBe("tidy\n");
});

test("the shell parent killed by force: the task asks for a requeue, and nothing of the first run goes on beside the second", async () => {
  const { id, sleep } = await running("trap '' TERM; SLEEP; SLEEP", 1);
  const { runs } = await farm.clientOf(farm.slave("s1")).slaveState();
  const run = runs.find(({ job }) => job === id)!;
  process.kill(run.pid!, "SIGKILL");
  const frame = await farm.frameIs(id, 1, ({ attempt, state }) => attempt === 2 && state === "running");
  expect(frame.state).toBe("running");
  await sleepers(sleep, 1);
  expect(await farm.log(id, 1, 1)).toContain("exit 137 (signal KILL)");
  await killedAgain(id);
});

async function killedAgain(id: number): Promise<void> {
  await farm.client.stop(id, { kill: true });
  await farm.frameIs(id, 1, ({ state }) => state === "waiting");
}
