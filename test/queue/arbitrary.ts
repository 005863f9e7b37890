// Jobs and slaves of every kind, as fast-check makes them up: most could run, each for some reason may not.
import fc from "fast-check";
import type { JobNeeds, SlaveNow } from "../../lib/queue/obstacles";
import type { Farm } from "../../lib/queue/plan";
import { setOfTasks } from "../../lib/sets";

/** True once in a while. The ends of a range come more often than what is between. */
const seldom = fc.nat(15).map((chance) => chance === 7);
const slaveIds = [1, 2, 3, 4, 5];
const owners = ["ann", "bob", "cy"];

export const anySlaves: fc.Arbitrary<SlaveNow[]> = fc
  .array(
    fc.record({
      away: seldom,
      sick: seldom,
      problem: seldom.map((is) => (is ? "no space left" : null)),
      enabled: seldom.map((is) => !is),
      draining: seldom,
      inHours: seldom.map((is) => !is),
      pools: fc.subarray(["a", "b", "c"], { minLength: 1 }),
      os: fc.constantFrom("LINUX", "OSX", "WINDOWS"),
      memoryLeftMb: fc.constantFrom(-100, 0, 1000, 4000, 9000),
      gpusLeft: fc.integer({ min: -1, max: 3 }),
      foreignSlots: fc.nat(1),
      free: fc.nat(3),
      jobs: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
    }),
    { maxLength: slaveIds.length },
  )
  .map((slaves) => slaves.map((slave, at) => ({ ...slave, id: at + 1, name: `s${at + 1}` })));

const tasks: fc.Arbitrary<number[]> = fc.uniqueArray(fc.nat(12), { maxLength: 8 });
const someTasks = fc.oneof({ weight: 5, arbitrary: fc.constant<number[]>([]) }, { weight: 1, arbitrary: tasks });
const limit = fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 });

const anyNeeds = fc.record({
  priority: fc.nat(2),
  owner: fc.constantFrom(...owners),
  stopped: seldom,
  early: seldom,
  pool: fc.constantFrom("a", "b", "c", "a,b", "b,c", "a,b,c"),
  os: fc.constantFrom("", "", "", "LINUX", "LINUX,OSX"),
  memoryMb: fc.constantFrom(0, 0, 500, 2000),
  gpus: fc.constantFrom(0, 0, 0, 1, 2),
  licences: fc.constantFrom<Record<string, number>>({}, {}, {}, { nuke: 1 }, { nuke: 2, maya: 1 }),
  running: fc.nat(3),
  tasks,
  held: someTasks,
  resting: someTasks,
  failures: fc.array(fc.tuple(fc.nat(12), fc.uniqueArray(fc.constantFrom(...slaveIds))), { maxLength: 6 }),
  maxSlots: limit,
  maxPerSlave: limit,
  blocked: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.subarray(slaveIds) },
  ),
  aside: fc.oneof({ weight: 4, arbitrary: fc.constant<number[]>([]) }, { weight: 1, arbitrary: fc.subarray(slaveIds) }),
});

/** At most five, with the numbers from 1 on. What rests and what failed before is a part of what waits, what is held need not be. */
export const anyJobs: fc.Arbitrary<JobNeeds[]> = fc
  .array(anyNeeds, { maxLength: 5 })
  .map((jobs) => jobs.map((given, at) => jobOf(at + 1, given)));

export const anyJob: fc.Arbitrary<JobNeeds> = anyNeeds.map((given) => jobOf(1, given));

type Given = typeof anyNeeds extends fc.Arbitrary<infer Needs> ? Needs : never;

function jobOf(id: number, given: Given): JobNeeds {
  const { tasks, held, resting, failures, aside, ...job } = given;
  const spared = failures.filter(([task]) => tasks.includes(task)).map(([task, on]) => [task, new Set(on)] as const);
  return {
    ...job,
    id,
    waiting: setOfTasks(tasks),
    held: setOfTasks(held),
    resting: setOfTasks(resting.filter((task) => tasks.includes(task))),
    spared: new Map(spared),
    setAside: new Map(aside.map((slave) => [slave, 3])),
  };
}

/** Some owners have something running, or another weight; some licences are there. */
export const anyFarm: fc.Arbitrary<Farm> = fc.record({
  licences: fc
    .subarray(["nuke", "maya"])
    .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), fc.integer({ min: -1, max: 4 })))))
    .map((free) => new Map(free)),
  shares: fc
    .subarray(owners)
    .chain((some) =>
      fc.tuple(
        ...some.map((owner) =>
          fc.tuple(fc.constant(owner), fc.record({ running: fc.nat(4), weight: fc.constantFrom(0.5, 1, 2, 3) })),
        ),
      ),
    )
    .map((shares) => new Map(shares)),
});
