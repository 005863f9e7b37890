// Nobody starves: slots that become free one at a time are handed out again and again.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hindrance, type JobNeeds, obstacle, type SlaveNow } from "../../lib/queue/obstacles";
import { type Assignment, plan, type Share } from "../../lib/queue/plan";
import { setOfTasks, without } from "../../lib/sets";
import { anyFarm, anyJobs, anySlaves } from "./arbitrary";
import { needs, slave } from "./stage";

/** A farm in which tasks start by the plan and end when they are told to. */
class Simulation {
  jobs: JobNeeds[];
  slaves: SlaveNow[];
  readonly running: Assignment[] = [];
  /** All that was handed out, in its order. */
  readonly handed: Assignment[] = [];
  private readonly licences: Map<string, number>;

  constructor(
    jobs: readonly JobNeeds[],
    slaves: readonly SlaveNow[],
    licences: ReadonlyMap<string, number>,
    private readonly weights: ReadonlyMap<string, number>,
  ) {
    this.jobs = [...jobs];
    this.slaves = [...slaves];
    this.licences = new Map(licences);
  }

  couldRun(job: JobNeeds): boolean {
    return !hindrance(job, this.licences) && this.slaves.some((slave) => !obstacle(job, slave));
  }

  handOut(): void {
    const { licences } = this;
    for (const given of plan(this.jobs, this.slaves, { licences, shares: this.shares() })) {
      this.count(given, 1);
      this.running.push(given);
      this.handed.push(given);
    }
  }

  /** Ends the run at this place, 0 being the one that runs longest. */
  end(place: number): void {
    const [run] = this.running.splice(place, 1);
    this.count(run!, -1);
  }

  runningOf(owner: string): number {
    return this.jobs.filter((job) => job.owner === owner).reduce((sum, job) => sum + job.running, 0);
  }

  private shares(): Map<string, Share> {
    const owners = [...new Set(this.jobs.map(({ owner }) => owner))];
    return new Map(
      owners.map((owner) => [owner, { running: this.runningOf(owner), weight: this.weights.get(owner) ?? 1 }]),
    );
  }

  private count({ job: id, task, slave: taker }: Assignment, by: 1 | -1): void {
    const job = this.jobs.find((one) => one.id === id)!;
    const waiting = without(job.waiting, setOfTasks([task]));
    this.jobs = this.jobs.map((one) => (one === job ? { ...job, waiting, running: job.running + by } : one));
    for (const [name, count] of Object.entries(job.licences))
      this.licences.set(name, this.licences.get(name)! - by * count);
    this.slaves = this.slaves.map((one) => {
      if (one.id !== taker) return one;
      const jobs = [...one.jobs];
      if (by > 0) jobs.push(id);
      else jobs.splice(jobs.indexOf(id), 1);
      const memoryLeftMb = one.memoryLeftMb - by * job.memoryMb;
      return { ...one, free: one.free - by, memoryLeftMb, gpusLeft: one.gpusLeft - by * job.gpus, jobs };
    });
  }
}

