import { Database } from "bun:sqlite";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAlive, startTimeOf } from "./processes";

/** What a lock file says: the process that holds it, and what it chose to add, such as its port. */
export type LockContent = { pid: number; startTime?: string; [fact: string]: unknown };

export type Lock = {
  /** Replaces what was added to the lock, whole: a reader sees the old content or the new one. */
  update(content: Record<string, unknown>): void;
  /** Whether it still is this process's own: somebody may have removed the file. */
  isOurs(): boolean;
  /** Gives the lock up. Does nothing when it is no longer this process's own. */
  release(): void;
};

/** Another live process holds the lock. */
export class LockHeldError extends Error {
  override name = "LockHeldError";

  constructor(
    readonly path: string,
    readonly holder: LockContent,
  ) {
    super(`${path} is held by process ${holder.pid}: stop that process first, or choose another data folder`);
  }
}

/**
 * Takes the lock file `path` for this process; its folder must exist. One whose process has died is taken over. It
 * keeps out processes of this machine only: a pid means nothing on another one. What `counts` says no to, given the holder's content,
 * is taken over as well: a lock that was copied with its folder.
 * @throws LockHeldError with the holder's content when a live process holds it, this one included
 */
export function takeLock(
  path: string,
  content: Record<string, unknown> = {},
  counts: (holder: LockContent) => boolean = () => true,
): Lock {
  const startTime = startTimeOf(process.pid);
  const owner: LockContent = { pid: process.pid, ...(startTime !== undefined && { startTime }) };

  alone(path, () => {
    const holder = readLock(path);
    if (holder && counts(holder)) throw new LockHeldError(path, holder);
    write(path, { ...content, ...owner });
  });

  const isOurs = () => {
    const holder = contentOf(path);
    return holder?.pid === owner.pid && holder.startTime === owner.startTime;
  };
  return {
    isOurs,
    update(content) {
      alone(path, () => {
        if (!isOurs())
          throw new Error(`${path} was removed or taken by another process: stop this one and start it again`);
        write(path, { ...content, ...owner });
      });
    },
    release() {
      alone(path, () => {
        if (isOurs()) rmSync(path, { force: true });
      });
    },
  };
}

/** What the lock file `path` says when a live process holds it, else undefined. */
export function readLock(path: string): LockContent | undefined {
  const holder = contentOf(path);
  return holder && isAlive(holder.pid, holder.startTime) ? holder : undefined;
}

function contentOf(path: string): LockContent | undefined {
  try {
    const content = JSON.parse(readFileSync(path, "utf8")) as Partial<LockContent> | null;
    return typeof content?.pid === "number" ? (content as LockContent) : undefined;
  } catch {
    // No file, or not one of ours: write() never leaves half a lock.
    return undefined;
  }
}

/**
 * Runs `step` while no other process runs one for this lock. To see that a lock is stale and to replace it are two
 * steps: of two takers, the slower could otherwise remove the lock that the faster one has just written. No trick with
 * link or rename closes that gap without leaving a file that itself goes stale when its writer is killed. A file lock
 * of the system cannot go stale, and SQLite brings one that works on every platform. It is held for microseconds: the
 * lock itself stays a file that says who holds it.
 */
function alone(path: string, step: () => void): void {
  const guard = open(`${path}.guard`);
  try {
    guard.run("PRAGMA busy_timeout = 10000");
    guard.run("BEGIN EXCLUSIVE");
    step();
  } finally {
    guard.close();
  }
}

function open(path: string): Database {
  try {
    return new Database(path, { create: true });
  } catch (error) {
    throw new Error(`cannot open ${path} for writing: give this user the folder, or choose another`, { cause: error });
  }
}

function write(path: string, content: LockContent): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(content)}\n`);
  renameSync(draft, path);
}
