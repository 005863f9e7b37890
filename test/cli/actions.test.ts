import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

test("frames are requeued, finished and killed by number, others are left alone", async () => {
  const job = await farm.submit({ frames: "-2-8", command: ["sh", "-c", "exit 3"], retries: 0, block: 1 });
  await farm.ended(job);
  await farm.cli("stop", `${job}`);
  expect((await farm.cli("requeue", `${job}`, "5-6", "8")).out).toBe(`job ${job}: 3 tasks requeued\n`);
  expect((await farm.cli("finish", `${job}`, "--", "-2--1")).out).toBe(`job ${job}: 2 tasks finished\n`);
  expect((await farm.cli("kill", `${job}`)).out).toBe(`job ${job}: nothing to do\n`);
  expect((await farm.client.job(job)).frameCounts).toMatchObject({ waiting: 3, finished: 2, failed: 6 });
  expect((await farm.cli("requeue", `${job}`)).out).toBe(`job ${job}: 6 tasks requeued\n`);
  const none = await farm.cli("requeue", `${job}`, "77");
  expect(none).toEqual({ code: 2, out: "", err: `drqueue: job ${job} has none of the frames 77\n` });
});

test("stop --kill ends what runs, continue lets it go on, rerun renders all of it again", async () => {
  const job = await farm.submit({ frames: "1-2", command: ["sh", "-c", "[ -e go ] || sleep 60"], folder: farm.folder });
  await farm.frameIs(job, 2, ({ state }) => state === "running");
  expect((await farm.cli("stop", `${job}`, "--kill")).out).toBe(`job ${job}: stopped, 2 tasks being killed\n`);
  await farm.frameIs(job, 2, ({ state }) => state === "waiting");
  await Bun.write(`${farm.folder}/go`, "");
  expect((await farm.cli("continue", `${job}`)).out).toBe(`job ${job}: continued\n`);
  await farm.ended(job);
  expect((await farm.cli("rerun", `${job}`)).out).toBe(`job ${job}: 2 tasks requeued\n`);
  await farm.frameIs(job, 1, ({ attempt, state }) => attempt === 3 && state === "finished");
});

test("several jobs are done one after the other, and the one that fails does not keep the rest from it", async () => {
  const submitted = { command: ["true"], stopped: true };
  const [a, b] = [await farm.submit(submitted), await farm.submit(submitted)];
  const set = await farm.cli(
    "set-job",
    `${a},999999`,
    `${b}`,
    "--priority",
    "900",
    "--pool",
    "night",
    "--name",
    "new",
    "--retries",
    "1",
    "--owner",
    "bo",
  );
  expect(set).toEqual({
    code: 1,
    out: `job ${a}: changed\njob 999999: there is no job 999999\njob ${b}: changed\n`,
    err: "",
  });
  expect(await farm.client.job(b)).toMatchObject({
    priority: 900,
    pool: "night",
    name: "new",
    retries: 1,
    owner: "bo",
  });
  const gone = await farm.cli("delete", `${a}`, `${b}`, "--json");
  expect(JSON.parse(gone.out)).toEqual([
    { job: a, tasks: 0, killing: 0 },
    { job: b, tasks: 0, killing: 0 },
  ]);
  expect((await farm.cli("job", `${a}`)).code).toBe(1);
});
