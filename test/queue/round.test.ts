// One round of the dispatcher, without the dispatcher.
import { expect, test } from "bun:test";
import * as control from "../../lib/queue/control";
import { setLicence } from "../../lib/queue/licences";
import type { SlaveNow } from "../../lib/queue/obstacles";
import { remove } from "../../lib/queue/remove";
import { carryOut, type Round } from "../../lib/queue/round";
import { submit } from "../../lib/queue/submit";
import { SyncAnswer } from "../../lib/sync";
import { ended, handOut, jobRow, runsOf, slave, stagedQueue, submission, submitted } from "./stage";

const queue = await stagedQueue();

const round = (more: Partial<Omit<Round, "asking">>, ...asking: SlaveNow[]) =>
  carryOut(queue, { reports: [], unknown: [], check: [], again: () => [], asking: () => asking, ...more });

test("a slave is told all it must know to start a task", async () => {
  const job = await submitted(queue, {
    name: "shot 7",
    owner: "ann",
    command: ["render", "{frame}"],
    env: { SCENE: "a b" },
    folder: "/shots",
    frames: "10-30x5,100",
    block: 2,
    order: "reverse",
    pad: 6,
    memoryMb: 1500,
    frameTimeoutMs: 60_000,
    silenceMs: 5000,
    output: { progress: ["(?<percent>\\d+)%"] },
  });
  const { start, jobs, handed, kill } = await round({}, slave(3, 2));
  expect(start).toEqual([
    { job, task: 0, attempt: 1, slave: 3, frames: [30, 100] },
    { job, task: 1, attempt: 1, slave: 3, frames: [20, 25] },
  ]);
  expect([handed.length, kill]).toEqual([2, []]);
  expect(SyncAnswer.shape.jobs.element.parse(jobs.get(job))).toEqual({
    id: job,
    name: "shot 7",
    owner: "ann",
    pool: "Default",
    command: ["render", "{frame}"],
    env: { SCENE: "a b" },
    folder: "/shots",
    logFolder: "000001.shot_7",
    start: 10,
    end: 100,
    step: 5,
    block: 2,
    pad: 6,
    fieldVariables: {},
    script: null,
    memoryMb: 1500,
    gpus: 0,
    frameTimeoutMs: 60_000,
    silenceMs: 5000,
    output: { progress: ["(?<percent>\\d+)%"] },
  });
});

test("a task that is given back goes out again in the same round", async () => {
  const job = await submitted(queue);
  const [run] = await handOut(queue, slave(1));
  const asked: boolean[] = [];
  const { start } = await carryOut(queue, {
    reports: [{ ...ended(run!), reason: "returned" }],
    unknown: [],
    check: [],
    again: () => [],
    asking: (_, requeued) => {
      asked.push(requeued);
      return [slave(2)];
    },
  });
  expect(asked).toEqual([true]);
  expect(start).toMatchObject([{ job, task: 0, attempt: 2, slave: 2 }]);
});

test("the open runs of a slave that a master does not know are read before it gets more", async () => {
  const job = await submitted(queue, { frames: "1-5" });
  await handOut(queue, slave(1, 2));
  let known: unknown;
  await carryOut(queue, {
    reports: [],
    unknown: [1],
    check: [],
    again: () => [],
    asking: (open) => {
      known = open.map(({ job, task, attempt, slave }) => ({ job, task, attempt, slave }));
      return [];
    },
  });
  expect(known).toEqual([
    { job, task: 0, attempt: 1, slave: 1 },
    { job, task: 1, attempt: 1, slave: 1 },
  ]);
});

test("runs that a slave has not mentioned are told again, with their frames, but not those that nobody wants", async () => {
  const [wanted, unwanted, deleted] = [await submitted(queue), await submitted(queue), await submitted(queue)];
  const runs = await handOut(queue, slave(1, 3));
  await control.kill(queue, unwanted);
  await remove(queue, deleted);
  const { start, kill, handed } = await round({ again: () => runs });
  expect(start).toEqual([{ job: wanted, task: 0, attempt: 1, slave: 1, frames: [1] }]);
  expect(kill.map(({ job }) => job).sort()).toEqual([unwanted, deleted]);
  expect(handed).toEqual([]);
});

test("of the runs that slaves hold those are to be killed that are not theirs", async () => {
  await submitted(queue, { frames: "1-2" });
  const [mine, ended] = await handOut(queue, slave(1, 2));
  const stray = { job: 77, task: 0, attempt: 1, slave: 1 };
  const { kill } = await round({ check: [mine!, ended!, stray], reports: [{ ...ended!, reason: "exit", code: 0 }] });
  expect(kill.map(({ job, task }) => `${job}.${task}`).sort()).toEqual(["1.1", "77.0"]);
});

test("a round that fails half-way leaves everything as it was, and can be carried out again", async () => {
  const job = await submitted(queue, { frames: "1-3" });
  const [run] = await handOut(queue, slave(1));
  const before = [await jobRow(queue, job), await runsOf(queue, job)];
  const failing = carryOut(queue, {
    reports: [ended(run!)],
    unknown: [],
    check: [],
    asking: () => [slave(1, 2)],
    again: () => {
      throw new Error("power cut");
    },
  });
  await expect(failing).rejects.toThrow("power cut");
  expect([await jobRow(queue, job), await runsOf(queue, job)]).toEqual(before);
  await round({ reports: [ended(run!)] }, slave(1, 2));
  expect(await jobRow(queue, job)).toMatchObject({ finished: "{[0,1)}", running: "{[1,3)}" });
});

test("a slave is told the jobscript of a job's kind, and the variables of its fields", async () => {
  const script = { path: "/farm/scripts/1.sh", sh: "#!/bin/sh\n", cmd: "rem\r\n" };
  const given = { ...submission({ kind: "blender", command: undefined }), fields: { scene: "/x.blend" } };
  const job = await submit(queue, { ...given, script, fieldVariables: { DRQUEUE_SCENE: "/x.blend" } });
  const { jobs } = await round({}, slave(1));
  expect(jobs.get(job)).toMatchObject({ command: [], script, fieldVariables: { DRQUEUE_SCENE: "/x.blend" } });
});

test("what a round hands out says what it takes of its slave", async () => {
  await submitted(queue, { memoryMb: 700, gpus: 1 });
  const { handed } = await round({}, slave(1, 1, ["Default"], { gpusLeft: 2 }));
  expect(handed).toMatchObject([{ slave: 1, memoryMb: 700, gpus: 1 }]);
});

test("in one round a slot, a licence and the slots of a job go from the task that ended to the next one", async () => {
  await setLicence(queue, "nuke", 1);
  const job = await submitted(queue, { frames: "1-3", licences: { nuke: 1 }, maxSlots: 1 });
  const [first] = (await round({}, slave(1, 2))).start;
  const next = await round({ reports: [ended(first!)] }, slave(1, 2));
  expect(next.start).toMatchObject([{ job, task: 1 }]);
  const again = await round({ reports: [{ ...ended(next.start[0]!), reason: "returned" }] }, slave(1, 2));
  expect(again.start).toMatchObject([{ job, task: 1, attempt: 2 }]);
});
