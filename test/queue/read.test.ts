// What people and programs read of the queue.
import { describe, expect, test } from "bun:test";
import { Frame, Job, JobDetail } from "../../lib/protocol";
import { change } from "../../lib/queue/change";
import { listFrames, listJobs } from "../../lib/queue/read";
import { readJob } from "../../lib/queue/read-job";
import { findLog, isOpen } from "../../lib/queue/read-logs";
import { listSlaves, readSlave } from "../../lib/queue/read-slaves";
import { remove } from "../../lib/queue/remove";
import { Slave } from "../../lib/settings";
import { ended, handOut, met, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const refused = (done: Promise<unknown>, kind: string, message: RegExp) =>
  expect(done).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });

describe("the list of jobs", () => {
  const ids = async (filter: Partial<Parameters<typeof listJobs>[1]>) =>
    (await listJobs(queue, { limit: 100, ...filter })).jobs.map(({ id }) => id);

  test("is newest first, in pages that join without gap or repeat", async () => {
    for (let job = 0; job < 7; job++) await submitted(queue);
    expect(await ids({ limit: 3 })).toEqual([7, 6, 5]);
    expect(await ids({ limit: 3, before: 5 })).toEqual([4, 3, 2]);
    expect(await ids({ limit: 3, before: 2 })).toEqual([1]);
  });

  test("is filtered by state, owner, pool and part of the name, all of them together", async () => {
    await submitted(queue, { name: "Shot 7 beauty", owner: "ann", pool: "maya" });
    await submitted(queue, { name: "shot 7 depth", owner: "bob", pool: "maya", stopped: true });
    await submitted(queue, { name: "100%_done", owner: "ann" });
    expect(await ids({ owner: "ann" })).toEqual([3, 1]);
    expect(await ids({ pool: "maya" })).toEqual([2, 1]);
    expect(await ids({ state: "stopped" })).toEqual([2]);
    expect(await ids({ name: "shot" })).toEqual([2, 1]);
    expect(await ids({ name: "7*depth" })).toEqual([2]);
    expect(await ids({ name: "%_" })).toEqual([3]);
    expect(await ids({ name: "0_d" })).toEqual([]);
    expect(await ids({ owner: "ann", pool: "maya", name: "depth" })).toEqual([]);
    expect(await ids({ name: "'; drop table job; --" })).toEqual([]);
  });

  test("shows a job of thousands of ranges in short", async () => {
    await submitted(queue, { frames: Array.from({ length: 2000 }, (_, at) => at * 10).join(",") });
    const [job] = (await listJobs(queue, { limit: 1 })).jobs;
    expect(job!.frames).toEndWith(",...");
    expect(job!.frames.length).toBeLessThan(100);
    expect((await readJob(queue, 1)).frames.length).toBeGreaterThan(1000);
  });

  test("is what the protocol says", async () => {
    await submitted(queue);
    for (const job of (await listJobs(queue, { limit: 9 })).jobs) expect(Job.parse(job)).toEqual(job);
  });
});

describe("a job", () => {
  test("tells frames and tasks by state, a short last block too", async () => {
    const job = await submitted(queue, { frames: "1-10", block: 4, order: "reverse", retries: 0 });
    const [short, full] = await handOut(queue, slave(1, 2));
    await tell(queue, ended(short!), ended(full!, 1));
    await handOut(queue, slave(1));
    const detail = await readJob(queue, job);
    expect(JobDetail.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({
      state: "running",
      frameCounts: { total: 10, waiting: 0, running: 4, finished: 2, failed: 4 },
      taskCounts: { total: 3, waiting: 0, running: 1, finished: 1, failed: 1 },
      runningFrames: "1-4",
      failedFrames: "5-8",
      logFolder: "000001.test",
    });
  });

  test("tells the mean seconds of a frame from the last finished runs", async () => {
    const job = await submitted(queue, { frames: "1-8", block: 2 });
    expect((await readJob(queue, job)).frameSeconds).toBeNull();
    const [a, b, c] = await handOut(queue, slave(1, 3));
    await tell(queue, { ...ended(a!), ranMs: 2000 }, { ...ended(b!), ranMs: 4000 }, { ...ended(c!, 1), ranMs: 99_000 });
    expect((await readJob(queue, job)).frameSeconds).toBe(1.5);
  });

  test("tells what it asks for, which jobs it waits for and which wait for it, and who is kept from it", async () => {
    await met(queue, "node1");
    await queue.sql`insert into licence (name, total) values ('nuke', 3)`;
    const first = await submitted(queue, { name: "first" });
    const given = {
      pool: "nuke,maya",
      os: "osx,linux",
      memoryMb: 2000,
      gpus: 1,
      licences: { nuke: 2 },
      maxSlots: 5,
      maxPerSlave: 1,
      notBefore: "2999-01-01T00:00:00.000Z",
      retryDelayMs: 1000,
      frameTimeoutMs: 60_000,
      silenceMs: 30_000,
      slaveFailures: 7,
      maxFailures: 9,
      deleteAfterMs: 0,
      exitMeanings: { fatal: [3] },
    };
    const job = await submitted(queue, { ...given, blocked: ["node1"], after: [{ job: first, until: "ended" }] });
    const detail = await readJob(queue, job);
    expect(JobDetail.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ ...given, pool: "maya,nuke", os: "LINUX,OSX" });
    expect(detail).toMatchObject({
      blocked: ["node1"],
      after: [first],
      needs: [{ job: first, until: "ended", state: "waiting" }],
      heldTasks: 1,
    });
    expect((await readJob(queue, first)).neededBy).toEqual([job]);
    const [listed] = (await listJobs(queue, { limit: 1, pool: "nuke" })).jobs;
    expect(listed).toMatchObject({ id: job, after: [first] });
  });

  test("of 100 million frames is read like any other", async () => {
    const job = await submitted(queue, { frames: "1-100000000" });
    expect((await readJob(queue, job)).frameCounts.waiting).toBe(100_000_000);
    expect((await listFrames(queue, job, "99999999-100000000", 0, 9)).frames.map(({ frame }) => frame)).toEqual([
      99_999_999, 100_000_000,
    ]);
  });

  test("that there is not is refused", async () => {
    await refused(readJob(queue, 99), "unknown", /there is no job 99/);
    await refused(listFrames(queue, 99, undefined, 0, 10), "unknown", /there is no job 99/);
    await refused(findLog(queue, 99, 1), "unknown", /there is no job 99/);
  });
});

