// What keeps jobs from running and slaves from tasks. The plan hands out by these predicates, and `why` answers from the same ones.
import { sizeOf, type TaskSet, without } from "../sets";

/** What a task asks of a slave, whatever job it is of. Memory in MB; names with commas between. */
export type Fit = {
  readonly pool: string;
  readonly os: string;
  readonly memoryMb: number;
  readonly gpus: number;
};

/** What the plan must know of a job. */
export type JobNeeds = Fit & {
  readonly id: number;
  readonly priority: number;
  readonly owner: string;
  readonly stopped: boolean;
  /** Its time has not come. */
  readonly early: boolean;
  readonly running: number;
  readonly waiting: TaskSet;
  /** Tasks that wait for other jobs. */
  readonly held: TaskSet;
  /** Tasks that failed and are not to be tried again yet. */
  readonly resting: TaskSet;
  /** Waiting tasks that failed before, with the slaves they failed on. */
  readonly spared: ReadonlyMap<number, ReadonlySet<number>>;
  readonly licences: Readonly<Record<string, number>>;
  readonly maxSlots: number | null;
  readonly maxPerSlave: number | null;
  /** Slaves that a person keeps from it. */
  readonly blocked: readonly number[];
  /** Slaves that get no more of it, with how many of its tasks failed there. */
  readonly setAside: ReadonlyMap<number, number>;
};

/** What the plan must know of a slave. `free`: tasks it can take; `jobs`: the job of each task it holds. */
export type SlaveNow = {
  readonly id: number;
  readonly name: string;
  /** Lost, or has taken its leave. */
  readonly away: boolean;
  readonly sick: boolean;
  readonly problem: string | null;
  readonly enabled: boolean;
  readonly draining: boolean;
  readonly inHours: boolean;
  readonly pools: readonly string[];
  readonly os: string;
  /** For new tasks. */
  readonly memoryLeftMb: number;
  readonly gpusLeft: number;
  readonly foreignSlots: number;
  readonly free: number;
  readonly jobs: readonly number[];
};

/** What keeps a slave from a task of a job. */
export type Obstacle =
  | { because: "away" | "sick" | "disabled" | "draining" | "hours" | "blocked" | "full" }
  | { because: "problem"; says: string }
  | { because: "pool"; needs: string }
  | { because: "os"; needs: string }
  | { because: "memory"; needs: number; has: number }
  | { because: "gpus"; needs: number; has: number }
  | { because: "setAside"; failures: number }
  | { because: "perSlave"; most: number }
  | { because: "load"; slots: number };

/** What keeps a job from running anywhere. */
export type Hindrance =
  | { because: "stopped" | "nothing" | "early" }
  | { because: "held"; tasks: number }
  | { because: "resting"; tasks: number }
  | { because: "slots"; most: number }
  | { because: "licence"; name: string; needs: number; free: number };

/** Licences that are free now, by name. One that is not there has none. */
export type Licences = ReadonlyMap<string, number>;

/** The tasks that may start now as far as the job itself goes. */
export function startable(job: Pick<JobNeeds, "waiting" | "held" | "resting">): TaskSet {
  return without(without(job.waiting, job.held), job.resting);
}

/** What keeps every task of `job` from running, on whatever slave; undefined when nothing does. */
export function hindrance(job: JobNeeds, licences: Licences): Hindrance | undefined {
  if (job.waiting.length === 0) return { because: "nothing" };
  if (job.stopped) return { because: "stopped" };
  if (job.early) return { because: "early" };
  const free = without(job.waiting, job.held);
  if (free.length === 0) return { because: "held", tasks: sizeOf(job.waiting) };
  if (without(free, job.resting).length === 0) return { because: "resting", tasks: sizeOf(free) };
  return atItsLimit(job, licences);
}

/** The part of it that changes as tasks are handed out. */
export function atItsLimit(
  job: Pick<JobNeeds, "maxSlots" | "running" | "licences">,
  licences: Licences,
): Hindrance | undefined {
  if (job.maxSlots !== null && job.running >= job.maxSlots) return { because: "slots", most: job.maxSlots };
  for (const [name, needs] of Object.entries(job.licences)) {
    const free = licences.get(name) ?? 0;
    if (free < needs) return { because: "licence", name, needs, free };
  }
  return undefined;
}

