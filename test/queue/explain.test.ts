// What is said about a job is what the plan does with it.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeHindrance, describe as describeObstacles, explain, gigabytes } from "../../lib/queue/explain";
import { hindrance, type JobNeeds, obstacle } from "../../lib/queue/obstacles";
import { plan } from "../../lib/queue/plan";
import { common, setOfTasks } from "../../lib/sets";
import { anyFarm, anyJob, anySlaves } from "./arbitrary";
import { needs, slave } from "./stage";

describe("whatever the job and the slaves", () => {
  test("a job could run exactly when the plan would hand out a task of it", () => {
    let could = 0;
    fc.assert(
      fc.property(anyJob, anySlaves, anyFarm, (job, slaves, farm) => {
        const { couldRun } = explain(job, slaves, farm.licences);
        expect(couldRun).toBe(plan([job], slaves, farm).length > 0);
        if (couldRun) could++;
      }),
      { numRuns: 2000 },
    );
    expect(could).toBeGreaterThan(50);
  });

  test("a task could run exactly when the plan would hand it out, did it alone wait", () => {
    let could = 0;
    fc.assert(
      fc.property(anyJob, anySlaves, anyFarm, fc.nat(12), (job, slaves, farm, task) => {
        const { couldRun } = explain(job, slaves, farm.licences, task);
        const alone: JobNeeds = { ...job, waiting: common(job.waiting, setOfTasks([task])) };
        expect(couldRun).toBe(plan([alone], slaves, farm).some((given) => given.task === task));
        if (couldRun) could++;
      }),
      { numRuns: 2000 },
    );
    expect(could).toBeGreaterThan(15);
  });

  test("each slave is counted once: under what keeps it from the job, or as one that could take a task", () => {
    fc.assert(
      fc.property(anyJob, anySlaves, anyFarm, (job, slaves, { licences }) => {
        const { reasons, able } = explain(job, slaves, licences);
        const kept = reasons.flatMap((reason) => reason.slaves.map((name) => [name, reason.because]));
        const expected = slaves.map((one) => [one.name, obstacle(job, one)?.because]);
        expect([...kept, ...able.map((name) => [name, undefined])].sort()).toEqual(expected.sort());
        for (const { count, slaves } of reasons) expect(count).toBe(slaves.length);
      }),
    );
  });
});

test("a reason counts all slaves and names twenty of them, the one that keeps most slaves first", () => {
  const slaves = Array.from({ length: 50 }, (_, at) => slave(at + 1, at < 15 ? 0 : 1, [at < 15 ? "maya" : "nuke"]));
  const { reasons } = explain(needs(1, [[0, 9]], { pool: "maya" }), slaves, new Map());
  expect(reasons.map(({ because, count, slaves }) => [because, count, slaves.length])).toEqual([
    ["pool", 35, 20],
    ["full", 15, 15],
  ]);
});

test.each<[string, Parameters<typeof describeObstacles>[0]]>([
  ["is away", [{ because: "away" }]],
  ["are sick: tasks of several jobs failed there", [{ because: "sick" }, { because: "sick" }]],
  ["is in trouble: no space left", [{ because: "problem", says: "no space left" }]],
  ["are not in pool maya or nuke", Array(2).fill({ because: "pool", needs: "maya,nuke" })],
  ["does not run LINUX or OSX", [{ because: "os", needs: "LINUX,OSX" }]],
  [
    "have too little memory (need 32 GB, most has 24 GB)",
    [
      { because: "memory", needs: 32_768, has: 24_576 },
      { because: "memory", needs: 32_768, has: 100 },
    ],
  ],
  ["has too little memory (need 1.5 GB, has 512 MB)", [{ because: "memory", needs: 1536, has: 512 }]],
  ["has too few free GPUs (need 2, has 1)", [{ because: "gpus", needs: 2, has: 1 }]],
  ["is set aside for this job (3 failures)", [{ because: "setAside", failures: 3 }]],
  ["run 1 task of it, as many as one slave may", Array(2).fill({ because: "perSlave", most: 1 })],
  ["is busy with other programs", [{ because: "load", slots: 2 }]],
  ["are full", [{ because: "full" }, { because: "full" }]],
])("what is in the way at slaves is said in words: %s", (text, obstacles) => {
  expect(describeObstacles(obstacles)).toBe(text);
});

test.each<[string, Partial<JobNeeds>]>([
  ["nothing waits: it has ended", { waiting: [] }],
  ["nothing waits: all that is left runs", { waiting: [], running: 2 }],
  ["it is stopped", { stopped: true }],
  ["its time has not come", { early: true }],
  ["9 tasks failed and are not tried again yet", { resting: [[0, 9]] }],
  ["1 task failed and is not tried again yet", { waiting: [[3, 4]], resting: [[3, 4]] }],
  ["it runs 2 tasks, as many as it may at a time", { maxSlots: 2, running: 2 }],
  ["a task needs 2 licences nuke, 1 is free", { licences: { nuke: 2 } }],
  ["a task needs 1 licence maya, 0 are free", { licences: { maya: 1 } }],
])("what keeps a job from running is said in words: %s", (text, more) => {
  const job = needs(1, [[0, 9]], more);
  expect(describeHindrance(hindrance(job, new Map([["nuke", 1]]))!, job)).toBe(text);
});

test("memory is said as people say it", () => {
  expect([-5, 0, 800, 1024, 1536, 24_576].map(gigabytes)).toEqual([
    "0 MB",
    "0 MB",
    "800 MB",
    "1 GB",
    "1.5 GB",
    "24 GB",
  ]);
});
