// A slave that cannot write logs or records takes no tasks: each would only be given back.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Work } from "./work";

const journal = getLogger(["drqueue", "disk"]);

const everyMs = 5000;
// A little more than a run needs for its record and the first lines of its log.
const sample = "x".repeat(16 * 1024);

/** Looks at the folders every few seconds; sets and clears `work.problem`, and calls `changed` when it does. */
export function watchDisk(folders: readonly string[], work: Work, changed: () => void): { stop(): void } {
  const look = () => {
    const before = work.problem;
    work.problem = folders.map(whyNotWritable).find((reason) => reason !== undefined);
    if (work.problem === before) return;
    if (work.problem === undefined) journal.info("logs and records can be written again");
    else journal.error("takes no tasks: {problem}", { problem: work.problem });
    changed();
  };
  look();
  const timer = setInterval(look, everyMs);
  return { stop: () => clearInterval(timer) };
}

/** Why a file cannot be written here, with what to do; undefined when it can. */
export function whyNotWritable(folder: string): string | undefined {
  const file = join(folder, `.drqueue-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, sample);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT")
      return `no space left in ${folder}: free some, the slave looks again every ${everyMs / 1000} s`;
    return `cannot write in ${folder} (${code}): mend its permissions, the slave looks again every ${everyMs / 1000} s`;
  } finally {
    try {
      rmSync(file, { force: true });
    } catch {
      // Where nothing can be written there is nothing to remove.
    }
  }
}
