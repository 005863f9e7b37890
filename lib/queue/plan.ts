// Who gets which task. A pure step over plain data: no clock, network or database.
import { holds, sizeOf, type TaskSet } from "../sets";
import { atItsLimit, type JobNeeds, type Licences, misfit, obstacle, type SlaveNow, startable } from "./obstacles";

export type Assignment = { readonly job: number; readonly task: number; readonly slave: number };

/** What an owner has running, and what part of the farm is due: twice the weight, twice the slots. */
export type Share = { readonly running: number; readonly weight: number };

/** What an owner counts for unless somebody says otherwise. */
export const usualWeight = 1;

/** The share of an owner who has nothing running. */
export const noShare: Share = { running: 0, weight: usualWeight };

/** What all jobs share. Owners that are not in `shares` have nothing running, and the usual weight of 1. */
export type Farm = { readonly licences: Licences; readonly shares: ReadonlyMap<string, Share> };

/**
 * Hands out tasks: priority first; among equals the owner with the least share, then the job with the fewest running, then the oldest;
 * within a job the lowest task. Slaves take turns, so that a few tasks spread over many machines. A task that failed goes to another
 * slave while one is free, else to the same: it must not wait behind less important jobs for a slave that may never come.
 */
export function plan(jobs: readonly JobNeeds[], slaves: readonly SlaveNow[], farm: Farm): Assignment[] {
  const table = new Table(slaves, farm);
  const stocks = jobs
    .filter((job) => !job.stopped && !job.early)
    .map((job) => new Stock(job))
    .filter((stock) => stock.left > 0);
  const levels = Map.groupBy(stocks, ({ job }) => job.priority);
  for (const priority of [...levels.keys()].sort((a, b) => b - a)) table.serve(levels.get(priority)!);
  return table.assignments;
}

/** What changes while a plan is made. */
class Table {
  readonly assignments: Assignment[] = [];
  private readonly asking: Asking[];
  private readonly licences: Map<string, number>;
  private readonly shares: Map<string, { running: number; weight: number }>;
  /** What no slave has any more: of thousands of jobs that ask for the same only one is compared with all slaves. */
  private readonly spent = new Set<string>();

  constructor(slaves: readonly SlaveNow[], farm: Farm) {
    this.asking = slaves.filter(({ free }) => free > 0).map((slave) => ({ ...slave, jobs: [...slave.jobs] }));
    this.licences = new Map(farm.licences);
    this.shares = new Map([...farm.shares].map(([owner, share]) => [owner, { ...share }]));
  }

  /** Hands out tasks of jobs of one priority until they or the slaves are used up. */
  serve(stocks: readonly Stock[]): void {
    const queues = [...Map.groupBy(stocks, ({ job }) => job.owner)].map(([owner, theirs]) => ({
      share: this.shares.getOrInsertComputed(owner, () => ({ ...noShare })),
      open: theirs.sort(before),
    }));
    while (this.asking.length > 0) {
      let next: (typeof queues)[number] | undefined;
      for (const queue of queues) if (queue.open.length > 0 && (!next || isDue(queue, next))) next = queue;
      if (!next) return;
      const stock = next.open[0]!;
      if (!this.hand(stock)) next.open.shift();
      else {
        next.share.running++;
        if (stock.left === 0) next.open.shift();
        else settle(next.open);
      }
    }
  }

  /** Hands out one task of a job; false when none can be, now or later in this plan. */
  private hand(stock: Stock): boolean {
    const { job } = stock;
    if (this.spent.has(stock.fit)) return false;
    if (atItsLimit({ ...job, running: stock.running }, this.licences)) return false;
    let sparing = true;
    let place = this.placeFor(stock, sparing);
    if (place < 0 && job.spared.size > 0) {
      sparing = false;
      place = this.placeFor(stock, sparing);
    }
    const slave = this.asking[place];
    if (!slave) {
      if (this.asking.every((one) => misfit(job, one))) this.spent.add(stock.fit);
      return false;
    }
    this.assignments.push({ job: job.id, task: stock.take(slave.id, sparing), slave: slave.id });
    for (const [name, needs] of Object.entries(job.licences)) this.licences.set(name, this.licences.get(name)! - needs);
    slave.free--;
    slave.memoryLeftMb -= job.memoryMb;
    slave.gpusLeft -= job.gpus;
    slave.jobs.push(job.id);
    this.asking.splice(place, 1);
    if (slave.free > 0) this.asking.push(slave);
    return true;
  }

  private placeFor(stock: Stock, sparing: boolean): number {
    return this.asking.findIndex((slave) => !obstacle(stock.job, slave) && stock.peek(slave.id, sparing) !== undefined);
  }
}

type Asking = Omit<SlaveNow, "free" | "memoryLeftMb" | "gpusLeft" | "jobs"> & {
  free: number;
  memoryLeftMb: number;
  gpusLeft: number;
  jobs: number[];
};

type Owned = { share: Share; open: Stock[] };

/** Whether the next task is rather a's than b's. */
function isDue(a: Owned, b: Owned): boolean {
  const difference = a.share.running / a.share.weight - b.share.running / b.share.weight;
  return difference < 0 || (difference === 0 && before(a.open[0]!, b.open[0]!) < 0);
}

function before(a: Stock, b: Stock): number {
  return a.running - b.running || a.job.id - b.job.id;
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

/** The tasks of one job that may start, while a plan is made. */
class Stock {
  readonly fit: string;
  running: number;
  left: number;
  private readonly waiting: TaskSet;
  private piece = 0;
  private next: number;
  private readonly failedBefore: number[];

  constructor(readonly job: JobNeeds) {
    this.fit = [job.pool, job.os, job.memoryMb, job.gpus].join("|");
    this.running = job.running;
    this.waiting = startable(job);
    this.left = sizeOf(this.waiting);
    this.next = this.waiting[0]?.[0] ?? 0;
    this.failedBefore = [...job.spared.keys()].filter((task) => holds(this.waiting, task)).sort((a, b) => a - b);
    this.passSpared();
  }

  /** The lowest task for this slave; `sparing` leaves out those that failed on it. */
  peek(slave: number, sparing: boolean): number | undefined {
    const fresh = this.piece < this.waiting.length ? this.next : undefined;
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
    for (; this.piece < this.waiting.length; this.next++) {
      if (this.next >= this.waiting[this.piece]![1]) {
        this.piece++;
        this.next = (this.waiting[this.piece]?.[0] ?? 0) - 1;
      } else if (!this.job.spared.has(this.next)) return;
    }
  }
}
