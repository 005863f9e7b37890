// The runs of a slave: from the order to start until the master knows how they ended.
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { commandFor, environment, type Surroundings } from "../environment";
import { logFile } from "../logs";
import { keyOf, type RunKey, runName } from "../protocol";
import type { EndReason } from "../states";
import type { EndedRun, JobOrder, Ordered } from "../sync";
import { type Ending, type Family, platform } from "./platform";
import { brief, explain, whyNot } from "./reasons";
import type { Kept, Records } from "./records";
import { writeFooter, writeHeader } from "./run-log";

const journal = getLogger(["drqueue", "work"]);

/** How many ended and acknowledged runs are remembered: an order for one of them that was delayed on the way is not carried out again. */
const mostSettled = 20_000;
/** Runs shorter than this on average are asked for a few ahead, ms. */
const shortRunMs = 400;
/** So much work is asked for ahead: what a round trip to the master may take on a busy farm, ms. */
const aheadMs = 60;
/** A task that finds no slot for so long is given back: what runs before it is longer than it seemed, ms. */
const patienceMs = 1000;
/** The most that one sync may ask for. */
const mostFree = 4096;

type Run = Kept & { name: string; begun: number; family?: Family; killed?: { as: EndReason; done: Promise<void> } };

export type WorkOptions = {
  slaveName: string;
  logs: string;
  around: () => Surroundings;
  /** Between the wish to end and KILL, ms. */
  graceMs: number;
  /** Something is there to report. */
  news: () => void;
};

/** All runs that this slave holds. */
export class Work {
  private readonly waiting = new Map<string, Run>();
  private readonly running = new Map<string, Run>();
  private readonly ended = new Map<string, EndedRun>();
  private readonly settled = new Set<string>();
  private meanMs = shortRunMs * 10;
  private closed = false;
  /** Why no run can be started on this machine now, in words. */
  problem: string | undefined;

  constructor(
    private readonly records: Records,
    private readonly options: WorkOptions,
    private slots: number,
  ) {}

  /** Takes up the runs of an earlier life: those that still run are watched, of the others the exit status is read. */
  adopt(): void {
    const parents = platform.findParents();
    for (const kept of this.records.all()) {
      const status = this.records.statusFile(kept.run);
      const group = parents.get(status);
      const run: Run = {
        ...kept,
        name: runName(kept.run),
        begun: performance.now() - Math.max(0, Date.now() - kept.startedAt),
      };
      if (group === undefined) {
        const code = platform.readStatus(status);
        if (code === undefined) {
          this.giveUp(run);
          continue;
        }
        run.begun = performance.now() - Math.max(0, statSync(status).mtimeMs - kept.startedAt);
        this.settleEnd(run, { code }, "exit");
        continue;
      }
      journal.info("picked up run {run} (process {pid})", { run: run.name, pid: group });
      this.watch(run, platform.adoptFamily(group, status, 1000));
    }
  }

