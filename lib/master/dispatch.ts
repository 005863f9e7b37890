// Gathers the syncs that arrive while a round is carried out, and answers them from the next: an idle farm pays no delay for
// batching, a busy one gets large batches. A sync that brings nothing and gets nothing is parked until there is something for it.
import { getLogger } from "@logtape/logtape";
import { HttpError } from "../local/guard";
import { codeOf } from "../queue/error-code";
import type { Counted } from "../queue/history";
import type { Queue, Wake } from "../queue/open";
import { carryOut, type Outcome, type Round } from "../queue/round";
import { openRuns } from "../queue/slaves";
import { holdMs, type Sync, type SyncAnswer } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { type KnownSlave, KnownSlaves } from "./known-slaves";
import { type Meter, unmetered } from "./meter";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "dispatch"]);

/** The most syncs that one round takes. */
const mostSyncs = 512;
/** So long after a round that failed until slaves that are parked are served again, ms. */
const recoverMs = 1000;
/** When another master has the jobs locked that a slave could run: so long until they are looked at again, ms. */
const soonMs = 5;

type Pending = {
  /** By the clock of performance.now(). */
  arrivedAt: number;
  readonly sync: Sync;
  readonly slave: KnownSlave;
  /** Aborted when the slave that waits here has gone. */
  readonly signal: AbortSignal;
  readonly answer: (answer: SyncAnswer) => void;
  readonly fail: (error: unknown) => void;
  deadline?: Timer;
};

/** Whether Postgres found fault with something that it was given: all that it was not given with it can be carried out. */
const isOfDatum = (error: unknown) => /^2[23]/.test(codeOf(error) ?? "");

/** One for each master. */
export class Dispatcher {
  /** What names the log folder of this master, for slaves to find out whether they share it. */
  logStore: string | undefined;
  /** Jobs whose tasks moved, for who tells of it: they take them out. */
  readonly moved = new Set<number>();
  /** Frames that were finished and runs that failed, for who keeps the farm's history: they take off what they wrote. */
  readonly done: Counted = { frames: 0, failed: 0 };
  private readonly known: KnownSlaves;
  private readonly parked = new Map<KnownSlave, Pending>();
  private arrived: Pending[] = [];
  /** Those that are carried out one by one, since one of them may be what a round failed of. */
  private readonly alone: Pending[] = [];
  private busy = false;
  private stopped = false;
  /** There may be work for slaves that are parked. */
  private workForParked = false;
  private recovery: Timer | undefined;

  constructor(
    private readonly queue: Queue,
    private readonly leaseMs: number,
    private readonly meter: Meter = unmetered,
  ) {
    this.known = new KnownSlaves(queue, leaseMs);
  }

  /** Answers a slave's sync, at once or when there is something to tell it, a third of the lease later at the latest. */
  async sync(sync: Sync, address: string, signal: AbortSignal): Promise<SyncAnswer> {
    const arrivedAt = performance.now();
    if (this.stopped) throw new HttpError(503, "the master is stopping", { "retry-after": "1" });
    // Two syncs of one slave: it has news, and the one that is parked is out of date; also for the time in which the news are written.
    const known = this.known.byKey(sync.key);
    if (known) this.unpark(known)?.answer(this.emptyAnswer(known));
    const slave = await this.known.meet(sync, address);
    if ("heardMs" in slave) return { ...this.emptyAnswer(slave), taken: { heardMs: slave.heardMs } };
    return new Promise((answer, fail) => {
      const pending: Pending = { arrivedAt, sync, slave, signal, answer, fail };
      signal.addEventListener("abort", () => {
        if (this.parked.get(slave) === pending) this.unpark(slave);
      });
      (slave.alone ? this.alone : this.arrived).push(pending);
      this.go();
    });
  }

  /** News from this or another master. */
  woken(news: Wake): void {
    if (news.work) this.workForParked = true;
    for (const id of news.kill ?? []) {
      const slave = this.known.byId(id);
      if (!slave) continue;
      slave.checkDue = true;
      const pending = this.unpark(slave);
      if (!pending) continue;
      pending.arrivedAt = performance.now();
      this.arrived.push(pending);
    }
    this.go();
  }

