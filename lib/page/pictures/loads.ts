// Pictures that are wanted, brought a few at a time: what is wanted first comes first, what nobody wants any more is let go.

/** What became of a picture: `value`, or why there is none in words. */
export type Loaded<T> = { value: T; problem?: undefined } | { problem: string };

/** `load` brings one; `free` lets go of its value. `most` are kept. `changed` is called when one has come. */
export type Loading<T> = {
  load: (key: number, signal: AbortSignal) => Promise<T>;
  free: (value: T) => void;
  problemOf: (error: unknown) => string;
  changed: () => void;
  atOnce?: number;
  most: number;
};

/** What could not be had is asked for again after this time, ms; after twice as long each time it fails. */
const againMs = { first: 2000, most: 120_000 } as const;

type Failed = { problem: string; tries: number; from: number };

export class Loads<T> {
  /** Those that nobody wanted for longest are first. */
  private readonly values = new Map<number, { value: T }>();
  private readonly failed = new Map<number, Failed>();
  private readonly underWay = new Map<number, AbortController>();
  private wished: readonly number[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private over = false;

  constructor(private readonly how: Loading<T>) {}

  get(key: number): Loaded<T> | undefined {
    return this.values.get(key) ?? this.failed.get(key);
  }

  /** Which of them there are. */
  get keys(): Iterable<number> {
    return this.values.keys();
  }

  /** How many may be kept from now on. */
  set most(most: number) {
    this.how.most = most;
  }

  /** What is wanted now, the first one most of all; what is under way for others is given up. */
  wish(keys: readonly number[]): void {
    this.wished = keys;
    for (const [key, stop] of this.underWay) if (!keys.includes(key)) stop.abort();
    for (const key of keys.toReversed()) {
      const there = this.values.get(key);
      if (!there) continue;
      this.values.delete(key);
      this.values.set(key, there);
    }
    this.go();
  }

  /** It is another one now: what there is of it is let go. */
  forget(key: number): void {
    const there = this.values.get(key);
    this.values.delete(key);
    this.failed.delete(key);
    this.underWay.get(key)?.abort();
    if (there) this.how.free(there.value);
  }

  /** Lets go of everything. */
  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const stop of this.underWay.values()) stop.abort();
    for (const { value } of this.values.values()) this.how.free(value);
    this.values.clear();
  }

  private go(): void {
    clearTimeout(this.timer);
    if (this.over) return;
    const now = performance.now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const key of this.wished) {
      if (this.underWay.size >= (this.how.atOnce ?? 4)) return;
      if (this.values.has(key) || this.underWay.has(key)) continue;
      const from = this.failed.get(key)?.from ?? 0;
      if (from <= now) void this.bring(key);
      else soonest = Math.min(soonest, from);
    }
    if (soonest < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.go(), soonest - now);
  }

  private async bring(key: number): Promise<void> {
    const stop = new AbortController();
    this.underWay.set(key, stop);
    try {
      const value = await this.how.load(key, stop.signal);
      if (stop.signal.aborted) this.how.free(value);
      else {
        this.failed.delete(key);
        this.values.set(key, { value });
        this.evict();
      }
    } catch (error) {
      if (!stop.signal.aborted) {
        const tries = (this.failed.get(key)?.tries ?? 0) + 1;
        const pause = Math.min(againMs.most, againMs.first * 2 ** (tries - 1));
        this.failed.set(key, { problem: this.how.problemOf(error), tries, from: performance.now() + pause });
      }
    }
    this.underWay.delete(key);
    if (this.over) return;
    this.go();
    this.how.changed();
  }

  private evict(): void {
    for (const [key, { value }] of this.values) {
      if (this.values.size <= this.how.most) return;
      if (this.wished.includes(key)) continue;
      this.values.delete(key);
      this.how.free(value);
    }
  }
}
