// What failures say of the slaves on which they happened.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { clearSick, heal } from "../../lib/queue/blame";
import { unblock } from "../../lib/queue/change";
import { requeue } from "../../lib/queue/control";
import { listen, type Queue } from "../../lib/queue/open";
import { readJob } from "../../lib/queue/read-job";
import { readSlave } from "../../lib/queue/read-slaves";
import { type Reported, report } from "../../lib/queue/report";
import { until } from "../farm";
import { clear, ended, type Given, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
let [bad, good] = [0, 0];
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await clear(queue);
  [bad, good] = [await met(queue, "bad"), await met(queue, "good")];
});

/** Lets one task of what is best run on the slave and end with this code; whether there was one. */
async function runOn(id: number, code: number): Promise<boolean> {
  const [run] = await handOut(queue, slave(id));
  if (run) await tell(queue, ended(run, code));
  return run !== undefined;
}

describe("a slave on which tasks of a job failed", () => {
  const failing = (given: Given = {}) => submitted(queue, { frames: "1-50", ...given });

  test("gets no more of it after three failures, and is named with them", async () => {
    const job = await failing();
    for (let failures = 0; failures < 3; failures++) {
      expect((await readJob(queue, job)).setAside).toEqual([]);
      expect(await runOn(bad, 1)).toBe(true);
    }
    expect(await runOn(bad, 1)).toBe(false);
    expect(await runOn(good, 0)).toBe(true);
    expect((await readJob(queue, job)).setAside).toEqual([{ slave: "bad", failures: 3 }]);
  });

  test("is set aside by failures in one report as by single ones", async () => {
    const job = await failing();
    const runs = await handOut(queue, slave(bad, 4), slave(good, 1));
    await tell(queue, ...runs.map((run) => ended(run, run.slave === bad ? 1 : 0)));
    expect((await readJob(queue, job)).setAside).toEqual([{ slave: "bad", failures: 4 }]);
  });

  test("goes on with other jobs", async () => {
    await failing({ priority: 900, slaveFailures: 1 });
    const other = await submitted(queue, { frames: "1-9" });
    await runOn(bad, 1);
    expect(await handOut(queue, slave(bad))).toMatchObject([{ job: other }]);
  });

  test("goes on with it after as many failures as the job lets it have", async () => {
    await failing({ slaveFailures: 5 });
    for (let failures = 0; failures < 5; failures++) expect(await runOn(bad, 1)).toBe(true);
    expect(await runOn(bad, 1)).toBe(false);
  });

  test("goes on with it when the job says that they do not matter", async () => {
    await failing({ slaveFailures: 0 });
    for (let failures = 0; failures < 6; failures++) expect(await runOn(bad, 1)).toBe(true);
  });

  test("goes on with it while no other slave is there that could run it", async () => {
    await failing({ slaveFailures: 1 });
    await runOn(bad, 1);
    expect(await runOn(bad, 1)).toBe(false);
    await queue.sql`update slave set state = 'lost' where id = ${good}`;
    expect(await runOn(bad, 1)).toBe(true);
    await queue.sql`update slave set state = 'online', settings = jsonb_set(settings, '{pools}', '["nuke"]') where id = ${good}`;
    expect(await runOn(bad, 1)).toBe(true);
    await queue.sql`update slave set settings = jsonb_set(settings, '{pools}', '["Default"]') where id = ${good}`;
    expect(await runOn(bad, 1)).toBe(false);
  });

  test("is not blamed for requeues that its jobscript asked for, nor for what it gave back", async () => {
    await failing({ slaveFailures: 1, retries: 9 });
    for (const code of [130, 137, 143]) expect(await runOn(bad, code)).toBe(true);
    const [run] = await handOut(queue, slave(bad));
    await tell(queue, { ...ended(run!), reason: "returned" });
    expect(await runOn(bad, 1)).toBe(true);
    expect(await runOn(bad, 1)).toBe(false);
  });

  test("gets a second chance when a person unblocks it or requeues what failed", async () => {
    const job = await failing({ slaveFailures: 1, retries: 0 });
    await runOn(bad, 1);
    expect(await runOn(bad, 1)).toBe(false);
    await unblock(queue, job, ["bad"]);
    expect(await runOn(bad, 1)).toBe(true);
    expect(await runOn(bad, 1)).toBe(false);
    await requeue(queue, job);
    expect(await runOn(bad, 0)).toBe(true);
  });
});