  /** Takes an order, unless it is known already; one that is `stale` is given back. */
  take(run: Ordered, job: JobOrder, stale = false): void {
    const name = runName(run);
    if (this.waiting.has(name) || this.running.has(name) || this.ended.has(name) || this.settled.has(name)) return;
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
  kill(key: RunKey, reason: EndReason): void {
    const name = runName(key);
    if (this.ended.has(name) || this.settled.has(name)) return;
    const run = this.running.get(name);
    if (!run) {
      this.waiting.delete(name);
      this.end(key, { reason });
    } else run.killed ??= { as: reason, done: this.endFamily(run, this.variableOf(run)) };
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
    // A slot whose task has turned out long will not be free soon, whatever the mean says.
    const now = performance.now();
    const long = [...this.running.values()].filter(({ begun }) => now - begun > shortRunMs).length;
    const quick = this.meanMs < shortRunMs ? Math.max(0, this.slots - long) : 0;
    const ahead = Math.ceil(Math.min(4, aheadMs / this.meanMs) * quick);
    return Math.min(mostFree, Math.max(0, this.slots + ahead - this.running.size - this.waiting.size));
  }

  /** Whether as many tasks wait here as run: slots stay busy for a while without the master. */
  get isStocked(): boolean {
    return this.waiting.size > 0 && this.waiting.size >= this.running.size;
  }

  /** Runs that hold or wait for a slot. */
  get held(): RunKey[] {
    return [...this.running.values(), ...this.waiting.values()].map(({ run }) => keyOf(run));
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
    return [...this.ended.values()];
  }

  /** The master has these. */
  acknowledge(sent: readonly RunKey[]): void {
    for (const key of sent) {
      const name = runName(key);
      if (!this.ended.delete(name)) continue;
      this.records.forget(key);
      this.settled.add(name);
    }
    // A set keeps the order of its values: the first are the oldest.
    for (const name of this.settled) {
      if (this.settled.size <= mostSettled) break;
      this.settled.delete(name);
    }
  }

  private fill(): void {
    for (const run of this.waiting.values()) {
      if (this.running.size >= this.slots) return;
      this.waiting.delete(run.name);
      this.start(run);
    }
  }

  private start(run: Run): void {
    run.startedAt = Date.now();
    run.begun = performance.now();
    const log = this.logOf(run);
    let output: number | undefined;
    try {
      this.records.keep({ run: run.run, job: run.job, log: run.log, startedAt: run.startedAt });
      mkdirSync(dirname(log), { recursive: true });
      output = openSync(log, "a");
      writeHeader(output, run, this.options.slaveName);
    } catch (error) {
      // The machine's trouble, not the task's: another slave may have it.
      if (output !== undefined) closeSync(output);
      this.problem = `cannot write (${(error as NodeJS.ErrnoException).code}) in ${this.options.logs} or its data folder: free some space, or mend its permissions`;
      journal.error("{problem}", { problem: this.problem });
      this.end(run.run, { reason: "returned", message: this.problem });
      return;
    }
    try {
      const command = commandFor(run.job, run.run);
      const folder = run.job.folder ?? this.options.around().tmp;
      const env = { ...platform.inherited(), ...environment(run.job, run.run, this.options.around(), log) };
      const wrong = whyNot(command[0]!, folder, env.PATH);
      if (wrong) {
        this.refuse(run, wrong);
        return;
      }
      this.watch(run, platform.startFamily({ command, folder, env, output, status: this.records.statusFile(run.run) }));
    } catch (error) {
      this.refuse(run, `cannot start ${run.job.command[0]}: ${(error as Error).message}`);
    } finally {
      closeSync(output);
    }
  }

  private refuse(run: Run, message: string): void {
    writeFooter(this.logOf(run), undefined, message);
    this.end(run.run, { reason: "unstarted", message });
  }

  private watch(run: Run, family: Family): void {
    run.family = family;
    this.running.set(run.name, run);
    void family.ended.then(async (ending) => {
      // What a jobscript left in its group would take the machine from the next task; what it sent away by setsid stays.
      if (!run.killed && platform.groupLives(family.group)) await this.endFamily(run);
      await run.killed?.done;
      const reason = run.killed?.as ?? (ending.code === undefined ? "lost" : "exit");
      this.settleEnd(run, ending, reason);
    });
  }

  /** Nobody saw how it ended, and something of it may still run: that must not render beside the task's next run. */
  private giveUp(run: Run): void {
    this.running.set(run.name, run);
    void this.endFamily(run, this.variableOf(run)).then(async () => {
      await run.killed?.done;
      this.settleEnd(run, { code: undefined }, run.killed?.as ?? "lost");
    });
  }

  private settleEnd(run: Run, ending: Ending, reason: EndReason): void {
    const ranMs = Math.max(0, Math.round(performance.now() - run.begun));
    this.running.delete(run.name);
    if (reason === "exit") this.meanMs = this.meanMs * 0.8 + ranMs * 0.2;
    const message = explain(reason, ending.code, run.job.command[0]!);
    // The footer has the exit code already.
    writeFooter(this.logOf(run), ending.code, message?.startsWith("exit ") ? undefined : message, ranMs);
    this.end(run.run, {
      reason,
      ranMs,
      ...(message && { message }),
      ...(ending.code !== undefined && { code: ending.code }),
      ...(ending.cpuMs !== undefined && { cpuMs: ending.cpuMs }),
      ...(ending.memoryMb !== undefined && { memoryMb: ending.memoryMb }),
    });
  }

  private logOf(run: Run): string {
    return join(this.options.logs, run.log);
  }

  /** What tells the run's processes from all others, wherever they went. */
  private variableOf(run: Run): string {
    return `DRQUEUE_LOG=${this.logOf(run)}`;
  }

  /** Ends what is left of a run's group, with `variable` also those who left it: TERM first, KILL after the grace period. */
  private async endFamily(run: Run, variable?: string): Promise<void> {
    const group = run.family?.group;
    platform.signalFamily(group, variable, "SIGTERM");
    const deadline = performance.now() + this.options.graceMs;
    while (platform.familyLives(group, variable) && performance.now() < deadline) await Bun.sleep(50);
    for (let tries = 0; platform.familyLives(group, variable) && tries < 40; tries++) {
      platform.signalFamily(group, variable, "SIGKILL");
      await Bun.sleep(50);
    }
  }

  private end(run: RunKey, how: Omit<EndedRun, keyof RunKey>): void {
    const message = how.message && brief(how.message);
    this.ended.set(runName(run), { ...keyOf(run), ...how, ...(message && { message }) });
    this.fill();
    this.options.news();
  }
}