/** What keeps `slave` from running a task of `job` now; undefined when nothing does. */
export function obstacle(job: JobNeeds, slave: SlaveNow): Obstacle | undefined {
  const unfit = unready(slave) ?? misfit(job, slave);
  if (unfit) return unfit;
  if (job.blocked.includes(slave.id)) return { because: "blocked" };
  const failures = job.setAside.get(slave.id);
  if (failures !== undefined) return { because: "setAside", failures };
  if (job.maxPerSlave !== null && held(job.id, slave) >= job.maxPerSlave)
    return { because: "perSlave", most: job.maxPerSlave };
  return busy(slave);
}

/** What keeps the slave from any task, but for its slots. */
export function unready(slave: SlaveNow): Obstacle | undefined {
  if (slave.away) return { because: "away" };
  if (slave.sick) return { because: "sick" };
  if (slave.problem !== null) return { because: "problem", says: slave.problem };
  if (!slave.enabled) return { because: "disabled" };
  if (slave.draining) return { because: "draining" };
  return undefined;
}

/** What about the slave does not fit such tasks: the same for all jobs that ask for the same. */
export function misfit(
  fit: Fit,
  slave: Pick<SlaveNow, "pools" | "os" | "memoryLeftMb" | "gpusLeft">,
): Obstacle | undefined {
  if (!names(fit.pool).some((pool) => slave.pools.includes(pool))) return { because: "pool", needs: fit.pool };
  if (fit.os !== "" && !names(fit.os).includes(slave.os)) return { because: "os", needs: fit.os };
  if (fit.memoryMb > slave.memoryLeftMb) return { because: "memory", needs: fit.memoryMb, has: slave.memoryLeftMb };
  if (fit.gpus > slave.gpusLeft) return { because: "gpus", needs: fit.gpus, has: slave.gpusLeft };
  return undefined;
}

/** What keeps a slave that is ready from one more task. */
export function busy(slave: SlaveNow): Obstacle | undefined {
  if (!slave.inHours) return { because: "hours" };
  if (slave.free >= 1) return undefined;
  return slave.foreignSlots > 0 ? { because: "load", slots: slave.foreignSlots } : { because: "full" };
}

/** A slave of the farm, as far as it matters whether it could ever run such tasks. Memory in MB. */
export type Lasting = Pick<SlaveNow, "id" | "away" | "sick" | "enabled" | "draining" | "pools" | "os"> & {
  readonly memoryMb: number;
  readonly gpus: number;
};

/**
 * The slaves that get no more of a job since at least `limit` of its tasks failed there, with their failures: none when no other slave
 * would be left for it. `limit` 0: never.
 */
export function setAside(
  job: Fit & { readonly blocked: readonly number[]; readonly blamed: Readonly<Record<string, number>> },
  limit: number,
  slaves: readonly Lasting[],
): Map<number, number> {
  const blamed = Object.entries(job.blamed).map(([slave, failures]) => [Number(slave), failures] as const);
  const aside = new Map(limit === 0 ? [] : blamed.filter(([, failures]) => failures >= limit));
  if (aside.size === 0) return aside;
  const another = slaves.some(
    (slave) =>
      !aside.has(slave.id) &&
      !job.blocked.includes(slave.id) &&
      !slave.away &&
      !slave.sick &&
      slave.enabled &&
      !slave.draining &&
      !misfit(job, { ...slave, memoryLeftMb: slave.memoryMb, gpusLeft: slave.gpus }),
  );
  return another ? aside : new Map();
}

function held(job: number, slave: SlaveNow): number {
  let count = 0;
  for (const one of slave.jobs) if (one === job) count++;
  return count;
}

const split = new Map<string, readonly string[]>();

/** The names in a text with commas between. Few different texts come again and again. */
function names(text: string): readonly string[] {
  let found = split.get(text);
  if (!found) {
    if (split.size > 10_000) split.clear();
    found = text.split(",");
    split.set(text, found);
  }
  return found;
}
