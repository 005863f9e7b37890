// What the output of a job's program tells people while and after it runs, through a real farm.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NewJob } from "../../lib/client";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 4, grace: "500ms" });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const sh = (script: string) => ["sh", "-c", script];
const output = {
  progress: ["^frame (?<frame>\\d+)$", "(?<percent>\\d+)%"],
  warning: ["^Warning:"],
  fatal: ["^Error:"],
};
async function rendered(command: string[], more: Partial<NewJob> = {}) {
  const id = await farm.submit({ command, retries: 0, output, ...more });
  await farm.ended(id);
  return { id, ...(await farm.frame(id, 1)) };
}

test("how far a running task is can be seen, and goes when it has ended", async () => {
  const go = join(farm.folder, "go");
  const script = `echo 'frame 1'; echo 'frame 2'; printf '10%%\\r50%%\\r'; while [ ! -e ${go} ]; do sleep 0.05; done`;
  const id = await farm.submit({ command: sh(script), frames: "1-2", block: 2, output });
  const frame = await farm.frameIs(id, 1, ({ progress }) => progress === 75, "to be at 75 percent");
  expect(frame).toMatchObject({ state: "running" });
  writeFileSync(go, "");
  await farm.ended(id);
  expect(await farm.frame(id, 1)).toMatchObject({ state: "finished", progress: null });
});

test("a program that says it has failed and exits with 0 has failed", async () => {
  const frame = await rendered(sh("echo 'Error: cannot find texture'; exit 0"));
  expect(frame).toMatchObject({ state: "failed", outcome: "failed", code: 0, message: "Error: cannot find texture" });
});

test("such a task is tried again as any that failed", async () => {
  const frame = await rendered(sh("test $DRQUEUE_ATTEMPT = 2 || echo 'Error: no licence'"), { retries: 1 });
  expect(frame).toMatchObject({ state: "finished", attempt: 2, message: null });
});

test("a warning is shown with a frame that is finished all the same", async () => {
  const frame = await rendered(sh("echo 'Warning: old file'; echo done"));
  expect(frame).toMatchObject({ state: "finished", code: 0, message: "Warning: old file" });
});

test("output without end does not hold the slave up", async () => {
  const noise = farm.submit({ command: sh("timeout 1 yes 'no news at all'"), output });
  const frames = await Promise.all([1, 2, 3].map(() => rendered(["true"])));
  for (const frame of frames) expect(frame).toMatchObject({ state: "finished" });
  expect(await farm.ended(await noise)).toMatchObject({ state: "failed" });
});
