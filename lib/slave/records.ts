// What a slave must not forget when it dies: the runs it holds, one small file each, until the master knows how they ended.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndReason } from "../states";
import type { JobOrder, Ordered } from "../sync";
import { type RunKey, runName } from "../wire";
import { Scripts } from "./scripts";

/** A run as its file has it. `startedAt`: ms since 1970 by this slave's clock. `gpus`: the numbers of those it has for itself. */
export type Kept = { run: Ordered; job: JobOrder; log: string; startedAt: number; gpus?: number[] };

/** How a run ended, or why it is being ended, where the exit status that its parent writes does not tell it. */
export type End = { as: EndReason; message?: string; code?: number };

/** What orders of an earlier release did not say. */
const unsaid = {
  fieldVariables: {},
  script: null,
  memoryMb: 0,
  gpus: 0,
  frameTimeoutMs: null,
  silenceMs: null,
  output: {},
} satisfies Partial<JobOrder>;

/** The files of a slave's runs. */
export class Records {
  /** Copies of jobscripts, for slaves that do not see the shared ones. */
  readonly scripts: Scripts;
  private readonly folder: string;

  constructor(slaveFolder: string) {
    this.scripts = new Scripts(slaveFolder);
    this.folder = join(slaveFolder, "runs");
    // A job's variables may hold what is not for every user of the machine.
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Where the shell parent of a run writes its exit code. */
  statusFile(run: RunKey): string {
    return join(this.folder, `${runName(run)}.status`);
  }

  /** Writes a run down before it is started. Throws when the disk is full. */
  keep({ run, job, log, startedAt, gpus }: Kept): void {
    // The text of its jobscript is of no use any more once it is started.
    const kept: Kept = { run, job: job.script ? { ...job, script: null } : job, log, startedAt, ...(gpus && { gpus }) };
    writeFileSync(this.file(run), JSON.stringify(kept));
  }

  /** Writes down what the next life of the slave is to report of a run. A full disk is passed over: then only this life knows. */
  keepEnd(run: RunKey, end: End): void {
    try {
      writeFileSync(this.endFile(run), JSON.stringify(end));
    } catch {}
  }

  /** The master knows how the run ended. */
  forget(run: RunKey): void {
    for (const file of [this.file(run), this.statusFile(run), this.endFile(run)]) rmSync(file, { force: true });
  }

  /** The runs of an earlier life, each with its file of the exit code; what belongs to no run any more is removed. */
  earlier(): (Kept & { status: string; end: End | undefined })[] {
    const all = this.all().map((kept) => ({ ...kept, status: this.statusFile(kept.run), end: this.endOf(kept.run) }));
    this.scripts.keepOnly(new Set(all.map(({ job }) => job.id)));
    return all;
  }

  /** The runs as they are written down; a file that was not written whole is of a run that never started. */
  all(): Kept[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".run"))
      .flatMap((name) => {
        try {
          const kept = JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Kept;
          return [{ ...kept, job: { ...unsaid, ...kept.job } }];
        } catch {
          rmSync(join(this.folder, name), { force: true });
          return [];
        }
      });
  }

  private endOf(run: RunKey): End | undefined {
    try {
      return JSON.parse(readFileSync(this.endFile(run), "utf8")) as End;
    } catch {
      // There is none, or it was not written whole: then nothing had been done about it yet.
      return undefined;
    }
  }

  private endFile(run: RunKey): string {
    return join(this.folder, `${runName(run)}.end`);
  }

  private file(run: RunKey): string {
    return join(this.folder, `${runName(run)}.run`);
  }
}
