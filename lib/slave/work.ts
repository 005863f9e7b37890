// The runs of a slave: from the order to start until the master knows how they ended.
import { getLogger } from "@logtape/logtape";
import { freeSlots } from "../load";
import { logFile } from "../logs";
import type { EndReason } from "../states";
import type { EndedRun, JobOrder, Ordered } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { Ahead } from "./ahead";
import { freeGpus } from "./free-gpus";
import { Memory } from "./memory";
import type { Meter } from "./metrics";
import type { Records } from "./records";
import { Results } from "./results";
import { type How, type Run, Running, type RunningOptions } from "./running";
import { tellEnd, tellStart } from "./tell";

const journal = getLogger(["drqueue", "work"]);

/** A task that finds no slot for so long is given back: what runs before it is longer than it seemed, ms. */
const patienceMs = 1000;
/** The most that one sync may ask for. */
const mostFree = 4096;
/** With so many ends that the master does not know it asks for nothing more: they are never dropped. */
const mostUnsent = 20_000;

export type WorkOptions = RunningOptions & {
  /** Something is there to report. */
  news: () => void;
  /** How many GPUs there are. */
  gpus?: () => number;
  meter?: Meter;
  /** The master knows how these ended. */
  settled?: (runs: readonly { run: RunKey; log: string }[]) => void;
};

/** All runs that this slave holds. */
export class Work {
  private readonly waiting = new Map<string, Run>();
  private readonly running: Running;
  /** Runs of an earlier life that are not taken up yet. */
  private earlier: RunKey[] = [];
  private readonly results = new Results();
  private readonly ahead = new Ahead();
  private closed = false;
  private readonly memory = new Memory();
  /** Slots that the load of other programs takes away. */
  foreign = 0;
  /** Why no run can be started on this machine now, in words. */
  problem: string | undefined;

  constructor(
    private readonly records: Records,
    private readonly options: WorkOptions,
    private slots: number,
  ) {
    const ended = (run: Run, how: How) => {
      if (how.reason === "exit") this.ahead.learn(how.ranMs ?? 0);
      this.end(run.run, how, run.log);
    };
    this.running = new Running(records, options, ended, options.news);
  }

  /** Holds the runs of an earlier life without touching them: whether they are this slave's is not known yet. */
  recall(): void {
    this.earlier = this.records.all().map(({ run }) => keyOf(run));
  }

  /** Takes up the runs of an earlier life: those that still run are watched, of the others it is reported how they ended. */
  adopt(): void {
    this.earlier = [];
    this.running.adopt();
  }

  /** All of this is another slave's, and for it to report: what runs here is ended, the rest forgotten. */
  abandon(): void {
    this.earlier = [];
    this.waiting.clear();
    this.results.clear();
    for (const { run } of this.records.all()) if (!this.running.has(runName(run))) this.records.forget(run);
    // Reported in the name of a slave that never had them, they count for nothing.
    this.killAll("returned");
  }

  /** Takes an order, unless it is known already; one that is `stale` is given back. */
  take(run: Ordered, job: JobOrder, stale = false): void {
    const name = runName(run);
    if (this.waiting.has(name) || this.running.has(name) || this.results.isUnsent(name)) return;
    // A master whose database is an older copy may use a name again; one that just told it twice passes over a report of what has ended.
    if (this.closed || stale || this.results.isSettled(name)) {
      this.end(run, { reason: "returned" });
      return;
    }
    const log = `${job.logFolder}/${logFile(run.frames[0] ?? 0, job.pad, run.attempt)}`;
    this.waiting.set(name, { run, job, log, name, startedAt: Date.now(), begun: performance.now() });
    this.fill();
    if (this.waiting.has(name))
      setTimeout(() => this.waiting.has(name) && this.kill(run, "returned"), patienceMs).unref();
  }

  /** Starts nothing more: what waits, and every order still on its way, is given back. */
  close(): void {
    this.closed = true;
    this.returnWaiting();
  }

  /** Ends a run because the master or this slave wants it; one that is not there is reported as ended, so that nobody waits for it. */
  kill(key: RunKey, reason: EndReason): void {
    const name = runName(key);
    if (this.results.isUnsent(name)) return;
    if (this.running.has(name)) this.running.kill(name, reason);
    else {
      this.waiting.delete(name);
      this.end(key, { reason });
    }
  }

