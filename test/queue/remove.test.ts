// Jobs leave the queue, with what others waited of them.
import { describe, expect, test } from "bun:test";
import { remove } from "../../lib/queue/remove";
import { ended, handOut, jobRow, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const after = (job: number, until: "finished" | "ended" | "frames" = "finished") => ({ after: [{ job, until }] });
const there = async () => (await queue.sql`select id from job order by id`).map(({ id }) => id as number);
const bonds = async () => (await queue.sql`select job, needs from dependency`).map(({ job, needs }) => [job, needs]);
const held = async (id: number) => (await queue.sql`select held from job where id = ${id}`)[0]!.held;
const finishAll = async () => tell(queue, ...(await handOut(queue, slave(1, 99))).map((run) => ended(run)));
const refusal = (done: Promise<unknown>) => done.then(() => undefined).catch((error) => error as Error);

test("a deleted job is gone with its runs, and reports of them change nothing", async () => {
  const job = await submitted(queue, { frames: "1-4" });
  const runs = await handOut(queue, slave(1, 3));
  await tell(queue, ended(runs[0]!));
  expect(await remove(queue, job)).toEqual({ tasks: 0, killing: 2 });
  expect([await jobRow(queue, job), await runsOf(queue, job)]).toEqual([undefined, []]);
  expect(await tell(queue, ended(runs[1]!))).toBe(0);
});

test("its logs are left to be removed, once by each slave that had a run of it and by the masters", async () => {
  const job = await submitted(queue, { frames: "1-6", name: "shot 7" });
  await handOut(queue, slave(3, 2), slave(8, 3));
  await submitted(queue);
  await handOut(queue, slave(5, 9));
  await remove(queue, job);
  const left = await queue.sql`select slave, job, folder from leftover order by slave`;
  expect(left.map((row) => ({ ...row }))).toEqual(
    [0, 3, 5, 8].map((slave) => ({ slave, job, folder: "000001.shot_7" })),
  );
});

describe("a job that others wait for", () => {
  test("is not deleted: the refusal names them and what can be done", async () => {
    const job = await submitted(queue);
    const one = await submitted(queue, after(job));
    const message = "delete them with it (cascade), or let them go on without it (release)";
    expect(await refusal(remove(queue, job))).toMatchObject({
      kind: "conflict",
      message: `job ${one} waits for job ${job}: ${message}`,
    });
    for (let more = 0; more < 11; more++) await submitted(queue, after(job, "ended"));
    expect(await refusal(remove(queue, job))).toMatchObject({
      message: `jobs 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more wait for job 1: ${message}`,
    });
    expect(await there()).toHaveLength(13);
  });

  test.each(["finished", "ended", "frames"] as const)(
    "until it is %s, is deleted when they no longer have to",
    async (until) => {
      const job = await submitted(queue, { frames: "1-2" });
      const other = await submitted(queue, { frames: "1-2", ...after(job, until) });
      await finishAll();
      await handOut(queue, slave(1));
      await remove(queue, job);
      expect([await there(), await bonds(), await held(other)]).toEqual([[other], [], "{}"]);
    },
  );

  test("is deleted when all they share is finished, though it is not", async () => {
    const job = await submitted(queue, { frames: "1-9" });
    const other = await submitted(queue, { frames: "1-3", ...after(job, "frames") });
    await tell(queue, ...(await handOut(queue, slave(1, 2))).map((run) => ended(run)));
    expect(await refusal(remove(queue, job))).toMatchObject({ kind: "conflict" });
    await tell(queue, ...(await handOut(queue, slave(1, 3))).filter((run) => run.job === job).map((run) => ended(run)));
    await remove(queue, job);
    expect([await there(), await held(other)]).toEqual([[other], "{}"]);
  });

  test("is deleted when they have ended; rendered anew, they do not wait for it", async () => {
    const job = await submitted(queue);
    const other = await submitted(queue, after(job));
    await finishAll();
    await finishAll();
    await queue.sql`update job set waiting = finished, finished = '{}', held = '{[0,1)}' where id in (${job}, ${other})`;
    await queue.sql`update job set failed = waiting, waiting = '{}' where id = ${other}`;
    await remove(queue, job);
    expect([await there(), await held(other)]).toEqual([[other], "{}"]);
  });

  test("takes them with it on demand, and those that wait for them, but none that do not wait", async () => {
    const job = await submitted(queue);
    const done = await submitted(queue, after(job, "ended"));
    await finishAll();
    await finishAll();
    await queue.sql`update job set waiting = finished, finished = '{}' where id = ${job}`;
    const child = await submitted(queue, after(job));
    const grandchild = await submitted(queue, { after: [{ job: child, until: "ended" }, { job: done }] });
    const afterDone = await submitted(queue, after(done));
    await remove(queue, job, "cascade");
    expect(await there()).toEqual([done, afterDone]);
    expect(await bonds()).toEqual([[afterDone, done]]);
    expect(await queue.sql`select from leftover where job in (${job}, ${child}, ${grandchild})`).not.toHaveLength(0);
  });

  test("takes with it what stands in a diamond, once", async () => {
    const top = await submitted(queue);
    const sides = [await submitted(queue, after(top)), await submitted(queue, after(top))];
    await submitted(queue, { after: sides.map((job) => ({ job })) });
    await remove(queue, top, "cascade");
    expect([await there(), await bonds()]).toEqual([[], []]);
  });

  test("lets them go on demand: they start, unless they wait for others too", async () => {
    const job = await submitted(queue);
    const second = await submitted(queue, { pool: "none" });
    const free = await submitted(queue, { frames: "1-2", ...after(job) });
    const bound = await submitted(queue, { after: [{ job }, { job: second }] });
    expect(await remove(queue, job, "release")).toEqual({ tasks: 0, killing: 0 });
    expect([await held(free), await held(bound)]).toEqual(["{}", "{[0,1)}"]);
    expect((await handOut(queue, slave(1, 9))).map((run) => run.job)).toEqual([free, free]);
    expect(await bonds()).toEqual([[bound, second]]);
  });
});

test("a job that waits is deleted like any other", async () => {
  const job = await submitted(queue);
  const other = await submitted(queue, after(job));
  await remove(queue, other);
  expect([await there(), await bonds()]).toEqual([[job], []]);
});

test("two that delete a job and one that waits for it do not stand in each other's way", async () => {
  for (let round = 0; round < 10; round++) {
    const job = await submitted(queue);
    const other = await submitted(queue, after(job));
    const done = await Promise.allSettled([
      remove(queue, other),
      remove(queue, job, "cascade"),
      remove(queue, job, "release"),
    ]);
    const wrong = done.flatMap((one) => (one.status === "rejected" ? [`${one.reason.message}`] : []));
    expect(wrong.filter((message) => !message.startsWith("there is no job"))).toEqual([]);
    expect(await there()).not.toContain(job);
  }
});