  /** Writes what was heard of slaves since the last call. */
  writeBeats(): Promise<void> {
    return this.known.writeBeats();
  }

  /** Syncs that are held until there is something for their slaves. */
  get parkedCount(): number {
    return this.parked.size;
  }

  /**
   * Finds runs of which their slaves do not know, though this master would have told them: another one handed them out, in an answer to
   * a sync that the slave had given up, when it was here already. They are told with its next sync.
   */
  async findUnheard(): Promise<void> {
    for (const run of await openRuns(this.queue.sql, this.known.present)) {
      const slave = this.known.byId(run.slave);
      if (slave?.openKnown && !slave.knows(run)) slave.openKnown = false;
    }
  }

  /** Answers everyone who waits, and takes no more. */
  stop(): void {
    this.stopped = true;
    for (const slave of [...this.parked.keys()]) this.unpark(slave)?.answer(this.emptyAnswer(slave));
  }

  private go(): void {
    if (!this.busy) void this.rounds();
  }

  private async rounds(): Promise<void> {
    this.busy = true;
    while (this.alone.length + this.arrived.length > 0 || (this.workForParked && this.parked.size > 0)) {
      const single = this.alone.shift();
      const batch = single ? [single] : this.arrived.splice(0, mostSyncs);
      const withParked = this.workForParked && !single;
      this.workForParked &&= !withParked;
      const begun = performance.now();
      try {
        this.deliver(batch, await carryOut(this.queue, this.roundOf(batch, withParked)));
        this.count(batch, begun);
        if (single) single.slave.alone = false;
      } catch (error) {
        this.meter.roundFailed();
        // Whether it was committed is not known: what slaves hold is read from the database before they get more. Of all slaves,
        // since one that was parked when the round began, and may have got tasks in it, may have gone since.
        this.known.forgetOpen();
        for (const { slave } of batch) slave.checkDue = true;
        const ofDatum = isOfDatum(error);
        if (ofDatum && batch.length > 1) this.alone.push(...batch);
        else for (const { fail } of batch) fail(error);
        if (single) single.slave.alone = ofDatum;
        this.recovery ??= setTimeout(() => {
          this.recovery = undefined;
          this.woken({ work: true });
        }, recoverMs);
        // Of a database that is away it is told once, by who watches it.
        if (isAway(error as Error)) continue;
        const what = single ? `the sync of slave ${single.sync.name}` : "a round";
        const about = single && { slave: single.sync.name };
        journal.warn("{what} failed: {error}", { ...about, what, error: (error as Error).message });
      }
    }
    // In one step with the last look: who arrives after it begins the next round.
    this.busy = false;
  }

  private roundOf(batch: Pending[], withParked: boolean): Round {
    for (const { slave, sync } of batch) {
      // One that has just started may have forgotten what it mentioned before.
      if (sync.hello) slave.openKnown = false;
      slave.confirm(sync);
    }
    const now = performance.now();
    const due = batch.filter(({ slave }) => slave.isCheckDue(now));
    const askingParked = () => [...this.parked.values()].filter(({ sync }) => sync.free > 0);
    // Of two syncs of one slave the one in the batch is newer: it comes last, and the last one counts.
    const known = withParked ? [...askingParked(), ...batch] : batch;
    const newestOf = (pendings: Pending[]) => [
      ...new Map(pendings.map((pending) => [pending.slave, pending])).values(),
    ];
    const unknown = newestOf(known).filter(({ slave }) => !slave.openKnown);
    return {
      reports: batch.flatMap(({ sync, slave }) => sync.ended.map((ended) => ({ ...ended, slave: slave.id }))),
      unknown: unknown.map(({ slave }) => slave.id),
      check: due.flatMap(({ sync, slave }) => sync.alive.map((run) => ({ ...run, slave: slave.id }))),
      asking: (open, requeued) => {
        for (const { slave, sync } of unknown) slave.learnOpen(open, sync);
        const all =
          requeued && !withParked ? [...askingParked().filter(({ slave }) => slave.openKnown), ...batch] : known;
        // Who has given up waiting would not hear of what it gets: it asks another master by now.
        const there = newestOf(all).filter(({ signal }) => !signal.aborted);
        return there.map(({ slave, sync }) => slave.asNow(sync));
      },
      again: () => newestOf(batch).flatMap(({ slave }) => [...slave.unconfirmed.values()]),
    };
  }