  /** Gives back what has not been started. */
  returnWaiting(): void {
    for (const run of [...this.waiting.values()]) this.kill(run.run, "returned");
  }

  /** Ends everything that runs. */
  killAll(reason: EndReason): void {
    for (const { name } of this.running.all) this.running.kill(name, reason);
  }

  setSlots(slots: number): void {
    this.slots = slots;
    this.fill();
    if (slots === 0) this.returnWaiting();
  }

  /** Tasks it can take now: its free slots, and a few ahead while they are so short that slots would idle for a round trip. */
  get free(): number {
    if (this.results.count >= mostUnsent) return 0;
    const ahead = this.ahead.count(this.room, this.running.all);
    return Math.min(mostFree, freeSlots(this.slots + ahead, this.foreign, this.running.size + this.waiting.size));
  }

  /** Memory that its tasks asked for and have not taken yet, MB. */
  get memoryOwedMb(): number {
    return this.memory.owedMb(this.all.map(({ job, family }) => ({ askedMb: job.memoryMb, group: family?.group })));
  }

  /** GPUs that its tasks have, or will when their turn comes. */
  get gpusTaken(): number {
    return this.all.reduce((sum, { job }) => sum + job.gpus, 0);
  }

  /** How far runs are, of those that are further than when this was asked last. */
  progressNews() {
    return this.running.progressNews();
  }

  /** The job is gone: nothing of it is kept. */
  forgetJob(job: number): void {
    this.records.scripts.forget(job);
  }

  /** Whether as many tasks wait here as run: slots stay busy for a while without the master. */
  get isStocked(): boolean {
    return this.waiting.size > 0 && this.waiting.size >= this.running.size;
  }

  /** Runs that hold or wait for a slot. */
  get held(): RunKey[] {
    return [...this.earlier, ...this.all.map(({ run }) => keyOf(run))];
  }

  /** Runs whose processes cannot be ended. */
  get stuck(): RunKey[] {
    return this.running.all.filter(({ stuck }) => stuck).map(({ run }) => keyOf(run));
  }

  get runningCount(): number {
    return this.running.size;
  }

  /** What its own port shows. */
  get shown() {
    return this.running.all.map(({ run, log, family, begun, stuck = false }) => ({
      ...keyOf(run),
      pid: family?.group ?? null,
      log,
      seconds: Math.round(performance.now() - begun) / 1000,
      stuck,
    }));
  }

  /** Ended runs that the master does not know yet. */
  get unsent(): EndedRun[] {
    return this.results.unsent;
  }

  /** The master has these. */
  acknowledge(sent: readonly RunKey[]): void {
    const settled = this.results.acknowledge(sent);
    // Before the records go: a slave that dies in between tells the end once more, and comes back here.
    this.options.settled?.(settled.flatMap(({ run, log }) => (log === undefined ? [] : [{ run, log }])));
    for (const { run } of settled) this.records.forget(run);
  }

  private get all(): Run[] {
    return [...this.running.all, ...this.waiting.values()];
  }

  /** How many tasks may run now. */
  private get room(): number {
    return Math.max(0, this.slots - this.foreign);
  }

  private fill(): void {
    for (const run of this.waiting.values()) {
      if (this.running.size >= this.room) return;
      if (run.job.gpus > 0) {
        const gpus = freeGpus(run.job.gpus, this.options.gpus?.() ?? 0, this.running.all);
        if (!gpus) continue;
        run.gpus = gpus;
      }
      this.waiting.delete(run.name);
      this.start(run);
    }
  }

  private start(run: Run): void {
    const orderedAt = run.begun;
    try {
      this.running.start(run);
      if (!this.running.has(run.name)) return;
      tellStart(run.run);
      this.options.meter?.started((performance.now() - orderedAt) / 1000);
    } catch (error) {
      // The machine's trouble, not the task's: another slave may have it.
      this.problem = `cannot write (${(error as NodeJS.ErrnoException).code}) in ${this.options.logs} or its data folder: free some space, or mend its permissions`;
      journal.error("{problem}", { ...keyOf(run.run), problem: this.problem });
      this.end(run.run, { reason: "returned", message: this.problem });
    }
  }

  private end(run: RunKey, how: How, log?: string): void {
    this.results.add(run, how, log);
    tellEnd(run, how);
    this.options.meter?.ended(how.reason);
    this.fill();
    this.options.news();
  }
}
