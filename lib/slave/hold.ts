// One process at a time has a slave's folder: this one waits for its turn, takes over from another, or is refused.
import { closeSync, fstatSync, openSync, readFileSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Lock, LockHeldError, takeLock } from "../local/lock";
import { PlainError } from "../local/program";
import { homeOf, machine } from "./home";

/** So often a slave shows that it lives to those on other machines who share its folder, ms. */
const beatMs = 2000;
/** So long does the one before have to let go, ms. */
const replaceMs = 10_000;

/** `lost`: resolves when another process has the folder, since the lock was removed or belongs to another machine now. */
export type Held = Pick<Lock, "update" | "release"> & { readonly lost: Promise<void> };

export type HoldOptions = { name: string; replace: boolean; beatMs?: number; replaceMs?: number };

/**
 * Takes the folder of a slave for this process, with `replace` from the process that has it. Throws a PlainError when another one keeps
 * it: on this machine, or on another one that sees the same folder.
 */
export async function holdFolder(folder: string, options: HoldOptions): Promise<Held> {
  const path = join(folder, "lock");
  const facts = { home: homeOf(folder), machine: machine(), host: hostname() };
  await noOtherMachine(path, facts.machine, options);
  const lock = await take(path, facts, options);
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (!lock.isOurs()) lose();
    else touch(path);
  }, options.beatMs ?? beatMs);
  return {
    lost,
    update: (more) => lock.update({ ...facts, ...more }),
    release() {
      clearInterval(timer);
      lock.release();
    },
  };
}

async function take(path: string, facts: { home: string }, options: HoldOptions): Promise<Lock> {
  const deadline = performance.now() + (options.replaceMs ?? replaceMs);
  for (let asked = false; ; ) {
    try {
      // One of release 0.1 does not say its home.
      return takeLock(path, facts, ({ home }) => home === undefined || home === facts.home);
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      const { pid } = error.holder;
      if (!options.replace)
        throw new PlainError(
          `slave ${options.name} runs already (process ${pid}): take over from it with --replace, or give a second one on this machine another --name`,
        );
      if (!asked) askToGo(pid);
      asked = true;
      if (performance.now() > deadline)
        throw new PlainError(
          `process ${pid} does not let go of slave ${options.name}: end it by force (kill -9 ${pid})`,
        );
    }
    await Bun.sleep(50);
  }
}

/** Tells the one before to leave without ending its runs. One of release 0.1 knows no such signal, and is ended by it: that does as well. */
function askToGo(pid: number): void {
  if (process.platform === "win32")
    throw new PlainError("--replace: on Windows runs end with their slave; drain it, stop it, and start the new one");
  try {
    process.kill(pid, "SIGUSR2");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") throw new PlainError(`--replace: process ${pid} is another user's: run this as that user`);
    // Else it has just ended.
  }
}

/** Two machines may share a data folder, where a pid tells nothing: who lives there touches the lock now and then. */
async function noOtherMachine(path: string, here: string, options: HoldOptions): Promise<void> {
  const holder = readOther(path, here);
  if (!holder) return;
  const deadline = performance.now() + (options.beatMs ?? beatMs) * 2.5;
  while (performance.now() < deadline) {
    await Bun.sleep(100);
    const now = readOther(path, here);
    if (!now) return;
    if (now.touchedMs !== holder.touchedMs)
      throw new PlainError(
        `slave ${options.name} runs on ${holder.host} with this same data folder: give each machine a --data or a --name of its own`,
      );
  }
}

/** The lock of another machine, and when it was touched by that one's clock. To open the file is what makes NFS look anew. */
function readOther(path: string, here: string): { host: string; touchedMs: number } | undefined {
  try {
    const file = openSync(path, "r");
    try {
      const { machine, host } = JSON.parse(readFileSync(file, "utf8"));
      return typeof machine === "string" && machine !== here
        ? { host: `${host}`, touchedMs: fstatSync(file).mtimeMs }
        : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Removed in this moment: the next look tells.
  }
}
