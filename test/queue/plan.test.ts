// Who gets which task: against a replay that looks at every job and slave again before each step.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hindrance, type JobNeeds, obstacle, type SlaveNow, startable } from "../../lib/queue/obstacles";
import { type Assignment, type Farm, plan, type Share } from "../../lib/queue/plan";
import { eachTask, holds, setOfTasks } from "../../lib/sets";
import { anyFarm, anyJobs, anySlaves } from "./arbitrary";
import { needs, slave } from "./stage";

/** The farm as it is while the assignments are replayed. */
class Replay {
  jobs: JobNeeds[];
  slaves: SlaveNow[];
  readonly licences: Map<string, number>;
  readonly shares: Map<string, Share>;
  constructor(jobs: readonly JobNeeds[], slaves: readonly SlaveNow[], farm: Farm) {
    this.jobs = [...jobs];
    this.slaves = [...slaves];
    this.licences = new Map(farm.licences);
    this.shares = new Map(farm.shares);
  }

  job(id: number): JobNeeds {
    return this.jobs.find((job) => job.id === id)!;
  }

  /** The slaves that can take a task of this job now. */
  takers(job: JobNeeds): SlaveNow[] {
    if (hindrance(job, this.licences)) return [];
    return this.slaves.filter((slave) => !obstacle(job, slave));
  }

  /** The job whose turn it is. */
  next(): JobNeeds | undefined {
    return this.jobs
      .filter((job) => this.takers(job).length > 0)
      .sort(
        (a, b) =>
          b.priority - a.priority ||
          this.shareOf(a.owner) - this.shareOf(b.owner) ||
          a.running - b.running ||
          a.id - b.id,
      )[0];
  }

  carryOut({ job: id, task, slave: taker }: Assignment): void {
    const job = this.job(id);
    const waiting = setOfTasks([...eachTask(job.waiting)].filter((one) => one !== task));
    this.jobs = this.jobs.map((one) => (one === job ? { ...job, waiting, running: job.running + 1 } : one));
    for (const [name, count] of Object.entries(job.licences)) this.licences.set(name, this.licences.get(name)! - count);
    const { running, weight } = this.shares.get(job.owner) ?? { running: 0, weight: 1 };
    this.shares.set(job.owner, { running: running + 1, weight });
    this.slaves = this.slaves.map((one) =>
      one.id !== taker
        ? one
        : {
            ...one,
            free: one.free - 1,
            memoryLeftMb: one.memoryLeftMb - job.memoryMb,
            gpusLeft: one.gpusLeft - job.gpus,
            jobs: [...one.jobs, id],
          },
    );
  }

  private shareOf(owner: string): number {
    const { running, weight } = this.shares.get(owner) ?? { running: 0, weight: 1 };
    return running / weight;
  }
}

describe("whatever waits and whoever asks", () => {
  const everyStep = (check: (replay: Replay, given: Assignment) => void, atEnd: (replay: Replay) => void = () => {}) =>
    fc.assert(
      fc.property(anyJobs, anySlaves, anyFarm, (jobs, slaves, farm) => {
        const replay = new Replay(jobs, slaves, farm);
        for (const given of plan(jobs, slaves, farm)) {
          check(replay, given);
          replay.carryOut(given);
        }
        atEnd(replay);
      }),
      { numRuns: 1000 },
    );

  test("a task that may start goes once, to a slave that nothing keeps from it at that moment", () => {
    everyStep((replay, { job: id, task, slave }) => {
      const job = replay.job(id);
      expect(holds(startable(job), task)).toBe(true);
      expect(replay.takers(job).map((one) => one.id)).toContain(slave);
    });
  });

  test("nothing is left waiting while a slave could take it", () => {
    everyStep(
      () => {},
      (replay) => expect(replay.next()).toBeUndefined(),
    );
  });

  test("priority goes first, then the owner with the least share, then the job with the fewest running, then the oldest", () => {
    everyStep((replay, { job }) => expect(job).toBe(replay.next()!.id));
  });

  test("a slave gets the lowest task that has not failed on it", () => {
    everyStep((replay, { job: id, task, slave }) => {
      const job = replay.job(id);
      const failedHere = (one: number) => job.spared.get(one)?.has(slave) === true;
      const choice = [...eachTask(startable(job))].filter((one) => failedHere(one) === failedHere(task));
      expect(task).toBe(Math.min(...choice));
    });
  });

  test("a task goes to a slave on which it failed only when no task of its job could go elsewhere", () => {
    everyStep((replay, { job: id, task, slave }) => {
      const job = replay.job(id);
      if (!job.spared.get(task)?.has(slave)) return;
      for (const taker of replay.takers(job))
        for (const other of eachTask(startable(job))) expect(job.spared.get(other)?.has(taker.id)).toBe(true);
    });
  });

  test("what is given is not changed", () => {
    fc.assert(
      fc.property(anyJobs, anySlaves, anyFarm, (jobs, slaves, farm) => {
        const before = structuredClone([jobs, slaves, farm]);
        plan(jobs, slaves, farm);
        expect([jobs, slaves, farm] as unknown[]).toEqual(before);
      }),
    );
  });
});