describe("a slave on which tasks of several jobs failed", () => {
  const isSick = async (id: number) => (await readSlave(queue, `${id}`)).sickSince !== null;

  /** Jobs of higher and higher priority of each of which the good slave has finished a task. */
  async function sound(jobs: number, first = 600): Promise<void> {
    for (let job = 0; job < jobs; job++) {
      await submitted(queue, { frames: "1-50", priority: first + job, slaveFailures: 1 });
      await runOn(good, 0);
    }
  }

  test("is sick after the third that others can render, gets nothing more, and the others go on", async () => {
    await sound(3);
    for (let job = 0; job < 3; job++) {
      expect(await isSick(bad)).toBe(false);
      await runOn(bad, 1);
    }
    expect(await readSlave(queue, "bad")).toMatchObject({ sickSince: expect.any(String), suspects: [3, 2, 1] });
    await submitted(queue, { priority: 999 });
    expect(await handOut(queue, slave(bad), slave(good))).toMatchObject([{ slave: good }]);
  });

  test("is told of once, with the jobs, when it is set aside", async () => {
    await sound(3);
    const told: unknown[] = [];
    for (let job = 0; job < 3; job++) {
      for (const run of await handOut(queue, slave(bad, 2))) {
        const { sick } = (await queue.sql.begin((tx) => report(tx, [ended(run, 1)]))) as Reported;
        told.push(sick);
      }
    }
    expect(told).toEqual([[], [], [], [], [{ name: "bad", suspects: [3, 2, 1] }], []]);
  });

  test("is sick also when it failed each job before another slave had finished the first task of it", async () => {
    for (let job = 0; job < 3; job++) {
      await submitted(queue, { frames: "1-50", priority: 600 + job, slaveFailures: 1 });
      expect(await isSick(bad)).toBe(false);
      await runOn(bad, 1);
      await runOn(good, 0);
    }
    expect(await readSlave(queue, "bad")).toMatchObject({ sickSince: expect.any(String), suspects: [1, 2, 3] });
    expect((await readSlave(queue, "good")).suspects).toEqual([]);
  });

  test("is not suspected of a job of which it has finished the first task itself", async () => {
    await submitted(queue, { frames: "1-50" });
    await runOn(bad, 1);
    await runOn(bad, 0);
    expect((await readSlave(queue, "bad")).suspects).toEqual([]);
  });

  test("is not sick by many failures of one job", async () => {
    await submitted(queue, { frames: "1-50", slaveFailures: 0 });
    await runOn(good, 0);
    for (let failures = 0; failures < 6; failures++) await runOn(bad, 1);
    expect(await isSick(bad)).toBe(false);
    expect((await readSlave(queue, "bad")).suspects).toEqual([1]);
  });

  test("is not sick by jobs that nobody can render", async () => {
    for (let job = 0; job < 5; job++) {
      await submitted(queue, { frames: "1-50", priority: 600 + job, slaveFailures: 1 });
      await runOn(bad, 1);
    }
    expect(await readSlave(queue, "bad")).toMatchObject({ sickSince: null, suspects: [] });
  });

  test("is above suspicion again by one success", async () => {
    await sound(2);
    await runOn(bad, 1);
    await runOn(bad, 1);
    await submitted(queue, { priority: 999 });
    await runOn(bad, 0);
    expect((await readSlave(queue, "bad")).suspects).toEqual([]);
    await sound(1, 700);
    await runOn(bad, 1);
    expect(await isSick(bad)).toBe(false);
  });

  test("is well again when a person says so, and gets tasks at once", async () => {
    await sound(3);
    for (let job = 0; job < 3; job++) await runOn(bad, 1);
    const job = await submitted(queue);
    let woken = 0;
    await listen(queue, ({ work }) => {
      if (work) woken++;
    });
    const before = woken;
    await clearSick(queue, bad);
    await until(async () => woken > before || undefined, "the masters to be woken");
    expect(await readSlave(queue, "bad")).toMatchObject({ sickSince: null, suspects: [] });
    expect(await handOut(queue, slave(bad))).toMatchObject([{ job }]);
  });

  test("is tried again after an hour, not sooner, and is named then", async () => {
    await sound(3);
    for (let job = 0; job < 3; job++) await runOn(bad, 1);
    const sickFor = (minutes: number) =>
      queue.sql`update slave set sick_since = now() - ${minutes} * interval '1 minute' where id = ${bad}`;
    await sickFor(59);
    expect(await heal(queue)).toEqual([]);
    await sickFor(61);
    expect(await heal(queue)).toEqual(["bad"]);
    expect(await heal(queue)).toEqual([]);
    expect(await readSlave(queue, "bad")).toMatchObject({ sickSince: null, suspects: [] });
  });

  test("leaves the only other one its jobs: it does not count as another", async () => {
    await submitted(queue, { frames: "1-50", slaveFailures: 1 });
    await queue.sql`update slave set sick_since = now() where id = ${good}`;
    await runOn(bad, 1);
    expect(await runOn(bad, 1)).toBe(true);
  });
});
