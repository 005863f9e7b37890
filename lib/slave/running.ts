// The runs whose processes live: from their start, or from being found again by a new life of the slave, until all of them are gone.
import { statSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { EndReason } from "../states";
import type { EndedRun } from "../sync";
import type { RunKey } from "../wire";
import { keyOf, runName } from "../wire";
import { endFamily } from "./end-family";
import { type Ended, reportOf } from "./ending";
import type { Output } from "./output";
import { type Ending, type Family, platform } from "./platform";
import type { End, Kept, Records } from "./records";
import { writeFooter } from "./run-log";
import { type Place, startRun } from "./start";
import { isWatched, Watch } from "./watch";

const journal = getLogger(["drqueue", "work"]);

/** `begun`: by the clock of performance.now(). `stuck`: its processes outlive KILL. */
export type Run = Kept & {
  name: string;
  begun: number;
  family?: Family;
  killed?: Ended & { done: Promise<void> };
  stuck?: boolean;
};

/** What is reported of a run that has ended. */
export type How = Omit<EndedRun, keyof RunKey>;

export type RunningOptions = Place & {
  logs: string;
  /** Between the wish to end and KILL, ms. */
  graceMs: number;
  /** Between two looks at the output of a run, and from the line that says it has failed until it is ended, ms. */
  lookMs?: number;
  failedMs?: number;
};

/** Starts, watches and ends runs; each is told to `ended` once, when nothing of it lives any more. `stuck` is told of one more that is. */
export class Running {
  private readonly runs = new Map<string, Run>();
  private readonly watch: Watch;

  constructor(
    private readonly records: Records,
    private readonly options: RunningOptions,
    private readonly ended: (run: Run, how: How) => void,
    private readonly stuck: () => void,
  ) {
    const { lookMs = 1000, failedMs = 60_000 } = options;
    this.watch = new Watch(lookMs, failedMs, (run, { reason, message }) => this.kill(runName(run), reason, message));
  }

  get size(): number {
    return this.runs.size;
  }

  get all(): Run[] {
    return [...this.runs.values()];
  }

  has(name: string): boolean {
    return this.runs.has(name);
  }

  /** How far runs are, of those that are further than when this was asked last. */
  progressNews() {
    return this.watch.progressNews();
  }

  /** Starts a run. Throws where its record or log cannot be written: the machine's trouble, not the task's. */
  start(run: Run): void {
    run.startedAt = Date.now();
    run.begun = performance.now();
    const started = startRun(run, this.logOf(run), this.records, this.options);
    if ("family" in started) {
      this.follow(run, started.family);
      return;
    }
    writeFooter(this.logOf(run), undefined, started.refused);
    this.records.keepEnd(run.run, { as: "unstarted", message: started.refused });
    this.ended(run, { reason: "unstarted", message: started.refused });
  }

  /** Takes up the runs of an earlier life: those that still run are watched, of the others it is read how they ended. */
  adopt(): void {
    const parents = platform.findParents();
    for (const { status, end, ...kept } of this.records.earlier()) {
      const group = parents.get(status);
      const begun = performance.now() - Math.max(0, Date.now() - kept.startedAt);
      const run: Run = { ...kept, name: runName(kept.run), begun };
      const code = platform.readStatus(status);
      if (group !== undefined) {
        journal.info("picked up, process {pid}", { ...keyOf(run.run), pid: group });
        this.follow(run, platform.adoptFamily(group, status, 1000));
        if (end) this.kill(run.name, end.as, end.message);
      } else if (end || code === undefined) {
        this.finishOff(run, end, code ?? end?.code);
      } else {
        run.begun = performance.now() - Math.max(0, statSync(status).mtimeMs - kept.startedAt);
        this.observe(run);
        this.settle(run, { code }, this.watch.remove(run.name));
      }
    }
  }

  /** Ends a run; the first reason counts. */
  kill(name: string, as: EndReason, message?: string): void {
    const run = this.runs.get(name);
    if (!run || run.killed) return;
    // On disk before it counts: the next life of this slave would take it for an end of the jobscript's own.
    this.records.keepEnd(run.run, { as, ...(message && { message }) });
    run.killed = { as, message, done: this.endAll(run, this.variableOf(run)) };
  }

  private follow(run: Run, family: Family): void {
    run.family = family;
    this.runs.set(run.name, run);
    this.observe(run);
    void family.ended.then(async (ending) => {
      const output = this.watch.remove(run.name);
      // What a jobscript left in its group would take the machine from the next task; what it sent away by setsid stays.
      if (!run.killed && platform.groupLives(family.group)) await this.endAll(run);
      await run.killed?.done;
      this.settle(run, ending, output);
    });
  }

  private observe(run: Run): void {
    if (isWatched(run.job)) this.watch.add(run.name, run.run, run.job, this.logOf(run), performance.now() - run.begun);
  }

  /** Its parent is gone, and something of it may still run: that must not render beside the task's next run. */
  private finishOff(run: Run, end: End | undefined, code: number | undefined): void {
    this.runs.set(run.name, run);
    const done = this.endAll(run, this.variableOf(run));
    if (end) run.killed = { as: end.as, message: end.message, done };
    void done.then(async () => {
      await run.killed?.done;
      this.settle(run, { code });
    });
  }

  private settle(run: Run, ending: Ending, output?: Output): void {
    const ranMs = Math.max(0, Math.round(performance.now() - run.begun));
    this.runs.delete(run.name);
    const { code } = ending;
    const ended = run.killed ?? { as: code === undefined ? "lost" : "exit" };
    const report = reportOf(run.job, ending, ended, output, ranMs);
    // A signal may have ended the parent before it wrote a status.
    if (!run.killed && code !== undefined && code > 128) this.records.keepEnd(run.run, { as: "exit", code });
    // The footer has the exit code already.
    const message = report.message?.startsWith("exit ") ? undefined : report.message;
    writeFooter(this.logOf(run), code, message, ranMs);
    this.ended(run, report);
  }

  private logOf(run: Run): string {
    return join(this.options.logs, run.log);
  }

  /** What tells the run's processes from all others, wherever they went. */
  private variableOf(run: Run): string {
    return `DRQUEUE_LOG=${this.logOf(run)}`;
  }

  private endAll(run: Run, variable?: string): Promise<void> {
    return endFamily(run.family?.group, variable, this.options.graceMs, () => {
      run.stuck = true;
      this.stuck();
      journal.error(
        "processes of a run cannot be ended: its slot is kept, and they are killed again and again",
        keyOf(run.run),
      );
    });
  }
}