const usual: Farm = { licences: new Map(), shares: new Map() };
const short = (jobs: JobNeeds[], slaves: SlaveNow[], farm = usual) =>
  plan(jobs, slaves, farm).map(({ job, task, slave }) => `${job}.${task}>${slave}`);

test("a few tasks spread over many slaves", () => {
  expect(short([needs(1, [[0, 3]])], [slave(1, 4), slave(2, 4), slave(3, 4)])).toEqual(["1.0>1", "1.1>2", "1.2>3"]);
});

test("jobs of one priority take turns", () => {
  const jobs = [needs(1, [[0, 9]]), needs(2, [[0, 9]])];
  expect(short(jobs, [slave(1, 4)])).toEqual(["1.0>1", "2.0>1", "1.1>1", "2.1>1"]);
});

test("a job that has much running lets the others catch up", () => {
  const jobs = [needs(1, [[0, 9]], { running: 2 }), needs(2, [[0, 9]])];
  expect(short(jobs, [slave(1, 4)])).toEqual(["2.0>1", "2.1>1", "1.0>1", "2.2>1"]);
});

test("an owner with many jobs gets as many slots as one with a single job", () => {
  const jobs = [1, 2, 3].map((id) => needs(id, [[0, 9]], { owner: "ann" }));
  const given = plan([...jobs, needs(4, [[0, 9]], { owner: "bob" })], [slave(1, 6)], usual);
  expect(given.map(({ job }) => job)).toEqual([1, 4, 2, 4, 3, 4]);
});

test("an owner of three times the weight gets three times the slots", () => {
  const jobs = [needs(1, [[0, 99]], { owner: "ann" }), needs(2, [[0, 99]], { owner: "bob" })];
  const shares = new Map([["bob", { running: 0, weight: 3 }]]);
  const given = plan(jobs, [slave(1, 40)], { ...usual, shares });
  expect(given.filter(({ job }) => job === 2)).toHaveLength(30);
});

test("a priority goes before any share", () => {
  const jobs = [needs(1, [[0, 9]], { owner: "ann", priority: 501 }), needs(2, [[0, 9]], { owner: "bob" })];
  const shares = new Map([["ann", { running: 100, weight: 1 }]]);
  expect(short(jobs, [slave(1, 2)], { ...usual, shares })).toEqual(["1.0>1", "1.1>1"]);
});

test("a job of a pool without a free slave does not hold up the others", () => {
  const jobs = [needs(1, [[0, 9]], { pool: "b", priority: 900 }), needs(2)];
  expect(short(jobs, [slave(1, 2)])).toEqual(["2.0>1"]);
});

test("the last licence goes to one task, whatever the slaves have free", () => {
  const jobs = [needs(1, [[0, 9]], { licences: { nuke: 2 } }), needs(2, [[0, 9]], { licences: { nuke: 1 } })];
  expect(short(jobs, [slave(1, 9), slave(2, 9)], { ...usual, licences: new Map([["nuke", 3]]) })).toEqual([
    "1.0>1",
    "2.0>2",
  ]);
});

test("memory and GPUs of a slave are given out once", () => {
  const [heavy, gpus] = [needs(1, [[0, 9]], { memoryMb: 1500 }), needs(2, [[0, 9]], { gpus: 1 })];
  expect(short([heavy], [slave(1, 9)])).toEqual(["1.0>1", "1.1>1"]);
  expect(short([gpus], [slave(1, 9, ["Default"], { gpusLeft: 3 })])).toEqual(["2.0>1", "2.1>1", "2.2>1"]);
});

test("a task that failed on one slave goes to the other", () => {
  const failed = needs(1, [[0, 1]], { spared: new Map([[0, new Set([1])]]) });
  expect(short([failed], [slave(1, 1), slave(2, 1)])).toEqual(["1.0>2"]);
});

test("a task that failed on the only slave is tried there again", () => {
  const failed = needs(1, [[0, 1]], { spared: new Map([[0, new Set([1])]]) });
  expect(short([failed], [slave(1, 1)])).toEqual(["1.0>1"]);
});

test("a task that failed on the only slave does not wait behind the whole of a less important job", () => {
  const failed = needs(1, [[0, 1]], { priority: 900, spared: new Map([[0, new Set([1])]]) });
  expect(short([failed, needs(2, [[0, 1000]])], [slave(1, 1)])).toEqual(["1.0>1"]);
});

test("a billion waiting tasks are planned as a handful", () => {
  const planned = short([needs(1, [[5, 1_000_000_000]])], [slave(1, 2), slave(2, 1)]);
  expect(planned).toEqual(["1.5>1", "1.6>2", "1.7>1"]);
});
