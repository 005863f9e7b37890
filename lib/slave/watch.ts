// Looks after running tasks whose jobs say how long they may take or be silent, or how their output is read.

import type { EndReason } from "../states";
import type { JobOrder, Ordered } from "../sync";
import { keyOf, type RunKey } from "../wire";
import { Output } from "./output";
import { spoken } from "./reasons";

/** So long does it take to hear what happened while this process stood still, ms. */
const hearMs = 100;

/** What it was, why it is to end now, and the words for it. */
export type Verdict = { reason: EndReason; message: string };

type Watched = {
  run: Ordered;
  job: JobOrder;
  output: Output;
  ranMs: number;
  quietMs: number;
  failedMs: number;
  from: number;
  told: number | undefined;
};

/** Whether there is anything to watch in the tasks of a job. */
export function isWatched({ frameTimeoutMs, silenceMs, output }: JobOrder): boolean {
  return (
    frameTimeoutMs !== null ||
    silenceMs !== null ||
    [output.progress, output.warning, output.fatal].some((rules) => rules !== undefined && rules.length > 0)
  );
}

/** All watched runs of a slave. One timer for all of them, and none while there are none. */
export class Watch {
  private readonly watched = new Map<string, Watched>();
  private timer: Timer | undefined;
  private lookedAt = 0;

  constructor(
    private readonly everyMs: number,
    private readonly failedMs: number,
    private readonly stop: (run: RunKey, why: Verdict) => void,
  ) {}

  /** `ranMs`: how long it has run already. */
  add(name: string, run: Ordered, job: JobOrder, log: string, ranMs: number): void {
    const output = new Output(log, run.frames, job.output, run);
    this.watched.set(name, {
      run,
      job,
      output,
      ranMs,
      quietMs: 0,
      failedMs: 0,
      from: performance.now(),
      told: undefined,
    });
    if (this.timer) return;
    this.lookedAt = performance.now();
    this.timer = setInterval(() => this.look(), this.everyMs);
  }

  /** The run has ended: what its output said to the last line. Undefined when it was not watched. */
  remove(name: string): Output | undefined {
    const one = this.watched.get(name);
    this.watched.delete(name);
    if (this.watched.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    one?.output.close();
    return one?.output;
  }

  /** How far runs are, of those that are further than when this was asked last. */
  progressNews(): (RunKey & { percent: number })[] {
    const news = [...this.watched.values()].filter(({ output, told }) => output.percent !== told);
    return news.map((one) => {
      one.told = one.output.percent;
      return { ...keyOf(one.run), percent: one.told! };
    });
  }

  private look(): void {
    const now = performance.now();
    // Time that this process has not seen, since it or the machine stood still, is not held against anyone.
    const seenMs = Math.min(now - this.lookedAt, this.everyMs * 5);
    const stoodStill = now - this.lookedAt > this.everyMs * 2;
    this.lookedAt = now;
    for (const [name, one] of [...this.watched]) {
      const passed = Math.min(seenMs, now - one.from);
      one.ranMs += passed;
      one.quietMs = one.output.look() ? 0 : one.quietMs + passed;
      if (one.output.fatal !== undefined) one.failedMs += passed;
      const why = whyStop(one, this.failedMs);
      if (!why) continue;
      // What has ended meanwhile by itself is heard of only now, behind this look.
      if (stoodStill) setTimeout(() => this.watched.get(name) === one && this.stop(one.run, why), hearMs);
      else this.stop(one.run, why);
    }
  }
}

/** `mostFailedMs`: so long a run may take to end that has said that it has failed. */
function whyStop({ run, job, output, ranMs, quietMs, failedMs }: Watched, mostFailedMs: number): Verdict | undefined {
  const frames = run.frames.length;
  const { frameTimeoutMs, silenceMs } = job;
  if (output.fatal !== undefined && failedMs > mostFailedMs) return { reason: "fatal", message: output.fatal };
  if (frameTimeoutMs !== null && ranMs > frameTimeoutMs * frames) {
    const each = frames === 1 ? "" : ` (${frames} frames of ${spoken(frameTimeoutMs)} at most)`;
    return { reason: "overtime", message: `took longer than ${spoken(frameTimeoutMs * frames)}${each}` };
  }
  if (silenceMs !== null && quietMs > silenceMs)
    return { reason: "silent", message: `printed nothing for ${spoken(silenceMs)}` };
  return undefined;
}
