// What a slave must not forget when it dies: the runs it holds, one small file each, until the master knows how they ended.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunKey, runName } from "../protocol";
import type { JobOrder, Ordered } from "../sync";

/** A run as its file has it. `startedAt`: ms since 1970 by this slave's clock. */
export type Kept = { run: Ordered; job: JobOrder; log: string; startedAt: number };

/** The files of a slave's runs. */
export class Records {
  private readonly folder: string;

  constructor(slaveFolder: string) {
    this.folder = join(slaveFolder, "runs");
    // A job's variables may hold what is not for every user of the machine.
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Where the shell parent of a run writes its exit code. */
  statusFile(run: RunKey): string {
    return join(this.folder, `${runName(run)}.status`);
  }

  /** Writes a run down before it is started. Throws when the disk is full. */
  keep(kept: Kept): void {
    writeFileSync(this.file(kept.run), JSON.stringify(kept));
  }

  /** The master knows how the run ended. */
  forget(run: RunKey): void {
    rmSync(this.file(run), { force: true });
    rmSync(this.statusFile(run), { force: true });
  }

  /** The runs of an earlier life; a file that was not written whole is of a run that never started. */
  all(): Kept[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".run"))
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Kept];
        } catch {
          rmSync(join(this.folder, name), { force: true });
          return [];
        }
      });
  }

  private file(run: RunKey): string {
    return join(this.folder, `${runName(run)}.run`);
  }
}
