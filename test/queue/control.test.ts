// What a person does to a job and its frames.
import { describe, expect, test } from "bun:test";
import type { Handed } from "../../lib/queue/assign";
import { block, change, unblock } from "../../lib/queue/change";
import * as control from "../../lib/queue/control";
import { Refusal } from "../../lib/queue/refusal";
import { remove } from "../../lib/queue/remove";
import { clear, ended, handOut, jobRow, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const killed = (run: Handed) => ({ ...ended(run, 143), reason: "killed" as const });

/** A job of 8 frames: 1-2 finished, 3-4 failed, 5-6 running, 7-8 waiting. */
async function mixed(): Promise<{ job: number; running: Handed[] }> {
  const job = await submitted(queue, { frames: "1-8", retries: 0 });
  const runs = await handOut(queue, slave(1, 6));
  await tell(queue, ...runs.slice(0, 4).map((run) => ended(run, run.task < 2 ? 0 : 1)));
  return { job, running: runs.slice(4) };
}
const sets = (job: number) => jobRow(queue, job);

describe("requeue", () => {
  test("without frames makes wait again what failed", async () => {
    const { job } = await mixed();
    expect(await control.requeue(queue, job)).toEqual({ tasks: 2, killing: 0 });
    expect(await sets(job))?.toMatchObject({
      waiting: "{[2,4),[6,8)}",
      running: "{[4,6)}",
      finished: "{[0,2)}",
      failed: "{}",
    });
  });

  test("of frames makes them wait again in whatever state; a running one is killed first", async () => {
    const { job, running } = await mixed();
    expect(await control.requeue(queue, job, "2-5,8")).toEqual({ tasks: 3, killing: 1 });
    expect(await sets(job))?.toMatchObject({
      waiting: "{[1,4),[6,8)}",
      running: "{[4,6)}",
      finished: "{[0,1)}",
      failed: "{}",
    });
    await tell(queue, killed(running[0]!));
    expect(await sets(job))?.toMatchObject({ waiting: "{[1,5),[6,8)}", running: "{[5,6)}" });
  });

  test("of a running frame wins over a success on the way", async () => {
    const { job, running } = await mixed();
    await control.requeue(queue, job, "5");
    await tell(queue, ended(running[0]!, 0));
    expect(await sets(job))?.toMatchObject({ waiting: "{[4,5),[6,8)}" });
  });

  test.each([
    ["failed", 1],
    ["finished", 0],
  ])("gives a %s frame all its retries back", async (state, lastCode) => {
    const job = await submitted(queue, { frames: "1", retries: 2 });
    for (const code of [1, 1, lastCode]) await tell(queue, ended((await handOut(queue, slave(1)))[0]!, code));
    expect((await jobRow(queue, job))?.state).toBe(state);
    await control.requeue(queue, job, "1");
    const states: unknown[] = [];
    for (let run = 0; run < 3; run++) {
      await tell(queue, ended((await handOut(queue, slave(1)))[0]!, 1));
      states.push((await jobRow(queue, job))?.state);
    }
    expect(states).toEqual(["waiting", "waiting", "failed"]);
  });

  test("of a frame that waits after a failure gives its retries back and lets it run anywhere", async () => {
    const job = await submitted(queue, { frames: "1", retries: 1 });
    await tell(queue, ended((await handOut(queue, slave(1)))[0]!, 1));
    expect(await control.requeue(queue, job, "1")).toEqual({ tasks: 0, killing: 0 });
    const [run] = await handOut(queue, slave(1), slave(2));
    expect(run?.slave).toBe(1);
    await tell(queue, ended(run!, 1));
    expect((await jobRow(queue, job))?.state).toBe("waiting");
  });

  test("brings an ended job back to life", async () => {
    const job = await submitted(queue, { frames: "1-2" });
    await tell(queue, ...(await handOut(queue, slave(1, 2))).map((run) => ended(run)));
    expect((await jobRow(queue, job))?.state).toBe("finished");
    await control.requeue(queue, job, "2");
    expect(await handOut(queue, slave(1))).toMatchObject([{ task: 1, attempt: 2 }]);
  });

  test("of one frame takes its whole block, in whatever order the blocks are filled", async () => {
    // Blocks 1-3, 4-6, 7-9, 10: in reverse, task 0 is frame 10 and task 3 are frames 1-3.
    const job = await submitted(queue, { frames: "1-10", block: 3, order: "reverse" });
    await tell(queue, ...(await handOut(queue, slave(1, 4))).map((run) => ended(run)));
    expect(await control.requeue(queue, job, "2,10")).toEqual({ tasks: 2, killing: 0 });
    expect((await sets(job))?.waiting).toBe("{[0,1),[3,4)}");
  });

  test("of a range over a million finished frames is one move", async () => {
    const job = await submitted(queue, { frames: "1-1000000" });
    await control.finish(queue, job, "1-1000000");
    expect(await control.requeue(queue, job, "1-999999")).toEqual({ tasks: 999_999, killing: 0 });
    expect((await sets(job))?.finished).toBe("{[999999,1000000)}");
  });
});

describe("finish", () => {
  test("calls what waits or failed finished; what runs is killed and then finished", async () => {
    const { job, running } = await mixed();
    expect(await control.finish(queue, job, "1-8")).toEqual({ tasks: 4, killing: 2 });
    await tell(queue, ...running.map(killed));
    expect(await jobRow(queue, job)).toMatchObject({ state: "finished", finished: "{[0,8)}" });
    expect(await runsOf(queue, job)).toContain("5.1 1 killed");
  });

  test("after a requeue of the same running frame is what counts", async () => {
    const { job, running } = await mixed();
    await control.requeue(queue, job, "5");
    await control.finish(queue, job, "5");
    await tell(queue, killed(running[0]!));
    expect((await sets(job))?.finished).toBe("{[0,2),[4,5)}");
  });
});

describe("kill", () => {
  test("ends what runs, all or some frames, and does not count it", async () => {
    const { job, running } = await mixed();
    expect(await control.kill(queue, job, "6-8")).toEqual({ tasks: 0, killing: 1 });
    expect(await control.kill(queue, job)).toEqual({ tasks: 0, killing: 2 });
    await tell(queue, ...running.map(killed));
    expect(await sets(job))?.toMatchObject({ waiting: "{[4,8)}", running: "{}", failed: "{[2,4)}" });
    expect(await runsOf(queue, job)).toEqual(expect.arrayContaining(["4.1 1 killed", "5.1 1 killed"]));
    expect(await control.kill(queue, job)).toEqual({ tasks: 0, killing: 0 });
  });
});

describe("slaves on which too many frames failed", () => {
  const blamed = async (job: number) => (await queue.sql`select blamed from job where id = ${job}`)[0]!.blamed;
  const failing = async () => {
    const { job } = await mixed();
    expect(await blamed(job)).toEqual({ 1: 2 });
    return job;
  };

  test("get a second chance with a requeue of what failed, or a rerun", async () => {
    for (const again of [control.requeue, control.rerun]) {
      const job = await failing();
      await again(queue, job);
      expect(await blamed(job)).toEqual({});
      await clear(queue);
    }
  });

  test("get none with a requeue of what never failed", async () => {
    const job = await failing();
    await control.requeue(queue, job, "1-2,8");
    expect(await blamed(job)).toEqual({ 1: 2 });
  });
});

test("rerun forgets how long frames took", async () => {
  const job = await submitted(queue, { frames: "1-2" });
  const [run] = await handOut(queue, slave(1));
  await tell(queue, { ...ended(run!), ranMs: 5000 });
  const times = async () =>
    (await queue.sql`select rendered_runs, rendered_ms::int, slowest_ms, slowest_task from job where id = ${job}`)[0];
  expect(await times()).toMatchObject({ rendered_runs: 1, rendered_ms: 5000, slowest_ms: 5000, slowest_task: 0 });
  await control.rerun(queue, job);
  expect(await times()).toMatchObject({ rendered_runs: 0, rendered_ms: 0, slowest_ms: 0, slowest_task: null });
});

test("rerun makes every frame wait, with all its retries, and kills what runs", async () => {
  const { job, running } = await mixed();
  expect(await control.rerun(queue, job)).toEqual({ tasks: 4, killing: 2 });
  await tell(queue, killed(running[0]!), ended(running[1]!, 0));
  expect(await jobRow(queue, job)).toMatchObject({ state: "waiting", waiting: "{[0,8)}" });
  expect((await runsOf(queue, job)).filter((run) => run.endsWith("counts"))).toEqual([]);
});

describe("refused, with nothing changed, is", () => {
  const refusal = (done: Promise<unknown>) => done.then(() => undefined).catch((error: Refusal) => error);

  test("anything of a job that there is not", async () => {
    for (const act of [
      () => control.requeue(queue, 99),
      () => control.finish(queue, 99, "1"),
      () => control.kill(queue, 99),
      () => control.stop(queue, 99, { kill: true }),
      () => control.proceed(queue, 99),
      () => control.rerun(queue, 99),
      () => remove(queue, 99),
      () => remove(queue, 99, "cascade"),
      () => change(queue, 99, { priority: 1 }),
      () => change(queue, 99, { after: [] }),
      () => block(queue, 99, []),
      () => unblock(queue, 99, []),
    ]) {
      const error = await refusal(act());
      expect(error).toBeInstanceOf(Refusal);
      expect(error).toMatchObject({ kind: "unknown", message: "there is no job 99" });
    }
  });

  test("a range without a frame of the job, or that does not read", async () => {
    const job = await submitted(queue, { frames: "1-10x3" });
    for (const frames of ["2-3", "11-20", "oops", "", "1-10:2"])
      for (const act of [control.requeue, control.finish, control.kill])
        expect(await refusal(act(queue, job, frames))).toMatchObject({ kind: "invalid" });
    expect((await sets(job))?.waiting).toBe("{[0,4)}");
  });
});
