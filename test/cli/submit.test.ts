import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";

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

test("limits, rules of failure and lines of the output reach the job", async () => {
  const [first, second] = [
    await farm.submit({ command: ["true"], stopped: true }),
    await farm.submit({ command: ["true"], stopped: true }),
  ];
  await farm.client.setLicence("nuke", 2);
  await farm.client.setLicence("vray", 2);
  const { code, out, err } = await farm.cli(
    "submit",
    ...["--os", "osx,linux", "--memory", "1.5G", "--gpus", "2", "--licence", "nuke", "--licence", "vray:2"],
    ...["--max-slots", "9", "--max-per-slave", "1", "--pool", "nuke,maya", "--not-on", "s1"],
    ...["--not-before", "2099-12-24T22:00Z", "--after", `${first}`, "--frame-by-frame", `${second}`],
    ...["--retry-delay", "30s", "--frame-timeout", "20m", "--silence", "none", "--slave-failures", "5"],
    ...["--max-failures", "none", "--fatal-codes", "3,4", "--warning-codes", "10-12", "--delete-after", "7d"],
    ...["--progress-line", "(?<percent>\\d+)%", "--fatal-line", "^Error", "--fatal-line", "^Fatal", "--", "true"],
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const job = await farm.client.job(Number(out.match(/\d+/)![0]));
  expect(job).toMatchObject({
    os: "LINUX,OSX",
    memoryMb: 1536,
    gpus: 2,
    licences: { nuke: 1, vray: 2 },
    maxSlots: 9,
    maxPerSlave: 1,
    pool: "maya,nuke",
    blocked: ["s1"],
    notBefore: "2099-12-24T22:00:00.000Z",
    needs: [
      { job: first, until: "finished" },
      { job: second, until: "frames" },
    ],
    retryDelayMs: 30_000,
    frameTimeoutMs: 1_200_000,
    silenceMs: null,
    slaveFailures: 5,
    maxFailures: 0,
    exitMeanings: { fatal: [3, 4], warning: [10, 11, 12] },
    deleteAfterMs: 7 * 86_400_000,
  });
  const shown = (await farm.cli("job", `${job.id}`)).out;
  for (const text of [
    /^needs +job \d+ finished \(stopped\), job \d+ frame by frame \(stopped\)$/m,
    /^a task needs +on LINUX,OSX, 1\.5 GB of memory, 2 GPUs, licence nuke, licence vray:2$/m,
    /^at a time +at most 9 tasks$/m,
    /^not on +s1$/m,
    /^exit codes +3,4 fatal; 10,11,12 warning$/m,
    /^deleted +7 d 0 h after its end$/m,
  ])
    expect(shown).toMatch(text);
  expect((await farm.cli("job", `${first}`)).out).toMatch(new RegExp(`^needed by +job ${job.id}$`, "m"));
  await farm.client.delete(first, { dependents: "cascade" });
});

test("settings that are as usual are not shown", async () => {
  const id = await farm.submit({ command: ["true"], stopped: true });
  const { out } = await farm.cli("job", `${id}`);
  expect(out).not.toMatch(
    /^(a task needs|at a time|on a slave|not before|not on|exit codes|sets aside|deleted|kind) /m,
  );
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

test("--wait in a script prints the result alone and ends with 0 when every frame is finished", async () => {
  const { code, out, err } = await farm.cli("submit", "--frames", "1-4", "--wait", "--", "true");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^job \d+ submitted\njob \d+ true .*100 % {2}4\/4 frames {2}finished\n$/);
});

test("--wait ends with 1 when the job stops itself, and says why", async () => {
  const { code, out, err } = await farm.cli(
    ...["submit", "--frames", "1-9", "--retries", "0", "--max-failures", "1", "--wait", "--", "false"],
  );
  expect(code).toBe(1);
  expect(out).toMatch(/stopped\n$/);
  expect(err).toMatch(/^job (\d+) stopped itself: 1 task failed, as many as this job may \(drqueue continue \1 /);
});

test("--wait ends with 1 when somebody deletes the job", async () => {
  const wait = farm.cli("submit", "--name", "doomed", "--wait", "--", "sleep", "60");
  const job = await until(async () => (await farm.client.jobs({ name: "doomed" }))[0]?.id, "the job");
  // It has been seen by the one who waits once a task of it runs for a moment.
  await farm.frameIs(job, 1, ({ state, seconds }) => state === "running" && (seconds ?? 0) > 0.6);
  await farm.client.delete(job);
  expect(await wait).toEqual({
    code: 1,
    out: `job ${job} submitted\n`,
    err: `drqueue: there is no job ${job} any more: it was deleted\n`,
  });
});

test("--progress tells the progress in plain lines in a script too", async () => {
  const { code, out, err } = await farm.cli("submit", "--frames", "1-4", "--wait", "--progress", "--", "true");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^job \d+ submitted\n(job \d+ true .*\n){2,}$/);
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
