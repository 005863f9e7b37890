// Jobs that a person stops, or that stop themselves.
import { describe, expect, test } from "bun:test";
import type { Handed } from "../../lib/queue/assign";
import * as control from "../../lib/queue/control";
import { ended, handOut, jobRow, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const killed = (run: Handed) => ({ ...ended(run, 143), reason: "killed" as const });

/** A job of 8 frames: 1-2 finished, 3-4 failed, 5-6 running, 7-8 waiting. */
async function mixed(): Promise<{ job: number; running: Handed[] }> {
  const job = await submitted(queue, { frames: "1-8", retries: 0 });
  const runs = await handOut(queue, slave(1, 6));
  await tell(queue, ...runs.slice(0, 4).map((run) => ended(run, run.task < 2 ? 0 : 1)));
  return { job, running: runs.slice(4) };
}

describe("stop", () => {
  test("lets what runs end, and starts nothing more until the job goes on", async () => {
    const { job, running } = await mixed();
    expect(await control.stop(queue, job, { kill: false })).toEqual({ tasks: 0, killing: 0 });
    await tell(queue, ended(running[0]!));
    expect(await jobRow(queue, job)).toMatchObject({ state: "stopped", finished: "{[0,2),[4,5)}", running: "{[5,6)}" });
    expect(await handOut(queue, slave(1, 9))).toEqual([]);
    await control.proceed(queue, job);
    expect((await jobRow(queue, job))?.state).toBe("running");
    expect(await handOut(queue, slave(1, 9))).toHaveLength(2);
  });

  test("with kill makes wait again what runs", async () => {
    const { job, running } = await mixed();
    expect(await control.stop(queue, job, { kill: true })).toEqual({ tasks: 0, killing: 2 });
    await tell(queue, ...running.map(killed));
    expect(await jobRow(queue, job)).toMatchObject({ state: "stopped", waiting: "{[4,8)}" });
  });

  test("of a job that ends meanwhile leaves it ended, not stopped", async () => {
    const job = await submitted(queue);
    const [run] = await handOut(queue, slave(1));
    await control.stop(queue, job, { kill: false });
    await tell(queue, ended(run!));
    expect((await jobRow(queue, job))?.state).toBe("finished");
  });

  test("twice, and to go on twice, is the same as once", async () => {
    const job = await submitted(queue);
    for (const _ of [1, 2]) await control.stop(queue, job, { kill: false });
    for (const _ of [1, 2]) await control.proceed(queue, job);
    expect((await jobRow(queue, job))?.state).toBe("waiting");
  });
});

describe("a job that stopped itself", () => {
  const reason = async (job: number) => (await queue.sql`select stopped, stop_reason from job where id = ${job}`)[0];
  const ownStop = async () => {
    const job = await submitted(queue, { frames: "1-8", retries: 0, maxFailures: 2 });
    await tell(queue, ...(await handOut(queue, slave(1, 2))).map((run) => ended(run, 1)));
    expect(await reason(job)).toMatchObject({ stopped: true, stop_reason: expect.stringContaining("2 tasks failed") });
    return job;
  };

  test("says so until a person stops it or lets it go on", async () => {
    const stopped = await ownStop();
    await control.stop(queue, stopped, { kill: false });
    expect(await reason(stopped)).toMatchObject({ stopped: true, stop_reason: null });
    const going = await ownStop();
    await control.proceed(queue, going);
    expect(await reason(going)).toMatchObject({ stopped: false, stop_reason: null });
  });

  test("stays stopped when it is to be rendered anew, and still says why", async () => {
    const job = await ownStop();
    await control.rerun(queue, job);
    expect(await reason(job)).toMatchObject({ stopped: true, stop_reason: expect.stringContaining("2 tasks failed") });
  });
});
