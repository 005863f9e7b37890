// The ledger: what the jobscripts themselves say of their starts and ends.
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { startTimeOf } from "../../lib/local/processes";

/** A line. `slave`: its number at the farm. `at`: ms since 1970. `code`: of an end. `frames`: of a start. */
export type Line = {
  what: "start" | "end";
  job: number;
  task: number;
  attempt: number;
  pid: number;
  slave: number;
  at: number;
  code?: number;
  frames?: number[];
};

/** An attempt as it ran. `until`: its end, or when its process was seen alive for the last time. `code`: what it ended with by itself. */
export type Ran = Omit<Line, "what" | "at" | "code" | "frames"> & {
  from: number;
  until: number;
  code?: number;
  frames: number[];
};

/** Reads a line; undefined for one that is not whole. */
export function parseLine(text: string): Line | undefined {
  const found = /^(start|end) (\d+) (\d+) (\d+) (\d+) (\d+) (\d{13}) (.*)$/.exec(text);
  if (!found) return undefined;
  const [job, task, attempt, pid, slave, at] = found.slice(2, 8).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const line = { job, task, attempt, pid, slave, at };
  const rest = found[8]!;
  if (found[1] === "end") return /^\d+$/.test(rest) ? { what: "end", ...line, code: Number(rest) } : undefined;
  return { what: "start", ...line, frames: rest.split(" ").flatMap(framesOfRange) };
}

function framesOfRange(range: string): number[] {
  const [first, last, step] = range.split(":").map(Number) as [number, number, number];
  const frames = [];
  for (let frame = first; frame <= last; frame += step) frames.push(frame);
  return frames;
}

const nameOf = ({ job, task, attempt, pid }: Pick<Line, "job" | "task" | "attempt" | "pid">) =>
  `${job}.${task}.${attempt}.${pid}`;

/** Puts starts and ends together. `seen`: when a process without an end was seen alive for the last time, by its name. */
export function runsOf(lines: readonly Line[], seen: ReadonlyMap<string, number> = new Map()): Ran[] {
  const runs = new Map<string, Ran>();
  for (const { what, at, code, frames, ...one } of lines) {
    const name = nameOf(one);
    if (what === "start")
      runs.set(name, { ...one, from: at, until: Math.max(at, seen.get(name) ?? at), frames: frames ?? [] });
    else Object.assign(runs.get(name) ?? {}, { until: at, code });
  }
  return [...runs.values()];
}

/** Follows the ledger while the farm runs, and looks which of those that have not ended still live. */
export class Ledger {
  readonly lines: Line[] = [];
  /** Lines that could not be read. */
  readonly torn: string[] = [];
  private readonly seen = new Map<string, number>();
  private readonly open = new Map<string, { line: Line; started: string | undefined }>();
  private read = 0;
  private rest = "";
  private readonly timer: Timer;

  constructor(readonly file: string) {
    this.timer = setInterval(() => this.look(), 100);
  }

  /** All attempts so far. */
  runs(): Ran[] {
    this.look();
    return runsOf(this.lines, this.seen);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const text of this.fresh()) {
      const line = parseLine(text);
      if (!line) {
        this.torn.push(text);
        continue;
      }
      this.lines.push(line);
      if (line.what === "end") this.open.delete(nameOf(line));
      else this.open.set(nameOf(line), { line, started: startTimeOf(line.pid) });
    }
    for (const [name, { line, started }] of this.open) {
      if (started !== undefined && startTimeOf(line.pid) === started) this.seen.set(name, Date.now());
      else this.open.delete(name);
    }
  }

  private fresh(): string[] {
    if (!existsSync(this.file)) return [];
    const file = openSync(this.file, "r");
    const buffer = Buffer.alloc(256 * 1024);
    try {
      for (;;) {
        const length = readSync(file, buffer, 0, buffer.length, this.read);
        if (length === 0) break;
        this.read += length;
        this.rest += buffer.toString("latin1", 0, length);
      }
    } finally {
      closeSync(file);
    }
    const texts = this.rest.split("\n");
    this.rest = texts.pop()!;
    return texts;
  }
}
