import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

test("every option of submit reaches the job", async () => {
  const given =
    "--name shot7 --frames 1-20x2 --block 4 --order coarse:2 --priority 900 --pool night --owner ana --env A=1 --env B=x=y --retries 7 --pad 6 --folder /tmp --exit-codes drqueue --stopped";
  const { code, out } = await farm.cli("submit", ...given.split(" "), "--", "render", "a b", "{frame}");
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^job \d+ submitted\n$/) });
  expect(await farm.client.job(Number(out.match(/\d+/)![0]))).toMatchObject({
    name: "shot7",
    frames: "1-19x2",
    block: 4,
    order: "coarse:2",
    priority: 900,
    pool: "night",
    owner: "ana",
    env: { A: "1", B: "x=y" },
    retries: 7,
    pad: 6,
    folder: "/tmp",
    exitCodes: "drqueue",
    state: "stopped",
    command: ["render", "a b", "{frame}"],
    frameCounts: { total: 10 },
    taskCounts: { total: 3 },
  });
});

test("a job is named after its program and runs where and for whom it was submitted", async () => {
  const { id } = JSON.parse((await farm.cli("submit", "--json", "--", "/bin/echo", "hello")).out);
  expect(await farm.ended(id)).toMatchObject({
    name: "echo",
    folder: farm.folder,
    frames: "1",
    owner: expect.stringMatching(/^\w/),
    state: "finished",
  });
});

test("--wait tells the progress in plain lines and ends with 0 when every frame is finished", async () => {
  const { code, out, err } = await farm.cli("submit", "--frames", "1-4", "--wait", "--", "true");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^job \d+ submitted\n(job \d+ true .*\n)+$/);
  expect(out).toMatch(/100 % {2}4\/4 frames.* {2}finished\n$/);
  expect(out).not.toMatch(/[\x1b\r]/);
});

test("--wait ends with 1 when a frame failed, and says how many did", async () => {
  const fails = ["--frames", "1-2", "--retries", "0", "--wait", "--", "sh", "-c", "exit $((DRQUEUE_FRAME - 1))"];
  const { code, out } = await farm.cli("submit", ...fails);
  expect(code).toBe(1);
  expect(out).toContain("1/2 frames, 1 failed");
  const asJson = await farm.cli("submit", "--json", ...fails);
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toMatchObject({ state: "failed", failedFrames: "2" });
});
