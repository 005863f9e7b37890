// The runs of a slave: from the order to start until the master knows how they ended.
import { statSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { freeSlots } from "../load";
import { logFile } from "../logs";
import type { EndReason } from "../states";
import type { EndedRun, JobOrder, Ordered } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { Ahead } from "./ahead";
import { endFamily } from "./end-family";
import { type Ended, reportOf } from "./ending";
import { freeGpus } from "./free-gpus";
import { Memory } from "./memory";
import type { Output } from "./output";
import { type Ending, type Family, platform } from "./platform";
import type { Kept, Records } from "./records";
import { Results } from "./results";
import { writeFooter } from "./run-log";
import { type Place, type Started, startRun } from "./start";
import { isWatched, Watch } from "./watch";

const journal = getLogger(["drqueue", "work"]);

/** A task that finds no slot for so long is given back: what runs before it is longer than it seemed, ms. */
const patienceMs = 1000;
/** The most that one sync may ask for. */
const mostFree = 4096;

type Run = Kept & { name: string; begun: number; family?: Family; killed?: Ended & { done: Promise<void> } };

export type WorkOptions = Place & {
  logs: string;
  /** Between the wish to end and KILL, ms. */
  graceMs: number;
  /** Something is there to report. */
  news: () => void;
  /** How many GPUs there are. */
  gpus?: () => number;
  /** Between two looks at the output of a run, and from the line that says it has failed until it is ended, ms. */
  lookMs?: number;
  failedMs?: number;
};

/** All runs that this slave holds. */
export class Work {
  private readonly waiting = new Map<string, Run>();
  private readonly running = new Map<string, Run>();
  private readonly results = new Results();
  private readonly ahead = new Ahead();
  private closed = false;
  private readonly memory = new Memory();
  private readonly watch: Watch;
  /** Slots that the load of other programs takes away. */
  foreign = 0;
  /** Why no run can be started on this machine now, in words. */
  problem: string | undefined;

  constructor(
    private readonly records: Records,
    private readonly options: WorkOptions,
    private slots: number,
  ) {
    const { lookMs = 1000, failedMs = 60_000 } = options;
    this.watch = new Watch(lookMs, failedMs, (run, { reason, message }) => this.kill(run, reason, message));
  }

  /** Takes up the runs of an earlier life: those that still run are watched, of the others the exit status is read. */
  adopt(): void {
    const parents = platform.findParents();
    for (const { status, ...kept } of this.records.earlier()) {
      const group = parents.get(status);
      const begun = performance.now() - Math.max(0, Date.now() - kept.startedAt);
      const run: Run = { ...kept, name: runName(kept.run), begun };
      if (group === undefined) {
        const code = platform.readStatus(status);
        if (code === undefined) {
          this.giveUp(run);
          continue;
        }
        run.begun = performance.now() - Math.max(0, statSync(status).mtimeMs - kept.startedAt);
        this.observe(run);
        this.settleEnd(run, { code }, this.watch.remove(run.name));
        continue;
      }
      journal.info("picked up run {run} (process {pid})", { run: run.name, pid: group });
      this.follow(run, platform.adoptFamily(group, status, 1000));
    }
  }

  /** Takes an order, unless it is known already; one that is `stale` is given back. */
  take(run: Ordered, job: JobOrder, stale = false): void {
    const name = runName(run);
    if (this.waiting.has(name) || this.running.has(name) || this.results.has(name)) return;
    if (this.closed || stale) {
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
  kill(key: RunKey, reason: EndReason, message?: string): void {
    const name = runName(key);
    if (this.results.has(name)) return;
    const run = this.running.get(name);
    if (!run) {
      this.waiting.delete(name);
      this.end(key, { reason });
    } else run.killed ??= { as: reason, message, done: this.endFamily(run, this.variableOf(run)) };
  }

  /** Gives back what has not been started. */
  returnWaiting(): void {
    for (const run of [...this.waiting.values()]) this.kill(run.run, "returned");
  }

  /** Ends everything that runs. */
  killAll(reason: EndReason): void {
    for (const run of [...this.running.values()]) this.kill(run.run, reason);
  }

  setSlots(slots: number): void {
    this.slots = slots;
    this.fill();
    if (slots === 0) this.returnWaiting();
  }

  /** Tasks it can take now: its free slots, and a few ahead while they are so short that slots would idle for a round trip. */
  get free(): number {
    const ahead = this.ahead.count(this.room, this.running.values());
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
    return this.watch.progressNews();
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
    return this.all.map(({ run }) => keyOf(run));
  }

  get runningCount(): number {
    return this.running.size;
  }

  /** What its own port shows. */
  get shown() {
    return [...this.running.values()].map(({ run, log, family, begun }) => ({
      ...keyOf(run),
      pid: family?.group ?? null,
      log,
      seconds: Math.round(performance.now() - begun) / 1000,
    }));
  }

  /** Ended runs that the master does not know yet. */
  get unsent(): EndedRun[] {
    return this.results.unsent;
  }

  /** The master has these. */
  acknowledge(sent: readonly RunKey[]): void {
    for (const key of this.results.acknowledge(sent)) this.records.forget(key);
  }

  private get all(): Run[] {
    return [...this.running.values(), ...this.waiting.values()];
  }

  /** How many tasks may run now. */
  private get room(): number {
    return Math.max(0, this.slots - this.foreign);
  }

  private fill(): void {
    for (const run of this.waiting.values()) {
      if (this.running.size >= this.room) return;
      if (run.job.gpus > 0) {
        const gpus = freeGpus(run.job.gpus, this.options.gpus?.() ?? 0, this.running.values());
        if (!gpus) continue;
        run.gpus = gpus;
      }
      this.waiting.delete(run.name);
      this.start(run);
    }
  }

  private start(run: Run): void {
    run.startedAt = Date.now();
    run.begun = performance.now();
    let started: Started;
    try {
      started = startRun(run, this.logOf(run), this.records, this.options);
    } catch (error) {
      // The machine's trouble, not the task's: another slave may have it.
      this.problem = `cannot write (${(error as NodeJS.ErrnoException).code}) in ${this.options.logs} or its data folder: free some space, or mend its permissions`;
      journal.error("{problem}", { problem: this.problem });
      this.end(run.run, { reason: "returned", message: this.problem });
      return;
    }
    if ("family" in started) {
      this.follow(run, started.family);
      return;
    }
    writeFooter(this.logOf(run), undefined, started.refused);
    this.end(run.run, { reason: "unstarted", message: started.refused });
  }

  private follow(run: Run, family: Family): void {
    run.family = family;
    this.running.set(run.name, run);
    this.observe(run);
    void family.ended.then(async (ending) => {
      const output = this.watch.remove(run.name);
      // What a jobscript left in its group would take the machine from the next task; what it sent away by setsid stays.
      if (!run.killed && platform.groupLives(family.group)) await this.endFamily(run);
      await run.killed?.done;
      this.settleEnd(run, ending, output);
    });
  }

  private observe(run: Run): void {
    if (isWatched(run.job)) this.watch.add(run.name, run.run, run.job, this.logOf(run), performance.now() - run.begun);
  }

  /** Nobody saw how it ended, and something of it may still run: that must not render beside the task's next run. */
  private giveUp(run: Run): void {
    this.running.set(run.name, run);
    void this.endFamily(run, this.variableOf(run)).then(async () => {
      await run.killed?.done;
      this.settleEnd(run, { code: undefined });
    });
  }

  private settleEnd(run: Run, ending: Ending, output?: Output): void {
    const ranMs = Math.max(0, Math.round(performance.now() - run.begun));
    this.running.delete(run.name);
    const ended = run.killed ?? { as: ending.code === undefined ? "lost" : "exit" };
    if (ended.as === "exit") this.ahead.learn(ranMs);
    const report = reportOf(run.job, ending, ended, output, ranMs);
    // The footer has the exit code already.
    const message = report.message?.startsWith("exit ") ? undefined : report.message;
    writeFooter(this.logOf(run), ending.code, message, ranMs);
    this.end(run.run, report);
  }

  private logOf(run: Run): string {
    return join(this.options.logs, run.log);
  }

  /** What tells the run's processes from all others, wherever they went. */
  private variableOf(run: Run): string {
    return `DRQUEUE_LOG=${this.logOf(run)}`;
  }

  private endFamily(run: Run, variable?: string): Promise<void> {
    return endFamily(run.family?.group, variable, this.options.graceMs);
  }

  private end(run: RunKey, how: Omit<EndedRun, keyof RunKey>): void {
    this.results.add(run, how);
    this.fill();
    this.options.news();
  }
}
