// Jobs that say how long a frame may take or be silent, and how many GPUs it needs, through a real farm.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { NewJob } from "../../lib/client";
import { type Farm, startFarm, until } from "../farm";
import { processesWith, uniqueSleep } from "../slave/orders";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 4, grace: "500ms" });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const sh = (script: string) => ["sh", "-c", script];
async function rendered(command: string[], more: Partial<NewJob> = {}) {
  const id = await farm.submit({ command, retries: 0, ...more });
  await farm.ended(id);
  return { id, ...(await farm.frame(id, 1)) };
}

test("a frame that takes too long has failed, says so, and leaves nothing running", async () => {
  const sleep = uniqueSleep();
  const frame = await rendered(sh(`setsid sleep ${sleep} & sleep ${sleep}`), { frameTimeoutMs: 1000 });
  expect(frame).toMatchObject({ state: "failed", outcome: "failed", message: "took longer than 1s" });
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
  expect(await farm.log(frame.id, 1)).toContain("took longer than 1s");
});

test("a frame that took too long is tried again while the job has retries", async () => {
  const script = "test $DRQUEUE_ATTEMPT = 2 || sleep 60";
  expect(await rendered(sh(script), { frameTimeoutMs: 1000, retries: 1 })).toMatchObject({
    state: "finished",
    attempt: 2,
  });
});

test("a frame that prints nothing for too long has failed, one that prints has not", async () => {
  const [silent, loud] = await Promise.all([
    rendered(sh("echo begun; sleep 60"), { silenceMs: 1500 }),
    rendered(sh("for i in 1 2 3 4 5 6; do echo $i; sleep 0.4; done"), { silenceMs: 1500 }),
  ]);
  expect(silent).toMatchObject({ state: "failed", message: "printed nothing for 1.5s" });
  expect(loud).toMatchObject({ state: "finished" });
});

test("a slave that was killed keeps the limits of what it picks up", async () => {
  const id = await farm.submit({ command: ["sleep", "60"], retries: 0, frameTimeoutMs: 3000 });
  await farm.frameIs(id, 1, ({ state }) => state === "running");
  await farm.slave("s1").end("SIGKILL");
  await farm.startSlave("s1");
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "failed", attempt: 1, message: "took longer than 3s" });
});

describe("GPUs", () => {
  test("are given to one task at a time, with their numbers", async () => {
    await farm.clientOf(farm.slave("s1")).changeSettings({ gpus: 2 });
    await until(async () => (await farm.client.slaves()).find(({ gpus }) => gpus === 2), "the GPUs to be known");
    const id = await farm.submit({
      command: sh('echo "gpu $CUDA_VISIBLE_DEVICES"; sleep 0.3'),
      frames: "1-6",
      gpus: 1,
    });
    await farm.ended(id);
    const logs = await Promise.all([1, 2, 3, 4, 5, 6].map((frame) => farm.log(id, frame)));
    const used = logs.map((log) => /^gpu (.*)$/m.exec(log)?.[1]);
    expect(new Set(used)).toEqual(new Set(["0", "1"]));
    const slaves = await until(async () => {
      const [slave] = await farm.client.slaves();
      return slave!.gpusLeft === 2 ? slave : undefined;
    }, "the GPUs to be free");
    expect(slaves).toMatchObject({ gpus: 2, gpusLeft: 2 });
  });
});
