// Which logs this slave is still to bring to the master's store, and of which it keeps a copy though they are there: a list on disk to
// which lines are added, many at a time, so that a run does not cost a file more.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { logPathPattern } from "../logs";
import { pieceBytes } from "../uploads";
import { type RunKey, runName } from "../wire";

const journal = getLogger(["drqueue", "logs"]);

/** A log below the log folder. `bytes`: when its run ended. `at`: when it was stored, ms since 1970; 0: it waits for that. */
export type Listed = RunKey & { path: string; bytes: number; at: number };

/** The list is written anew when it has so many lines more than logs. */
const mostSuperfluous = 20_000;

/** The list of one slave. Where its disk is full it is right in memory, and a next life sends again what was sent. */
export class UploadList {
  /** Logs that wait, and logs that are stored, each by its run and the oldest first. */
  readonly waiting = new Map<string, Listed>();
  readonly stored = new Map<string, Listed>();
  private readonly file: string;
  private lines = 0;
  private failing = false;
  private total = 0;

  constructor(slaveFolder: string) {
    this.file = join(slaveFolder, "uploads");
    this.read();
  }

  /** Of all that is listed. */
  get bytes(): number {
    return this.total;
  }

  get count(): number {
    return this.waiting.size + this.stored.size;
  }

  /** These wait from now on. */
  add(logs: readonly Listed[]): void {
    for (const log of logs) this.put(log);
    this.append(logs.map(lineOf));
  }

  /** These are in the store. */
  keep(logs: readonly Listed[], at: number): void {
    const kept = logs.map((log) => ({ ...log, at }));
    for (const log of kept) this.put(log);
    this.append(kept.map(lineOf));
  }

  /** Nothing is to be done about these any more. */
  drop(logs: readonly Listed[]): void {
    for (const log of logs) this.take(runName(log));
    this.append(logs.map((log) => `- ${runName(log)}`));
  }

  /** The oldest of those that wait and go in one piece each. */
  small(most: number): Listed[] {
    const found: Listed[] = [];
    for (const log of this.waiting.values()) {
      if (log.bytes > pieceBytes) continue;
      found.push(log);
      if (found.length === most) break;
    }
    return found;
  }

  /** The oldest that waits and is larger; none when there is none. */
  large(): Listed[] {
    for (const log of this.waiting.values()) if (log.bytes > pieceBytes) return [log];
    return [];
  }

  /** All that is listed of a job. */
  ofJob(job: number): Listed[] {
    return [...this.waiting.values(), ...this.stored.values()].filter((log) => log.job === job);
  }

  private put(log: Listed): void {
    const name = runName(log);
    this.take(name);
    (log.at === 0 ? this.waiting : this.stored).set(name, log);
    this.total += log.bytes;
  }

  private take(name: string): void {
    const log = this.waiting.get(name) ?? this.stored.get(name);
    if (!log) return;
    this.waiting.delete(name);
    this.stored.delete(name);
    this.total -= log.bytes;
  }

  private read(): void {
    let text = "";
    try {
      text = readFileSync(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    // What is behind the last line end was not written whole.
    for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
      this.lines++;
      const gone = /^- (\d+\.\d+\.\d+)$/.exec(line)?.[1];
      if (gone !== undefined) this.take(gone);
      const log = listedIn(line);
      if (log) this.put(log);
    }
    if (text !== "") this.rewrite();
  }

  private append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.lines += lines.length;
    if (this.lines > 2 * this.count + mostSuperfluous) this.rewrite();
    else this.write(() => appendFileSync(this.file, `${lines.join("\n")}\n`));
  }

  private rewrite(): void {
    const text = [...this.stored.values(), ...this.waiting.values()].map((log) => `${lineOf(log)}\n`).join("");
    this.write(() => {
      writeFileSync(`${this.file}.new`, text);
      renameSync(`${this.file}.new`, this.file);
      this.lines = this.count;
    });
  }

  private write(step: () => void): void {
    try {
      step();
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        journal.warn("which logs are to be stored cannot be written down: {error}", {
          error: (error as Error).message,
        });
      this.failing = true;
    }
  }
}

function lineOf({ job, task, attempt, bytes, at, path }: Listed): string {
  return `+ ${job}.${task}.${attempt} ${bytes} ${at} ${path}`;
}

function listedIn(line: string): Listed | undefined {
  const [, job, task, attempt, bytes, at, path = ""] = /^\+ (\d+)\.(\d+)\.(\d+) (\d+) (\d+) (\S+)$/.exec(line) ?? [];
  if (!logPathPattern.test(path)) return undefined;
  return { job: Number(job), task: Number(task), attempt: Number(attempt), bytes: Number(bytes), at: Number(at), path };
}
