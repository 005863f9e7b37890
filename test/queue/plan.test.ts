// Who gets which task: against a replay that looks at every job and slave again before each step.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Assignment, type JobNeeds, obstacle, plan, type SlaveNow } from "../../lib/queue/plan";
import { eachTask, setOfTasks, type TaskSet } from "../../lib/sets";

const anySlaves = fc
  .array(
    fc.record({
      enabled: fc.boolean(),
      pools: fc.subarray(["a", "b", "c"], { minLength: 1 }),
      free: fc.nat(3),
    }),
    { maxLength: 5 },
  )
  .map((slaves) => slaves.map((slave, at): SlaveNow => ({ ...slave, id: at + 1 })));

const anyJobs = fc
  .array(
    fc.record({
      priority: fc.nat(2),
      pool: fc.constantFrom("a", "b", "c"),
      running: fc.nat(3),
      tasks: fc.uniqueArray(fc.nat(12), { maxLength: 8 }),
      failures: fc.array(fc.tuple(fc.nat(12), fc.uniqueArray(fc.integer({ min: 1, max: 5 }))), { maxLength: 6 }),
    }),
    { maxLength: 5 },
  )
  .map((jobs) =>
    jobs.map(({ tasks, failures, ...job }, at) => {
      const spared = failures
        .filter(([task]) => tasks.includes(task))
        .map(([task, on]) => [task, new Set(on)] as const);
      return { ...job, id: at + 1, waiting: setOfTasks(tasks), spared: new Map(spared) };
    }),
  );

/** What is left while the assignments are replayed. */
class Replay {
  readonly slots: Map<number, number>;
  readonly jobs: { job: JobNeeds; left: Set<number>; running: number }[];
  constructor(
    jobs: readonly JobNeeds[],
    readonly slaves: readonly SlaveNow[],
  ) {
    this.slots = new Map(slaves.map(({ id, free }) => [id, free]));
    this.jobs = jobs.map((job) => ({ job, left: new Set(eachTask(job.waiting)), running: job.running }));
  }
  /** The slaves that can take a task of this job now. */
  takers({ job, left }: Replay["jobs"][number]): SlaveNow[] {
    if (left.size === 0) return [];
    return this.slaves.filter(
      ({ id, enabled, pools }) => enabled && pools.includes(job.pool) && (this.slots.get(id) ?? 0) > 0,
    );
  }
  /** The job whose turn it is. */
  next(): Replay["jobs"][number] | undefined {
    return this.jobs
      .filter((one) => this.takers(one).length > 0)
      .sort((a, b) => b.job.priority - a.job.priority || a.running - b.running || a.job.id - b.job.id)[0];
  }
  carryOut({ job, task, slave }: Assignment): void {
    const one = this.jobs.find((other) => other.job.id === job)!;
    one.left.delete(task);
    one.running++;
    this.slots.set(slave, this.slots.get(slave)! - 1);
  }
}

describe("whatever waits and whoever asks", () => {
  const everyStep = (check: (replay: Replay, given: Assignment) => void, atEnd: (replay: Replay) => void = () => {}) =>
    fc.assert(
      fc.property(anyJobs, anySlaves, (jobs, slaves) => {
        const replay = new Replay(jobs, slaves);
        for (const given of plan(jobs, slaves)) {
          check(replay, given);
          replay.carryOut(given);
        }
        atEnd(replay);
      }),
      { numRuns: 1000 },
    );

  test("a task goes once, to an enabled slave of its pool with a free slot", () => {
    everyStep((replay, { job, task, slave }) => {
      const one = replay.jobs.find((other) => other.job.id === job)!;
      expect(one.left.has(task)).toBe(true);
      expect(replay.takers(one).map(({ id }) => id)).toContain(slave);
    });
  });

  test("nothing is left waiting while a slave that fits has a free slot", () => {
    everyStep(
      () => {},
      (replay) => expect(replay.next()).toBeUndefined(),
    );
  });

  test("priority goes first, then the job with the fewest running, then the oldest", () => {
    everyStep((replay, { job }) => expect(job).toBe(replay.next()!.job.id));
  });

  test("a slave gets the lowest task that has not failed on it", () => {
    everyStep((replay, { job, task, slave }) => {
      const { left, job: needs } = replay.jobs.find((other) => other.job.id === job)!;
      const failedHere = (one: number) => needs.spared.get(one)?.has(slave) === true;
      const choice = [...left].filter((one) => failedHere(one) === failedHere(task));
      expect(task).toBe(Math.min(...choice));
    });
  });

  test("a task goes to a slave on which it failed only when no task of its job could go elsewhere", () => {
    everyStep((replay, { job, task, slave }) => {
      const one = replay.jobs.find((other) => other.job.id === job)!;
      if (!one.job.spared.get(task)?.has(slave)) return;
      for (const taker of replay.takers(one))
        for (const other of one.left) expect(one.job.spared.get(other)?.has(taker.id)).toBe(true);
    });
  });

  test("the jobs and slaves given are not changed", () => {
    fc.assert(
      fc.property(anyJobs, anySlaves, (jobs, slaves) => {
        const before = structuredClone([jobs, slaves]);
        plan(jobs, slaves);
        expect([jobs, slaves] as unknown[]).toEqual(before);
      }),
    );
  });
});

