// Walks a log folder: only over what is a log by its name and place, and slowly enough for a master to do all else beside it.
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { logFilePattern, logFolderPattern } from "../../logs";

/** After so many files others have their turn for a moment. */
const breath = { files: 200, ms: 10 } as const;

/** A log as it lies in its folder. `log`: its name as the run gave it. */
export type LogFile = { name: string; log: string; bytes: number; changedMs: number };

/** The folders of jobs; links to such are none. */
export async function* jobFolders(logs: string): AsyncGenerator<{ folder: string; job: number }> {
  for await (const entry of await opendir(logs))
    if (entry.isDirectory() && logFolderPattern.test(entry.name))
      yield { folder: entry.name, job: Number.parseInt(entry.name, 10) };
}

/** The logs in one of them. Nothing when it has just gone. */
export async function* logsIn(folder: string): AsyncGenerator<LogFile> {
  let seen = 0;
  try {
    for await (const entry of await opendir(folder)) {
      const log = entry.name.replace(/\.zst(\.part)?$/, "");
      if (!entry.isFile() || !logFilePattern.test(log)) continue;
      const found = await lstat(join(folder, entry.name)).catch(() => undefined);
      if (!found?.isFile()) continue;
      yield { name: entry.name, log, bytes: found.size, changedMs: found.mtimeMs };
      if (++seen % breath.files === 0) await Bun.sleep(breath.ms);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
