// Reads a log for the page: the pieces round the place that is looked at, and what is written while its run goes on.
import { ClientError } from "../../client";
import { farm } from "../farm-client";
import { LogWindow, pieceBytes } from "./lines";
import type { LogName } from "./looking";

/** A piece comes within this, and after a break in what is written it is asked again so soon, ms. */
const patienceMs = 30_000;
const againMs = 1000;
/** So much of what is written is taken at a time, before the page shows it. */
const mostAtOnce = 1024 * 1024;

export class LogReader {
  readonly window = new LogWindow();
  /** Of the log, bytes, as far as is known; undefined before anything was read. */
  size: number | undefined;
  /** What keeps it from being read. */
  problem: unknown;
  private stop = new AbortController();
  private following: AbortController | undefined;
  private busy = false;

  /** `changed` is called when there is something else to show. */
  constructor(
    private readonly log: LogName,
    private readonly changed: () => void,
  ) {}

  /** Goes to a byte, or to the end. Returns whether it is there; false as well when it was sent elsewhere meanwhile. */
  async go(to: number | "end"): Promise<boolean> {
    this.close();
    const stop = new AbortController();
    this.stop = stop;
    try {
      const at = to === "end" ? undefined : Math.floor(Math.max(0, to) / pieceBytes) * pieceBytes;
      const piece = await this.read(at === undefined ? `-${pieceBytes}` : `${at}-${at + pieceBytes - 1}`);
      if (stop.signal.aborted) return false;
      this.problem = undefined;
      // Of a place behind the end there is only the end.
      if (piece.bytes.length === 0 && at !== undefined && piece.size > 0) return await this.go("end");
      this.window.reset(piece.at);
      this.window.append(piece.bytes);
      this.size = piece.size;
      const middle = piece.at + piece.bytes.length / 2;
      await this.more(to === "end" || to < middle ? "before" : "after");
      if (stop.signal.aborted) return false;
      this.changed();
      return true;
    } catch (error) {
      if (stop.signal.aborted) return false;
      this.problem = error;
      this.changed();
      return false;
    }
  }

  /** Whether there is more of the log on a side of the window. */
  has(side: "before" | "after"): boolean {
    return side === "before" ? this.window.from > 0 : this.window.to < (this.size ?? 0);
  }

  /** Reads the next piece of a side. Nothing happens where there is none, or while one is being read. */
  async more(side: "before" | "after"): Promise<void> {
    if (!this.has(side) || this.busy) return;
    const { stop, window } = this;
    this.busy = true;
    const edge = side === "before" ? window.from : window.to;
    const from = Math.floor((side === "before" ? edge - 1 : edge) / pieceBytes) * pieceBytes;
    const [first, end] = side === "before" ? [from, edge] : [edge, from + pieceBytes];
    try {
      const { bytes, size } = await this.read(`${first}-${end - 1}`);
      if (stop.signal.aborted) return;
      this.size = size;
      this.problem = undefined;
      if (side === "after") {
        // What is written now may have come meanwhile.
        if (window.to === edge) window.append(bytes);
      } else if (window.from === edge && bytes.length === edge - first) window.prepend(bytes);
    } catch (error) {
      if (!stop.signal.aborted) this.problem = error;
    } finally {
      this.busy = false;
      if (!stop.signal.aborted) this.changed();
    }
  }

  /** Follows what is written from the end of the window on, until it is told to stop. `over`: the run has ended, or the master went. */
  async follow(over: () => void): Promise<void> {
    if (this.following) return;
    const following = new AbortController();
    this.following = following;
    const signal = AbortSignal.any([following.signal, this.stop.signal]);
    try {
      const { job, frame, attempt } = this.log;
      const { body } = await farm.log(job, frame, { attempt, follow: true, from: this.window.to, signal });
      const reader = body!.getReader();
      for (let taken = 0; ; ) {
        const { value } = await reader.read();
        if (signal.aborted) return;
        if (!value) break;
        this.window.append(value);
        this.size = Math.max(this.size ?? 0, this.window.to);
        this.problem = undefined;
        this.changed();
        taken += value.length;
        if (taken < mostAtOnce) continue;
        await new Promise((shown) => setTimeout(shown, 30));
        taken = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
      this.changed();
    } finally {
      if (this.following === following) this.following = undefined;
    }
    await new Promise((again) => setTimeout(again, againMs));
    if (!signal.aborted) over();
  }

  /** Reads no more of what is written. */
  rest(): void {
    this.following?.abort();
    this.following = undefined;
  }

  /** Asks how large the log is now. Returns whether it is another one than before: a shorter one. */
  async isAnother(): Promise<boolean> {
    const { size } = await this.read("0-0");
    const another = size < this.window.to;
    this.size = size;
    this.changed();
    return another;
  }

  close(): void {
    this.rest();
    this.stop.abort();
    this.busy = false;
  }

  private async read(range: string): Promise<{ at: number; bytes: Uint8Array; size: number }> {
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(patienceMs)]);
    const { job, frame, attempt } = this.log;
    try {
      const answer = await farm.log(job, frame, { attempt, range: `bytes=${range}`, signal });
      const [, at, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get("content-range") ?? "") ?? [];
      if (size === undefined) {
        await answer.body?.cancel();
        throw new Error("what has this log does not give parts of it: download it");
      }
      return { at: Number(at), bytes: new Uint8Array(await answer.arrayBuffer()), size: Number(size) };
    } catch (error) {
      if (!(error instanceof ClientError) || error.status !== 416) throw error;
      const size = Number(/has (\d+) bytes/.exec(error.message)?.[1] ?? 0);
      return { at: size, bytes: new Uint8Array(), size };
    }
  }
}
