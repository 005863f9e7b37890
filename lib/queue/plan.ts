// Who gets which task. A pure step over plain data: no clock, network or database.
import { sizeOf, type TaskSet } from "../sets";

/** What the plan must know of a job. `spared`: waiting tasks that failed before, with the slaves they failed on. */
export type JobNeeds = {
  readonly id: number;
  readonly priority: number;
  readonly pool: string;
  readonly running: number;
  readonly waiting: TaskSet;
  readonly spared: ReadonlyMap<number, ReadonlySet<number>>;
};

/** What the plan must know of a slave. `free`: tasks it can take. */
export type SlaveNow = {
  readonly id: number;
  readonly enabled: boolean;
  readonly pools: readonly string[];
  readonly free: number;
};

/** What keeps a slave from a task of a job. */
export type Obstacle = { because: "disabled" } | { because: "pool"; needs: string } | { because: "full" };

export type Assignment = { readonly job: number; readonly task: number; readonly slave: number };

/** What keeps `slave` from running a task of `job` now; undefined when nothing does. */
export function obstacle(job: Pick<JobNeeds, "pool">, slave: SlaveNow): Obstacle | undefined {
  if (!slave.enabled) return { because: "disabled" };
  if (!slave.pools.includes(job.pool)) return { because: "pool", needs: job.pool };
  if (slave.free < 1) return { because: "full" };
  return undefined;
}

/**
 * Hands out tasks: priority first, then the job with the fewest running, then the oldest; within a job the lowest task. Slaves take
 * turns, so that a few tasks spread over many machines. A task that failed goes to another slave while one is free, else to the same:
 * it must not wait behind less important jobs for a slave that may never come.
 */
export function plan(jobs: readonly JobNeeds[], slaves: readonly SlaveNow[]): Assignment[] {
  const assignments: Assignment[] = [];
  const asking = slaves.filter(({ free }) => free > 0).map((slave) => ({ ...slave }));
  const open = jobs
    .map((job) => new Stock(job))
    .filter((stock) => stock.left > 0)
    .sort(before);
  while (open.length > 0 && asking.length > 0) {
    const stock = open[0]!;
    const fits = (sparing: boolean) => (slave: SlaveNow) =>
      !obstacle(stock.job, slave) && stock.peek(slave.id, sparing) !== undefined;
    let sparing = true;
    let place = asking.findIndex(fits(sparing));
    if (place < 0) {
      sparing = false;
      place = asking.findIndex(fits(sparing));
    }
    const slave = asking[place];
    if (!slave) {
      open.shift();
      continue;
    }
    assignments.push({ job: stock.job.id, task: stock.take(slave.id, sparing), slave: slave.id });
    slave.free--;
    asking.splice(place, 1);
    if (slave.free > 0) asking.push(slave);
    if (stock.left === 0) open.shift();
    else settle(open);
  }
  return assignments;
}

function before(a: Stock, b: Stock): number {
  return b.job.priority - a.job.priority || a.running - b.running || a.job.id - b.job.id;
}

/** Puts the first stock, which now has one more running, where it belongs among the sorted rest. */
function settle(open: Stock[]): void {
  const first = open[0]!;
  let low = 1;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(open[middle]!, first) < 0) low = middle + 1;
    else high = middle;
  }
  if (low === 1) return;
  open.splice(0, 1);
  open.splice(low - 1, 0, first);
}

/** The waiting tasks of one job while a plan is made. */
class Stock {
  running: number;
  left: number;
  private piece = 0;
  private next: number;
  private readonly failedBefore: number[];

  constructor(readonly job: JobNeeds) {
    this.running = job.running;
    this.left = sizeOf(job.waiting);
    this.next = job.waiting[0]?.[0] ?? 0;
    this.failedBefore = [...job.spared.keys()].sort((a, b) => a - b);
    this.passSpared();
  }

  /** The lowest task for this slave; `sparing` leaves out those that failed on it. */
  peek(slave: number, sparing: boolean): number | undefined {
    const fresh = this.piece < this.job.waiting.length ? this.next : undefined;
    const again = this.failedBefore.find((task) => !sparing || !this.job.spared.get(task)?.has(slave));
    if (fresh === undefined || again === undefined) return fresh ?? again;
    return Math.min(fresh, again);
  }

  take(slave: number, sparing: boolean): number {
    const task = this.peek(slave, sparing)!;
    const again = this.failedBefore.indexOf(task);
    if (again >= 0) this.failedBefore.splice(again, 1);
    else {
      this.next++;
      this.passSpared();
    }
    this.left--;
    this.running++;
    return task;
  }

  private passSpared(): void {
    for (; this.piece < this.job.waiting.length; this.next++) {
      if (this.next >= this.job.waiting[this.piece]![1]) {
        this.piece++;
        this.next = (this.job.waiting[this.piece]?.[0] ?? 0) - 1;
      } else if (!this.job.spared.has(this.next)) return;
    }
  }
}