describe("of jobs of one priority", () => {
  test("each that could run does, at the latest when all tasks of the others were handed out, whoever may run what", () => {
    fc.assert(
      fc.property(anyJobs, anySlaves, anyFarm, fc.infiniteStream(fc.nat()), (given, slaves, farm, ends) => {
        // What ran before the beginning never ends here, and would take its limit from a job for good.
        const jobs = given.map((job) => ({ ...job, priority: 500, running: 0 }));
        const idle = slaves.map((slave) => ({ ...slave, jobs: [] }));
        const weights = new Map([...farm.shares].map(([owner, { weight }]) => [owner, weight]));
        const simulation = new Simulation(jobs, idle, farm.licences, weights);
        const able = jobs.filter((job) => simulation.couldRun(job));
        for (simulation.handOut(); simulation.running.length > 0; simulation.handOut())
          simulation.end(ends.next().value! % simulation.running.length);
        const all = simulation.handed;
        for (const job of able) {
          const others = all.filter((one) => one.job !== job.id).length;
          const first = all.findIndex((one) => one.job === job.id);
          expect(first).toBeWithin(0, others + 1);
          expect(simulation.couldRun(simulation.jobs.find(({ id }) => id === job.id)!)).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  /** Owners with weights, each with some jobs of more tasks than are handed out, and slots enough for one task of each. */
  const anyOwners = fc
    .array(fc.record({ jobs: fc.integer({ min: 1, max: 4 }), weight: fc.constantFrom(0.5, 1, 2, 3) }), {
      minLength: 1,
      maxLength: 4,
    })
    .chain((owners) => {
      const weight = owners.reduce((sum, one) => sum + one.weight, 0);
      const enough = owners.map((one) => Math.ceil(((one.jobs - 1) * weight) / one.weight) + owners.length);
      return fc.record({
        owners: fc.constant(owners),
        slots: fc.nat(4).map((more) => Math.max(...enough) + more),
        rounds: fc.integer({ min: 0, max: 60 }),
      });
    });

  /*
   * No task outlives one that began later, so that after `slots` hand-outs all that runs was handed out among them. Suppose job j of
   * owner o got nothing in two such spans. Whenever o was due in them, a job of o with nothing running came first: in the second span
   * o has never more running than its other jobs, one each. Nobody else was then given a slot beyond the share that o has by these,
   * so that fewer slots are taken than there are, if there are at least (jobs of o - 1) * all weights / weight of o + owners.
   */
  test("each gets a task in twice as many hand-outs as there are slots, where its owner's share has one for each", () => {
    fc.assert(
      fc.property(anyOwners, ({ owners, slots, rounds }) => {
        const simulation = crowd(owners, slots);
        simulation.handOut();
        for (let round = 0; round < rounds + 2 * slots; round++) {
          simulation.end(0);
          simulation.handOut();
        }
        const last = new Set(simulation.handed.slice(-2 * slots).map(({ job }) => job));
        for (const { id } of simulation.jobs) expect(last).toContain(id);
      }),
      { numRuns: 300 },
    );
  });

  test("a newcomer gets the next slot that becomes free, when its owner has none", () => {
    fc.assert(
      fc.property(anyOwners, fc.nat(), ({ owners, slots, rounds }, place) => {
        const simulation = crowd(owners, slots);
        simulation.handOut();
        for (let round = 0; round < rounds; round++) {
          simulation.end((round * 7) % slots);
          simulation.handOut();
        }
        simulation.jobs = [...simulation.jobs, needs(99, [[0, 10]], { owner: "newcomer" })];
        // Of two owners with nothing the one with the older job would be first.
        const others = owners.every((_, at) => simulation.runningOf(`owner${at}`) > 1);
        simulation.end(place % slots);
        simulation.handOut();
        if (others) expect(simulation.handed.at(-1)!.job).toBe(99);
      }),
    );
  });

  test.each([
    ["1 and 3", [1, 3], 40, [10, 30]],
    ["1, 1 and 2", [1, 1, 2], 16, [4, 4, 8]],
    ["0.5 and 2", [0.5, 2], 10, [2, 8]],
    ["1 and 1, with slots that do not divide", [1, 1], 7, [3.5, 3.5]],
  ])("owners of the weights %s come to such shares within one slot, wherever they began", (_, weights, slots, due) => {
    fc.assert(
      fc.property(fc.nat(weights.length - 1), fc.infiniteStream(fc.nat()), (first, ends) => {
        const simulation = crowd(
          weights.map((weight) => ({ jobs: 2, weight })),
          slots,
        );
        // One owner has all slots when the others come.
        const later = simulation.jobs.filter(({ owner }) => owner !== `owner${first}`);
        simulation.jobs = simulation.jobs.filter(({ owner }) => owner === `owner${first}`);
        simulation.handOut();
        simulation.jobs = [...simulation.jobs, ...later];
        for (let round = 0; round < slots * 2; round++) {
          simulation.end(0);
          simulation.handOut();
        }
        // And keep them, whichever run ends.
        for (let round = 0; round < 20; round++) {
          simulation.end(ends.next().value! % slots);
          simulation.handOut();
          due.forEach((share, at) => {
            expect(Math.abs(simulation.runningOf(`owner${at}`) - share)).toBeLessThanOrEqual(1);
          });
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Jobs of owners on one slave with so many slots. */
function crowd(owners: readonly { jobs: number; weight: number }[], slots: number): Simulation {
  let id = 0;
  const jobs = owners.flatMap(({ jobs }, at) =>
    Array.from({ length: jobs }, () => needs(++id, [[0, 10_000]], { owner: `owner${at}` })),
  );
  const weights = new Map(owners.map(({ weight }, at) => [`owner${at}`, weight]));
  return new Simulation(jobs, [slave(1, slots)], new Map(), weights);
}
