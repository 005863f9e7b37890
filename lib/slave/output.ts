// Reads what a run prints while it runs: how far it is, and lines that warn or say that it has failed.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { getLogger } from "@logtape/logtape";
import { type LineNews, lineReader, longestLine } from "../line-rules";
import type { OutputRules } from "../rules";
import { keyOf, type RunKey } from "../wire";
import { headerLines } from "./run-log";

const journal = getLogger(["drqueue", "output"]);

/** So much is read at a time; of more only the end is read. */
const mostBytes = 256 * 1024;
/** Rules that need longer for one look are not applied any more, ms. */
const mostLookMs = 200;
/** What of a long line is tried first: the time for a whole one may grow by the third power of its length and more. */
const firstTry = { characters: 128, mostMs: 20 } as const;

// What the jobscript has made of its log meanwhile may be a pipe that never opens, or a link to what is not its own.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** The output of one run. Without rules it only knows whether the log has grown. */
export class Output {
  /** Of the whole task; undefined until something was said. */
  percent: number | undefined;
  /** The first line that said so. */
  fatal: string | undefined;
  /** The first line that warns, or what is wrong with the rules. */
  warning: string | undefined;
  private read: ((line: string) => LineNews | undefined) | undefined;
  private size = 0;
  private file = 0;
  private rest = "";
  private header = headerLines;
  private readonly decoder = new TextDecoder();
  private readonly begun = new Set<number>();
  private last = 0;
  private beginnings = 1;
  private nth = 0;
  private starts = 0;
  /** Something of the output was passed over: frames may have begun there. */
  private gap = false;
  private took = stopwatch();
  private lineBegun = 0;

  constructor(
    private readonly log: string,
    private readonly frames: readonly number[],
    rules: OutputRules,
    private readonly run?: RunKey,
  ) {
    try {
      this.read = lineReader(rules, () => performance.now() - this.lineBegun < mostLookMs || this.took() <= mostLookMs);
    } catch (error) {
      this.warning = `its output is not read: ${(error as Error).message}`;
    }
  }

  /** Reads what has come since it looked last. Returns whether the log has grown, also when that cannot be told. */
  look(): boolean {
    let log: number;
    try {
      log = openSync(this.log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch {
      return true;
    }
    try {
      const now = fstatSync(log);
      if (!now.isFile()) return true;
      if (now.ino !== this.file || now.size < this.size) {
        this.size = 0;
        this.rest = "";
        this.gap = this.file !== 0;
        this.file = now.ino;
      }
      const grown = now.size > this.size;
      if (grown && this.read) this.readFrom(log, now.size);
      this.size = now.size;
      return grown;
    } catch {
      return true;
    } finally {
      closeSync(log);
    }
  }

  /** The run has ended: reads the rest, also of a last line without an end. */
  close(): void {
    if (!this.read) return;
    this.look();
    this.readLines([this.rest]);
    this.read = undefined;
  }

  private readFrom(log: number, size: number): void {
    let from = this.size;
    if (size - from > mostBytes) {
      from = size - mostBytes;
      this.gap = true;
      this.rest = "";
      this.header = 0;
    }
    const bytes = new Uint8Array(size - from);
    const got = readSync(log, bytes, 0, bytes.length, from);
    // Renderers write their progress over the line before, with a return and no new line.
    const lines = (this.rest + this.decoder.decode(bytes.subarray(0, got), { stream: true })).split(/\r\n|[\r\n]/);
    this.rest = lines.pop()!.slice(0, longestLine);
    const passed = Math.min(this.header, lines.length);
    this.header -= passed;
    this.readLines(lines.slice(passed));
  }

  private readLines(lines: readonly string[]): void {
    this.took = stopwatch();
    for (const line of lines) {
      if (!this.read) return;
      if (line !== "") this.readLine(this.read, line.slice(0, longestLine));
      if (this.took() > mostLookMs) this.giveUp();
    }
  }

  private readLine(read: (line: string) => LineNews | undefined, line: string): void {
    this.lineBegun = performance.now();
    for (let length = firstTry.characters; length < line.length; length *= 4) {
      const took = stopwatch();
      read(line.slice(0, length));
      if (took() > firstTry.mostMs) {
        this.giveUp();
        return;
      }
    }
    this.heed(line, read(line));
  }

  private heed(line: string, news: LineNews | undefined): void {
    if (!news) return;
    if (news.fatal) this.fatal ??= line.trim();
    if (news.warning) this.warning ??= line.trim();
    const { percent = 0, frame, nth } = news;
    if (news.percent === undefined && frame === undefined) return;
    // A rule may take something for a number that is none.
    if (!Number.isFinite(frame ?? 0) || !Number.isFinite(nth ?? 0)) return;
    const many = this.frames.length;
    const frames =
      nth !== undefined ? this.doneWith(nth) : (many === 1 ? 0 : this.doneBefore(frame, percent)) + percent / 100;
    this.last = percent;
    this.percent = Math.max(this.percent ?? 0, Math.floor(Math.min(1, frames / many) * 100));
  }

  /** How many frames of the task are done when this start of the program has done `nth`. */
  private doneWith(nth: number): number {
    if (nth < this.nth) this.starts += this.nth;
    this.nth = nth;
    return this.starts + nth;
  }

  /** How many frames of the task came before the one under way. */
  private doneBefore(frame: number | undefined, percent: number): number {
    if (frame === undefined || !this.frames.includes(frame)) {
      // Nobody says which frame it is: one more begins where the percentage falls back.
      if (this.begun.size === 0 && percent <= this.last / 2 && this.last > 0) this.beginnings++;
      return Math.min(this.frames.length, Math.max(this.beginnings, this.begun.size)) - 1;
    }
    if (this.gap) for (const before of this.frames) if (before < frame) this.begun.add(before);
    this.gap = false;
    this.begun.add(frame);
    return this.begun.size - 1;
  }

  private giveUp(): void {
    if (!this.read) return;
    this.read = undefined;
    this.warning ??= "its output was not read to the end: one of its rules takes too long";
    journal.warn("{log}: not read any more, one of the output rules of its job takes too long", () => ({
      ...(this.run && keyOf(this.run)),
      log: this.log,
    }));
  }
}

/** The time since, ms: that of this process where the machine is too busy to let it run. */
function stopwatch(): () => number {
  const begun = performance.now();
  const used = process.cpuUsage();
  return () => {
    const wall = performance.now() - begun;
    if (wall < firstTry.mostMs) return wall;
    const { user, system } = process.cpuUsage(used);
    return Math.min(wall, (user + system) / 1000);
  };
}
