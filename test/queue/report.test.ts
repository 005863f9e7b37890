// Runs end, each once.
import { describe, expect, test } from "bun:test";
import type { Handed } from "../../lib/queue/assign";
import { requeue } from "../../lib/queue/control";
import { findLost, takeBack } from "../../lib/queue/recover";
import { ended, type Given, handOut, jobRow, met, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

/** A job of one task that runs on slave 1. */
async function started(given: Given = {}, id = 1): Promise<Handed> {
  await submitted(queue, given);
  const [run] = await handOut(queue, slave(id));
  return run!;
}
const again = async (id = 1) => (await handOut(queue, slave(id)))[0]!;

describe("the task of a run that ended", () => {
  test.each([
    ["with exit 0 is finished", {}, { code: 0 }, "finished", "finished"],
    ["with exit 1 waits to be tried again", {}, { code: 1 }, "waiting", "failed counts"],
    ["with exit 255 waits to be tried again", {}, { code: 255 }, "waiting", "failed counts"],
    ["by INT waits again", {}, { code: 130 }, "waiting", "requeued counts"],
    ["by KILL waits again", {}, { code: 137 }, "waiting", "requeued counts"],
    ["by TERM waits again", {}, { code: 143 }, "waiting", "requeued counts"],
    ["by SEGV waits to be tried again", {}, { code: 139 }, "waiting", "failed counts"],
    ["by ABRT waits to be tried again", {}, { code: 134 }, "waiting", "failed counts"],
    ["before it started waits to be tried again", {}, { reason: "unstarted" }, "waiting", "failed counts"],
    ["as its slave gave it back waits, uncounted", {}, { reason: "returned" }, "waiting", "returned"],
    ["with its machine waits, uncounted", {}, { reason: "lost" }, "waiting", "lost"],
    ["as it was told waits, uncounted", {}, { reason: "killed", code: 143 }, "waiting", "killed"],
    ["with exit 1 and no retries is failed", { retries: 0 }, { code: 1 }, "failed", "failed counts"],
    ["by KILL and no retries is failed", { retries: 0 }, { code: 137 }, "failed", "requeued counts"],
    ["with its machine and no retries waits", { retries: 0 }, { reason: "lost" }, "waiting", "lost"],
    ["with exit 1 as the original counts is finished", { exitCodes: "drqueue" }, { code: 1 }, "finished", "finished"],
    ["by SEGV as the original counts is not", { exitCodes: "drqueue" }, { code: 139 }, "waiting", "failed counts"],
  ] as const)("%s", async (_, given, end, state, outcome) => {
    const run = await started(given);
    const { code: __, ...report } = ended(run);
    expect(await tell(queue, { ...report, ...end })).toBe(1);
    expect(await jobRow(queue, run.job)).toMatchObject({ state, [state]: "{[0,1)}" });
    expect(await runsOf(queue, run.job)).toEqual([`0.1 1 ${outcome}`]);
  });

  test("is failed after three retries, not sooner", async () => {
    let run = await started();
    const states: string[] = [];
    for (const code of [1, 137, 139, 1]) {
      await tell(queue, ended(run, code));
      states.push((await jobRow(queue, run.job))!.state);
      if (states.length < 4) run = await again();
    }
    expect(states).toEqual(["waiting", "waiting", "waiting", "failed"]);
    expect(await handOut(queue, slave(1))).toEqual([]);
  });

  test("keeps all its retries when it only lost its slaves", async () => {
    let run = await started({ retries: 1 });
    for (let lost = 0; lost < 5; lost++) {
      await tell(queue, { ...ended(run), reason: "lost" });
      run = await again();
    }
    await tell(queue, ended(run, 1));
    expect((await jobRow(queue, run.job))?.state).toBe("waiting");
    await tell(queue, ended(await again(), 1));
    expect((await jobRow(queue, run.job))?.state).toBe("failed");
  });
});

test("a job with a failed task goes on with the others, and is failed at its end", async () => {
  const job = await submitted(queue, { frames: "1-2", retries: 0 });
  const [bad, good] = await handOut(queue, slave(1, 2));
  await tell(queue, ended(bad!, 1));
  expect(await jobRow(queue, job)).toMatchObject({ state: "running", failed: "{[0,1)}" });
  await tell(queue, ended(good!));
  expect(await jobRow(queue, job)).toMatchObject({ state: "failed", failed: "{[0,1)}", finished: "{[1,2)}" });
});

test("the end of a job is the end of its last run, and is taken back by a requeue", async () => {
  const endedAt = async () => (await queue.sql`select ended_at from job`)[0]!.ended_at;
  const run = await started();
  expect(await endedAt()).toBeNull();
  await tell(queue, ended(run));
  expect(await endedAt()).not.toBeNull();
  await requeue(queue, run.job, "1");
  expect(await endedAt()).toBeNull();
});

test("what the slave measured is kept with the run", async () => {
  const run = await started();
  await tell(queue, { ...ended(run, 1), message: "no licence", ranMs: 90_000, cpuMs: 1234, memoryMb: 56 });
  const [row] = await queue.sql`
    select code, message, ran_ms, cpu_ms, memory_mb, extract(epoch from ended_at - started_at)::float8 as seconds from run`;
  expect({ ...row }).toEqual({
    code: 1,
    message: "no licence",
    ran_ms: 90_000,
    cpu_ms: 1234,
    memory_mb: 56,
    seconds: 90,
  });
});

test("a month on a hundred cores is more than a column holds, and still counts", async () => {
  const run = await started();
  const month = 31 * 24 * 3600 * 1000;
  expect(await tell(queue, { ...ended(run), ranMs: month, cpuMs: 100 * month })).toBe(1);
});

test("a run that could not be started has no duration", async () => {
  const job = await submitted(queue, { retries: 0 });
  const [run] = await handOut(queue, slave(1));
  const { code: _, ...report } = ended(run!);
  await tell(queue, { ...report, reason: "unstarted" });
  const runs = await queue.sql`select outcome, code, ran_ms, cpu_ms from run where job = ${job}`;
  expect([...runs]).toEqual([{ outcome: "failed", code: null, ran_ms: null, cpu_ms: null }]);
});

describe("nothing changes by", () => {
  const unchanged = async (run: Handed, ...reports: Parameters<typeof tell>[1][]) => {
    const before = [await jobRow(queue, run.job), await runsOf(queue, run.job)];
    expect(await tell(queue, ...reports)).toBe(0);
    expect([await jobRow(queue, run.job), await runsOf(queue, run.job)]).toEqual(before);
  };

  test("the same report again, whatever the first one said", async () => {
    const run = await started({ frames: "1-2" });
    await tell(queue, ended(run, 1));
    await unchanged(run, ended(run, 1));
    const next = await again();
    await tell(queue, ended(next));
    await unchanged(run, ended(next));
    await unchanged(run, ended(next, 1));
  });

  test("a report of an attempt that is over while the next one runs", async () => {
    const run = await started();
    await tell(queue, { ...ended(run), reason: "returned" });
    await again(2);
    await unchanged(run, ended(run));
  });

  test("a report of a slave that does not have the run", async () => {
    const run = await started();
    await unchanged(run, { ...ended(run), slave: 2 });
  });

  test("a report of a run, task or job that never was", async () => {
    const run = await started();
    await unchanged(run, { ...ended(run), attempt: 2 }, { ...ended(run), task: 5 }, { ...ended(run), job: 99 });
  });
});

test("a report told twice in one breath counts once", async () => {
  const run = await started({ retries: 1 });
  expect(await tell(queue, ended(run, 1), ended(run, 1))).toBe(1);
  expect((await jobRow(queue, run.job))?.state).toBe("waiting");
  const next = await again();
  expect(await tell(queue, ended(next), { ...ended(next, 1), slave: 2 })).toBe(1);
  expect((await jobRow(queue, run.job))?.state).toBe("finished");
});

describe("a run whose slave was thought lost", () => {
  /** Its one task waits again. */
  const lost = async () => {
    const id = await met(queue, "s1");
    const run = await started({}, id);
    await findLost(queue, -1000);
    expect(await takeBack(queue)).toBe(1);
    return run;
  };

  test("counts when it comes late with a success and nobody has started the task again", async () => {
    const run = await lost();
    expect(await tell(queue, ended(run))).toBe(1);
    expect(await jobRow(queue, run.job)).toMatchObject({ state: "finished" });
    expect(await runsOf(queue, run.job)).toEqual([`0.1 ${run.slave} finished`]);
  });

  test("does not count when it comes late with a failure", async () => {
    const run = await lost();
    expect(await tell(queue, ended(run, 1))).toBe(0);
    expect(await jobRow(queue, run.job)).toMatchObject({ state: "waiting" });
  });

  test("does not count when another one has the task", async () => {
    const run = await lost();
    const other = await again(9);
    expect(await tell(queue, ended(run))).toBe(0);
    await tell(queue, { ...ended(other), reason: "returned" });
    expect(await tell(queue, ended(run))).toBe(0);
    expect(await jobRow(queue, run.job)).toMatchObject({ state: "waiting" });
  });
});

test("reports of many jobs from two sides at once do not block each other", async () => {
  for (let job = 0; job < 20; job++) await submitted(queue, { frames: "1-2" });
  const runs = await handOut(queue, slave(1, 40));
  const even = runs.filter(({ task }) => task === 0).map((run) => ended(run));
  const odd = runs.filter(({ task }) => task === 1).map((run) => ended(run));
  expect(await Promise.all([tell(queue, ...even), tell(queue, ...odd.reverse())])).toEqual([20, 20]);
  expect([...(await queue.sql`select distinct state from job`)]).toEqual([{ state: "finished" }]);
});