  private count(batch: Pending[], begun: number): void {
    const now = performance.now();
    this.meter.round((now - begun) / 1000, batch.length);
    for (const { arrivedAt } of batch) this.meter.synced((now - arrivedAt) / 1000);
  }

  private deliver(batch: Pending[], outcome: Outcome): void {
    const { start, jobs, kill, handed, ended, sick, more } = outcome;
    for (const { name: slave, suspects } of sick)
      journal.warn(
        "slave {slave} is set aside as sick: tasks of the jobs {jobs} failed there (drqueue clear {slave})",
        { slave, jobs: suspects.join(", ") },
      );
    if (handed.length > 0) this.meter.handed(handed.length);
    this.done.frames += outcome.frames;
    for (const [how, runs] of Map.groupBy(ended, ({ verdict }) => verdict.outcome)) {
      this.meter.ended(how, runs.length);
      if (how === "failed") this.done.failed += runs.length;
    }
    if (journal.isEnabledFor("debug")) this.tell(batch, outcome);
    for (const run of handed) {
      this.known.byId(run.slave)?.unconfirmed.set(runName(run), run);
      this.moved.add(run.job);
    }
    for (const { sync } of batch) for (const { job } of sync.ended) this.moved.add(job);
    const starts = Map.groupBy(start, ({ slave }) => slave);
    const kills = Map.groupBy(kill, ({ slave }) => slave);
    for (const pending of batch)
      this.answerOrPark(pending, starts.get(pending.slave.id), kills.get(pending.slave.id), jobs);
    for (const id of starts.keys()) {
      const slave = this.known.byId(id);
      const pending = slave && this.unpark(slave);
      if (pending) this.answerOrPark(pending, starts.get(id), undefined, jobs);
    }
    if (more === "now") this.workForParked = true;
    if (more === "soon") setTimeout(() => this.woken({ work: true }), soonMs);
  }

  /** Each task, for who asked for that much. */
  private tell(batch: Pending[], { handed, ended }: Outcome): void {
    const names = new Map([...this.parked.values(), ...batch].map(({ slave, sync }) => [slave.id, sync.name]));
    const about = (run: RunKey & { slave: number }) => ({
      ...keyOf(run),
      slave: names.get(run.slave) ?? `${run.slave}`,
    });
    for (const run of handed) journal.debug("handed out", about(run));
    for (const { given, verdict } of ended)
      journal.debug("ended: {outcome}", { ...about(given), outcome: verdict.outcome, code: given.code });
  }

  private answerOrPark(
    pending: Pending,
    start: Outcome["start"] = [],
    kill: Outcome["kill"] = [],
    jobs: Outcome["jobs"],
  ): void {
    const { sync, slave } = pending;
    this.unpark(slave)?.answer(this.emptyAnswer(slave));
    const nothing = start.length === 0 && kill.length === 0 && sync.ended.length === 0;
    if (nothing && !sync.hello && !sync.leaving && !this.stopped && !pending.signal.aborted) {
      this.parked.set(slave, pending);
      pending.deadline = setTimeout(() => this.unpark(slave)?.answer(this.emptyAnswer(slave)), holdMs(this.leaseMs));
      return;
    }
    pending.answer({
      ...this.emptyAnswer(slave),
      jobs: [...new Set(start.map(({ job }) => job))].map((job) => jobs.get(job)!),
      start: start.map(({ slave: _, ...ordered }) => ordered),
      kill: kill.map(({ slave: _, ...run }) => run),
    });
  }

  private unpark(slave: KnownSlave): Pending | undefined {
    const pending = this.parked.get(slave);
    if (!pending) return undefined;
    clearTimeout(pending.deadline);
    this.parked.delete(slave);
    return pending;
  }

  private emptyAnswer(slave: { readonly id: number }): SyncAnswer {
    return {
      id: slave.id,
      leaseMs: this.leaseMs,
      ...(this.logStore && { logStore: this.logStore }),
      jobs: [],
      start: [],
      kill: [],
    };
  }
}
