// Master and slave as children of `npm start`: they end with it, however it ends.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { within } from "../local/deadline";
import { type Held, hold } from "../local/held";
import { readLock } from "../local/lock";
import { PlainError } from "../local/program";

export const project = resolve(import.meta.dir, "../..");
const startMs = 90_000;
const stopMs = 20_000;
// Each calls its own port --port.
const portFlags = { master: "--port", slave: "--slave-port" } as const;

/** A child that listens on its port. */
export type Member = {
  readonly name: "master" | "slave";
  readonly held: Held;
  readonly port: number;
  readonly journal: string;
};

/** Starts a program of the project and waits until its lock file names its port. Throws a PlainError with its own last words. */
export async function startMember(
  name: Member["name"],
  args: readonly string[],
  data: string,
  lock: string,
): Promise<Member> {
  const journal = join(data, `${name}.log`);
  const held = await hold({ log: journal, env: process.env, signal: "TERM" }, [
    process.execPath,
    join(project, `${name}.ts`),
    ...args,
  ]);
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    const found = readLock(lock);
    if (found?.pid === held.pid && typeof found.port === "number") return { name, held, port: found.port, journal };
    if (await within(20, held.exited))
      throw new PlainError(`the ${name}: ${lastWords(journal, held.logStart).replace("--port", portFlags[name])}`);
  }
  await stopMember({ name, held, port: 0, journal });
  throw new PlainError(`the ${name} did not start in ${startMs / 1000} s: see ${journal}`);
}

/** Asks it to end and waits for it. */
export async function stopMember({ held }: Member): Promise<void> {
  signal(held.pid, "SIGTERM");
  if (!(await within(stopMs, held.exited))) signal(-held.shell, "SIGKILL");
  await held.exited;
}

/** The last thing it said, without its own name in front. */
export function lastWords(journal: string, from: number): string {
  const text = existsSync(journal) ? readFileSync(journal).subarray(from).toString() : "";
  const last = text.trim().split("\n").at(-1) ?? "";
  return last.replace(/^(master|slave): /, "") || `it ended without a word: see ${journal}`;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended a moment ago.
  }
}
