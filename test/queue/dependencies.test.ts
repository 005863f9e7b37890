// Jobs wait for jobs: what is held, when it is freed, and that masters hear of it.
import { describe, expect, test } from "bun:test";
import * as control from "../../lib/queue/control";
import { listen, wake } from "../../lib/queue/open";
import { ended, handOut, jobRow, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

type Need = "finished" | "ended" | "frames";
const after = (job: number, until: Need = "finished") => ({ after: [{ job, until }] });
const held = async (id: number) => (await queue.sql`select held from job where id = ${id}`)[0]!.held as string;
const refusal = (done: Promise<unknown>) => done.then(() => undefined).catch((error) => error as Error);
/** Runs the next `most` tasks on one slave and ends them with this code. Returns them as [job, task]. */
const run = async (most: number, code = 0) => {
  const runs = await handOut(queue, slave(1, most));
  await tell(queue, ...runs.map((one) => ended(one, code)));
  return runs.map(({ job, task }) => [job, task]);
};

describe("a job that waits until another one has finished", () => {
  test("starts when its last frame is finished and not before", async () => {
    const first = await submitted(queue, { frames: "1-3" });
    const second = await submitted(queue, { frames: "1-2", priority: 900, ...after(first) });
    expect(await run(2)).toEqual([
      [first, 0],
      [first, 1],
    ]);
    expect(await held(second)).toBe("{[0,2)}");
    expect(await run(9)).toEqual([[first, 2]]);
    expect(await run(9)).toEqual([
      [second, 0],
      [second, 1],
    ]);
  });

  test("stays where it is when that one failed, until its frames are rendered after all", async () => {
    const first = await submitted(queue, { retries: 0 });
    const second = await submitted(queue, after(first));
    await run(1, 1);
    expect(await jobRow(queue, first)).toMatchObject({ state: "failed" });
    expect(await run(9)).toEqual([]);
    await control.requeue(queue, first);
    expect(await run(9)).toEqual([[first, 0]]);
    expect(await run(9)).toEqual([[second, 0]]);
  });

  test("starts when a person calls the last frame finished", async () => {
    const first = await submitted(queue, { frames: "1-2" });
    const second = await submitted(queue, after(first));
    await control.finish(queue, first, "1-2");
    expect(await run(9)).toEqual([[second, 0]]);
  });

  test("waits again when that one is rendered anew, with all that has not started", async () => {
    const first = await submitted(queue);
    const second = await submitted(queue, { frames: "1-3", ...after(first) });
    await run(1);
    const [running] = await handOut(queue, slave(1));
    await control.rerun(queue, first);
    expect(await run(9)).toEqual([[first, 0]]);
    await control.rerun(queue, first);
    expect(await tell(queue, ended(running!))).toBe(1);
    expect(await jobRow(queue, second)).toMatchObject({ finished: "{[0,1)}", waiting: "{[1,3)}" });
    await run(1);
    expect(await run(9)).toEqual([
      [second, 1],
      [second, 2],
    ]);
  });

  test("may be submitted when that one has finished long ago", async () => {
    const first = await submitted(queue);
    await run(1);
    const second = await submitted(queue, after(first));
    expect(await run(1)).toEqual([[second, 0]]);
  });
});

test("a job that waits until another one has ended starts also when that one failed", async () => {
  const first = await submitted(queue, { retries: 1 });
  const second = await submitted(queue, after(first, "ended"));
  expect(await run(9, 1)).toEqual([[first, 0]]);
  expect(await run(9, 1)).toEqual([[first, 0]]);
  expect(await run(9)).toEqual([[second, 0]]);
});

describe("frame by frame", () => {
  test("each frame starts when its own is finished", async () => {
    const first = await submitted(queue, { frames: "1-3" });
    const second = await submitted(queue, { frames: "1-3", priority: 900, ...after(first, "frames") });
    expect(await run(1)).toEqual([[first, 0]]);
    expect(await run(2)).toEqual([
      [first, 1],
      [second, 0],
    ]);
    expect(await run(9)).toEqual([
      [first, 2],
      [second, 1],
    ]);
    expect(await run(9)).toEqual([[second, 2]]);
  });

  test("with other blocks, steps and orders each task starts when all its frames that there are are finished", async () => {
    // Tasks of the first, backwards: 9-12, 5-8, 1-4; of the second: 1,3,5 7,9,11 13,15.
    const first = await submitted(queue, { frames: "1-12", block: 4, order: "reverse" });
    const second = await submitted(queue, { frames: "1-15x2", block: 3, ...after(first, "frames") });
    expect(await held(second)).toBe("{[0,2)}");
    await control.finish(queue, first, "9-12");
    expect(await held(second)).toBe("{[0,2)}");
    await control.finish(queue, first, "5-8");
    expect(await held(second)).toBe("{[0,1)}");
    await control.finish(queue, first, "1-4");
    expect(await held(second)).toBe("{}");
  });

  test("a frame that is rendered anew holds its own again, and no other", async () => {
    const first = await submitted(queue, { frames: "1-9" });
    const second = await submitted(queue, { frames: "1-9", ...after(first, "frames") });
    await control.finish(queue, first, "1-9");
    await control.requeue(queue, first, "3-4");
    expect(await held(second)).toBe("{[2,4)}");
    await control.stop(queue, first, { kill: false });
    expect((await run(9)).map(([, task]) => task)).toEqual([0, 1, 4, 5, 6, 7, 8]);
  });

  test("a million frames are held and freed in one small set", async () => {
    const frames = "1-1000000";
    const first = await submitted(queue, { frames, block: 10 });
    const second = await submitted(queue, { frames, block: 25, ...after(first, "frames") });
    await control.finish(queue, first, "1-500009");
    expect(await held(second)).toBe("{[20000,40000)}");
  });

  test("more frames than a master can keep track of, laid out differently, are refused", async () => {
    const frames = "1-1000000";
    const first = await submitted(queue, { frames, order: "bisect" });
    expect(await refusal(submitted(queue, { frames, ...after(first, "frames") }))).toMatchObject({
      kind: "invalid",
      message: expect.stringContaining(`job ${first} can be waited for frame by frame only with the same frames`),
    });
    await submitted(queue, { frames, order: "bisect", ...after(first, "frames") });
    await submitted(queue, { frames, ...after(first) });
    expect(await queue.sql`select from job`).toHaveLength(3);
  });
});

test("a job that waits for several waits for each of them", async () => {
  const [a, b, c] = [
    await submitted(queue),
    await submitted(queue, { frames: "1-2" }),
    await submitted(queue, { retries: 0 }),
  ];
  const last = await submitted(queue, {
    frames: "1-3",
    after: [{ job: a }, { job: b, until: "frames" }, { job: c, until: "ended" }],
  });
  await control.finish(queue, b, "1");
  expect(await held(last)).toBe("{[0,3)}");
  await control.finish(queue, a, "1");
  expect(await held(last)).toBe("{[0,3)}");
  const runs = await handOut(queue, slave(1, 9));
  await tell(queue, ...runs.filter(({ job }) => job === c).map((one) => ended(one, 1)));
  expect(await held(last)).toBe("{[1,2)}");
  await control.rerun(queue, a);
  expect(await held(last)).toBe("{[0,3)}");
});

test("a chain runs one after another", async () => {
  const chain = [await submitted(queue)];
  for (let link = 1; link < 5; link++) chain.push(await submitted(queue, after(chain.at(-1)!)));
  for (const job of chain) expect(await run(9)).toEqual([[job, 0]]);
});

test("masters are woken when something can start that waited, and only then", async () => {
  let work = 0;
  let marks = Promise.withResolvers<void>();
  await listen(queue, (news) => {
    if (news.work) work++;
    if (news.kill?.includes(4711)) marks.resolve();
  });
  /** How often they are woken by this: what is told after it is heard after it. */
  const woken = async (act: () => Promise<unknown>) => {
    await wake(queue.sql, { kill: [4711] });
    await marks.promise;
    marks = Promise.withResolvers();
    work = 0;
    await act();
    await wake(queue.sql, { kill: [4711] });
    await marks.promise;
    marks = Promise.withResolvers();
    return work;
  };
  const first = await submitted(queue, { frames: "1-3" });
  await submitted(queue, { frames: "2-3", ...after(first, "frames") });
  expect(await woken(() => control.finish(queue, first, "1"))).toBe(0);
  expect(await woken(() => control.finish(queue, first, "2"))).toBe(1);
});
