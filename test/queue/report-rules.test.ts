// What a job itself says about its failures, and what is kept of its runs.
import { describe, expect, test } from "bun:test";
import { change } from "../../lib/queue/change";
import { finish, proceed, requeue } from "../../lib/queue/control";
import { listFrames } from "../../lib/queue/read";
import { readJob } from "../../lib/queue/read-job";
import { carryOut } from "../../lib/queue/round";
import { progressed } from "../../lib/queue/slaves";
import { ended, type Given, handOut, jobRow, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

describe("the task of a run that ended", () => {
  test.each([
    ["with a fatal code is failed at once", { fatal: [3] }, { code: 3 }, "failed", "failed counts"],
    ["with a code to retry waits", { retry: [4] }, { code: 4 }, "waiting", "failed counts"],
    ["with a warning is finished", { warning: [5] }, { code: 5 }, "finished", "finished"],
    ["with any other code waits", { fatal: [3], warning: [5] }, { code: 6 }, "waiting", "failed counts"],
    ["after too long a time waits", {}, { reason: "overtime", code: 137 }, "waiting", "failed counts"],
    ["after a long silence waits", {}, { reason: "silent", code: 137 }, "waiting", "failed counts"],
    ["by a fatal line waits", {}, { reason: "fatal", code: 0 }, "waiting", "failed counts"],
  ] as const)("%s", async (_, exitMeanings, end, state, outcome) => {
    const job = await submitted(queue, { exitMeanings: exitMeanings as Given["exitMeanings"] });
    const [run] = await handOut(queue, slave(1));
    await tell(queue, { ...ended(run!), ...end });
    expect(await jobRow(queue, job)).toMatchObject({ state, [state]: "{[0,1)}" });
    expect(await runsOf(queue, job)).toEqual([`0.1 1 ${outcome}`]);
  });

  test("is judged by what the job says when it ends, not when it began", async () => {
    const job = await submitted(queue);
    const [run] = await handOut(queue, slave(1));
    await change(queue, job, { exitMeanings: { fatal: [7] } });
    await tell(queue, ended(run!, 7));
    expect((await jobRow(queue, job))?.state).toBe("failed");
  });
});

describe("a job of which too many tasks failed", () => {
  const failing = (given: Given = {}) =>
    submitted(queue, { frames: "1-9", retries: 0, maxFailures: 2, slaveFailures: 0, ...given });
  const failNext = async () => tell(queue, ended((await handOut(queue, slave(1)))[0]!, 1));

  test("stops itself and says why; what runs ends by itself", async () => {
    const job = await failing();
    const [one, two, three] = await handOut(queue, slave(1, 3));
    await tell(queue, ended(one!, 1));
    expect(await readJob(queue, job)).toMatchObject({ state: "running", stopReason: null });
    await tell(queue, ended(two!, 1));
    expect(await readJob(queue, job)).toMatchObject({
      state: "stopped",
      stopped: true,
      stopReason: "2 tasks failed, as many as this job may",
      taskCounts: { failed: 2, running: 1, waiting: 6 },
    });
    expect(await handOut(queue, slave(1))).toEqual([]);
    await tell(queue, ended(three!));
    expect(await jobRow(queue, job)).toMatchObject({ state: "stopped", finished: "{[2,3)}" });
  });

  test("hands out nothing in the very round in which it stops", async () => {
    const job = await failing({ maxFailures: 1 });
    const [run] = await handOut(queue, slave(1));
    const round = { unknown: [], check: [], again: () => [], asking: () => [slave(1, 4)] };
    const { start } = await carryOut(queue, { ...round, reports: [ended(run!, 1)] });
    expect(start).toEqual([]);
    expect(await jobRow(queue, job)).toMatchObject({ state: "stopped", running: "{}" });
  });

  test("goes on when a person says so, however many more fail", async () => {
    const job = await failing();
    await failNext();
    await failNext();
    await proceed(queue, job);
    expect(await readJob(queue, job)).toMatchObject({ state: "waiting", stopReason: null });
    await failNext();
    await failNext();
    expect(await readJob(queue, job)).toMatchObject({ state: "waiting", stopReason: null, taskCounts: { failed: 4 } });
  });

  test("stops again when the failed ones were requeued and fail again", async () => {
    const job = await failing();
    await failNext();
    await failNext();
    await requeue(queue, job);
    await proceed(queue, job);
    await failNext();
    expect((await jobRow(queue, job))?.state).toBe("waiting");
    await failNext();
    expect((await jobRow(queue, job))?.state).toBe("stopped");
  });

  test("stops when its limit is passed over by several at once", async () => {
    const job = await failing();
    await tell(queue, ...(await handOut(queue, slave(1, 5))).map((run) => ended(run, 1)));
    expect(await readJob(queue, job)).toMatchObject({ state: "stopped", taskCounts: { failed: 5 } });
  });

  test("does not stop for failures that are tried again, nor without a limit, nor at its end", async () => {
    const [patient, careless] = [await failing({ retries: 5 }), await failing({ maxFailures: 0, priority: 400 })];
    for (let failures = 0; failures < 4; failures++) await failNext();
    expect((await jobRow(queue, patient))?.state).toBe("waiting");
    await finish(queue, patient, "1-9");
    for (let failures = 0; failures < 4; failures++) await failNext();
    expect((await jobRow(queue, careless))?.state).toBe("waiting");
    await finish(queue, careless, "1-9");
    const short = await failing({ frames: "1-2" });
    await failNext();
    await failNext();
    expect(await readJob(queue, short)).toMatchObject({ state: "failed", stopped: false, stopReason: null });
  });
});

describe("of its runs a job tells", () => {
  test("the mean, the slowest and the time left, by those that finished", async () => {
    const job = await submitted(queue, { frames: "10-28x2", block: 2, slaveFailures: 0 });
    expect(await readJob(queue, job)).toMatchObject({ frameSeconds: null, slowest: null, secondsLeft: null });
    const [a, b, c] = await handOut(queue, slave(1, 3));
    await tell(queue, { ...ended(a!), ranMs: 2000 }, { ...ended(b!), ranMs: 6000 });
    await tell(queue, { ...ended(c!, 1), ranMs: 99_000 });
    expect(await readJob(queue, job)).toMatchObject({
      frameSeconds: 2,
      slowest: { frame: 14, seconds: 6 },
      secondsLeft: null,
    });
    await handOut(queue, slave(1, 2));
    // One waits, two run and are half done: two runs of 4 s on two slots.
    expect((await readJob(queue, job)).secondsLeft).toBe(4);
  });

  test("nothing of what a person called finished", async () => {
    const job = await submitted(queue, { frames: "1-3" });
    const [run] = await handOut(queue, slave(1));
    await finish(queue, job, "1-2");
    await tell(queue, { ...ended(run!), reason: "killed", ranMs: 5000 });
    expect(await readJob(queue, job)).toMatchObject({ frameSeconds: null, slowest: null });
  });

  test("times that no column holds in short", async () => {
    const job = await submitted(queue, { frames: "1-2" });
    const runs = await handOut(queue, slave(1, 2));
    await tell(queue, ...runs.map((run) => ({ ...ended(run), ranMs: Number.MAX_SAFE_INTEGER })));
    expect((await readJob(queue, job)).slowest).toEqual({ frame: 1, seconds: 2_147_483.647 });
    const [row] = await queue.sql`select rendered_ms::float8 as ms from job`;
    expect(row!.ms).toBe(2 * 2_147_483_647);
  });

  test("how far each frame is while it runs, and CPU time and memory when it has ended", async () => {
    const job = await submitted(queue, { frames: "1-2" });
    const [one, two] = await handOut(queue, slave(1, 2));
    await progressed(queue, [
      { ...one!, percent: 40 },
      { ...two!, percent: 90 },
    ]);
    await tell(queue, { ...ended(two!), cpuMs: 2500, memoryMb: 300 });
    expect((await listFrames(queue, job, undefined, 0, 9)).frames).toMatchObject([
      { frame: 1, progress: 40, cpuSeconds: null },
      { frame: 2, progress: null, cpuSeconds: 2.5, memoryMb: 300 },
    ]);
  });
});