describe("the frames of a job", () => {
  test("tell state, attempt, slave and what went wrong", async () => {
    const id = await met(queue, "node1");
    const job = await submitted(queue, { frames: "1-4", retries: 0 });
    const [a, b] = await handOut(queue, slave(id, 3));
    await tell(queue, { ...ended(a!), ranMs: 1500 }, { ...ended(b!, 7), message: "no licence" });
    const { frames, next } = await listFrames(queue, job, undefined, 0, 10);
    expect(next).toBeUndefined();
    expect(frames).toMatchObject([
      { frame: 1, state: "finished", attempt: 1, slave: "node1", outcome: "finished", code: 0, seconds: 1.5 },
      { frame: 2, state: "failed", attempt: 1, slave: "node1", outcome: "failed", code: 7, message: "no licence" },
      { frame: 3, state: "running", attempt: 1, slave: "node1", outcome: null, code: null },
      { frame: 4, state: "waiting", attempt: 0, slave: null, outcome: null, seconds: null, startedAt: null },
    ]);
    for (const frame of frames) expect(Frame.parse(frame)).toEqual(frame);
  });

  test("show the last attempt of each", async () => {
    const job = await submitted(queue, { frames: "1" });
    for (const code of [1, 1, 0]) await tell(queue, ended((await handOut(queue, slave(1)))[0]!, code));
    expect((await listFrames(queue, job, undefined, 0, 10)).frames).toMatchObject([
      { attempt: 3, outcome: "finished" },
    ]);
  });

  test("come in pages, in the job's order or that which is asked for", async () => {
    const job = await submitted(queue, { frames: "10-1", block: 3 });
    const page = async (asked: string | undefined, after: number) => {
      const { frames, next } = await listFrames(queue, job, asked, after, 4);
      return [frames.map(({ frame }) => frame), next];
    };
    expect(await page(undefined, 0)).toEqual([[10, 9, 8, 7], 4]);
    expect(await page(undefined, 8)).toEqual([[2, 1], undefined]);
    expect(await page("1-4,20", 0)).toEqual([[1, 2, 3, 4], 4]);
    expect(await page("1-4,20", 4)).toEqual([[], undefined]);
    await refused(page("x", 0), "invalid", /\^/);
  });
});

describe("a slave", () => {
  test("is found by its name or number, and shown as the protocol says", async () => {
    const id = await met(queue, "node1");
    await met(queue, "node2");
    for (const name of ["node1", `${id}`]) expect(await readSlave(queue, name)).toMatchObject({ id, name: "node1" });
    const { slaves: all } = await listSlaves(queue, { limit: 100 });
    expect(all.map(({ name }) => name)).toEqual(["node1", "node2"]);
    for (const one of all) expect(Slave.parse(one)).toEqual(one);
    await refused(readSlave(queue, "node3"), "unknown", /there is no slave 'node3'/);
  });

  test("of two that carry a name is the one heard of last", async () => {
    const old = await met(queue, "node1");
    const now = await met(queue, "node1");
    await queue.sql`update slave set seen_at = now() - interval '1 day' where id = ${old}`;
    expect((await readSlave(queue, "node1")).id).toBe(now);
  });
});

describe("the log of a frame", () => {
  test("is that of its block's last run, or of the attempt that is named", async () => {
    const id = await met(queue, "node1");
    const job = await submitted(queue, { name: "shot 7", frames: "1-10", block: 5 });
    const [first] = await handOut(queue, slave(id));
    await tell(queue, ended(first!, 1));
    await handOut(queue, slave(id, 2));
    const last = await findLog(queue, job, 3);
    expect(last).toMatchObject({
      path: "000001.shot_7/0001.2.log",
      attempt: 2,
      open: true,
      slave: { name: "node1", address: "127.0.0.1", port: 2345, state: "online" },
    });
    expect(await findLog(queue, job, 5, 1)).toMatchObject({ path: "000001.shot_7/0001.1.log", open: false });
    expect([await isOpen(queue, last), await isOpen(queue, { ...last, attempt: 1 })]).toEqual([true, false]);
    await remove(queue, job);
    expect(await isOpen(queue, last)).toBe(false);
  });

  test("keeps its place when the job is renamed", async () => {
    const id = await met(queue, "node1");
    const job = await submitted(queue, { name: "old" });
    await handOut(queue, slave(id));
    await change(queue, job, { name: "new" });
    expect((await findLog(queue, job, 1)).path).toBe("000001.old/0001.1.log");
  });

  test("of a frame or an attempt that there is not is refused in words", async () => {
    const id = await met(queue, "node1");
    const job = await submitted(queue, { frames: "1-2" });
    await handOut(queue, slave(id));
    await refused(findLog(queue, job, 9), "unknown", /job 1 has no frame 9/);
    await refused(findLog(queue, job, 2), "conflict", /frame 2 of job 1 has not been started yet/);
    await refused(findLog(queue, job, 1, 5), "unknown", /frame 1 of job 1 has no attempt 5/);
  });
});