const job = (id: number, waiting: TaskSet, more: Partial<JobNeeds> = {}): JobNeeds => ({
  id,
  priority: 500,
  pool: "a",
  running: 0,
  waiting,
  spared: new Map(),
  ...more,
});
const slave = (id: number, free: number, pools = ["a"]): SlaveNow => ({ id, enabled: true, pools, free });
const short = (given: Assignment[]) => given.map(({ job, task, slave }) => `${job}.${task}>${slave}`);

test("a few tasks spread over many slaves", () => {
  expect(short(plan([job(1, [[0, 3]])], [slave(1, 4), slave(2, 4), slave(3, 4)]))).toEqual(["1.0>1", "1.1>2", "1.2>3"]);
});

test("jobs of one priority take turns", () => {
  expect(short(plan([job(1, [[0, 9]]), job(2, [[0, 9]])], [slave(1, 4)]))).toEqual([
    "1.0>1",
    "2.0>1",
    "1.1>1",
    "2.1>1",
  ]);
});

test("a job that has much running lets the others catch up", () => {
  const jobs = [job(1, [[0, 9]], { running: 2 }), job(2, [[0, 9]])];
  expect(short(plan(jobs, [slave(1, 4)]))).toEqual(["2.0>1", "2.1>1", "1.0>1", "2.2>1"]);
});

test("a job of a pool without a free slave does not hold up the others", () => {
  const jobs = [job(1, [[0, 9]], { pool: "b", priority: 900 }), job(2, [[0, 1]])];
  expect(short(plan(jobs, [slave(1, 2)]))).toEqual(["2.0>1"]);
});

test("a task that failed on one slave goes to the other", () => {
  const failed = job(1, [[0, 1]], { spared: new Map([[0, new Set([1])]]) });
  expect(short(plan([failed], [slave(1, 1), slave(2, 1)]))).toEqual(["1.0>2"]);
});

test("a task that failed on the only slave is tried there again", () => {
  const failed = job(1, [[0, 1]], { spared: new Map([[0, new Set([1])]]) });
  expect(short(plan([failed], [slave(1, 1)]))).toEqual(["1.0>1"]);
});

test("a task that failed on the only slave does not wait behind the whole of a less important job", () => {
  const failed = job(1, [[0, 1]], { priority: 900, spared: new Map([[0, new Set([1])]]) });
  expect(short(plan([failed, job(2, [[0, 1000]])], [slave(1, 1)]))).toEqual(["1.0>1"]);
});

test("a billion waiting tasks are planned as a handful", () => {
  const planned = plan([job(1, [[5, 1_000_000_000]])], [slave(1, 2), slave(2, 1)]);
  expect(short(planned)).toEqual(["1.5>1", "1.6>2", "1.7>1"]);
});

test("what keeps a slave from a job is said in the order in which a person would mend it", () => {
  expect(obstacle({ pool: "b" }, { ...slave(1, 0), enabled: false })).toEqual({ because: "disabled" });
  expect(obstacle({ pool: "b" }, slave(1, 0))).toEqual({ because: "pool", needs: "b" });
  expect(obstacle({ pool: "a" }, slave(1, 0))).toEqual({ because: "full" });
  expect(obstacle({ pool: "a" }, slave(1, 1))).toBeUndefined();
});
