// The jobscripts that the kinds of jobs wrote: on shared storage, where people may edit them; else a copy of the slave's own.
import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobOrder } from "../sync";

const onWindows = process.platform === "win32";

/** The folder of a slave's copies: `<job>.<hash of the text>.sh`, so that a changed script is another file. */
export class Scripts {
  private readonly folder: string;

  constructor(slaveFolder: string) {
    this.folder = join(slaveFolder, "scripts");
  }

  /** The command that runs the jobscript of a job. Throws when the copy that it needs cannot be written. */
  commandOf(job: number, script: NonNullable<JobOrder["script"]>): string[] {
    const shared = script.path !== null && onWindows ? script.path.replace(/\.sh$/, ".cmd") : script.path;
    const file = shared !== null && isReadable(shared) ? shared : this.copyOf(job, script);
    // By the shell, since the folder may be one where nothing can be executed.
    return onWindows ? [file] : ["/bin/sh", file];
  }

  /** Removes the copies of a job. */
  forget(job: number): void {
    this.remove((of) => of === job);
  }

  /** Removes the copies of all jobs but these. */
  keepOnly(jobs: ReadonlySet<number>): void {
    this.remove((of) => !jobs.has(of));
  }

  private copyOf(job: number, script: NonNullable<JobOrder["script"]>): string {
    const text = onWindows ? script.cmd : script.sh;
    const hash = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
    const file = join(this.folder, `${job}.${hash}.${onWindows ? "cmd" : "sh"}`);
    if (statSync(file, { throwIfNoEntry: false })?.size === Buffer.byteLength(text)) return file;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, text, { mode: 0o700 });
    renameSync(fresh, file);
    return file;
  }

  private remove(which: (job: number) => boolean): void {
    try {
      for (const name of readdirSync(this.folder))
        if (which(Number(/^\d+/.exec(name)?.[0] ?? Number.NaN))) rmSync(join(this.folder, name), { force: true });
    } catch {
      // There were never any; or they stay, which harms nobody.
    }
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    const found = statSync(file);
    // Storage that ran full leaves empty files: such a script would render nothing and call that finished.
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}
