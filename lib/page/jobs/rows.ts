// What jobs of a long list are like: read for the rows in sight, a page at a time, kept for a while, read again when something happened.
import type { Job } from "../../client";

/** So many are read at a time, and kept at most. */
const pageSize = 100;
const mostKept = 2000;
/** Rows that fly past are not read, what happened is read so often at most, and after a failure it is waited so long, ms. */
const settleMs = 50;
const restMs = 1000;
const failedMs = 2000;

export class JobRows {
  /** By number, those read last behind the others; null when there is none of this number any more. */
  private readonly kept = new Map<number, Job | null>();
  /** Of those kept, the ones to which something happened since they were read. */
  private readonly stale = new Set<number>();
  private list: readonly number[] = [];
  private inSight: readonly number[] = [];
  private firstRow = 0;
  private reading = false;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private failedAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  /** `read`: jobs by number, in any order. `changed` is called when there is more to be shown, with what went wrong if something did. */
  constructor(
    private readonly read: (jobs: number[]) => Promise<Job[]>,
    private readonly changed: (error?: unknown) => void,
  ) {}

  /** The job as it was read last; undefined while it is not known, null when it is gone. */
  get(job: number): Job | null | undefined {
    return this.kept.get(job);
  }

  /** The rows `first` up to and with `last` of a list are in sight. */
  see(list: readonly number[], first: number, last: number): void {
    this.list = list;
    this.firstRow = first;
    this.inSight = list.slice(first, last + 1);
    this.soon();
  }

  /** Something happened to these jobs; to any when none are named. */
  touch(jobs: Iterable<number> = this.kept.keys()): void {
    for (const job of jobs) if (this.kept.has(job)) this.stale.add(job);
    this.soon();
  }

  /** These are known from elsewhere. */
  learn(jobs: readonly Job[]): void {
    for (const job of jobs) this.kept.set(job.id, job);
  }

  /** Reads no more. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private soon(): void {
    if (this.closed || this.reading || this.timer !== undefined) return;
    const isUnknown = this.inSight.some((job) => !this.kept.has(job));
    if (!isUnknown && !this.inSight.some((job) => this.stale.has(job))) return;
    const now = performance.now();
    const earliest = Math.max(this.failedAt + failedMs, isUnknown ? now + settleMs : this.refreshedAt + restMs);
    this.timer = setTimeout(() => this.look(), Math.max(0, earliest - now));
  }

  private async look(): Promise<void> {
    this.timer = undefined;
    const wanted = this.wanted();
    // What is in sight may have become another meanwhile.
    if (wanted.length === 0) return;
    this.reading = true;
    // What happens from here on may be newer than the answer.
    for (const job of wanted) this.stale.delete(job);
    let error: unknown;
    try {
      const found = new Map((await this.read(wanted)).map((job) => [job.id, job]));
      for (const job of wanted) {
        this.kept.delete(job);
        this.kept.set(job, found.get(job) ?? null);
      }
      this.trim();
    } catch (thrown) {
      error = thrown;
      this.failedAt = performance.now();
      for (const job of wanted) if (this.kept.has(job)) this.stale.add(job);
    }
    this.reading = false;
    if (this.closed) return;
    this.changed(error);
    this.soon();
  }

  /** Rows in sight that nobody knows, with the rest of their page; else those to which something happened. */
  private wanted(): number[] {
    const at = this.inSight.findIndex((job) => !this.kept.has(job));
    if (at >= 0) {
      const begin = Math.floor((this.firstRow + at) / pageSize) * pageSize;
      return this.list.slice(begin, begin + pageSize).filter((job) => !this.kept.has(job));
    }
    this.refreshedAt = performance.now();
    return this.inSight.filter((job) => this.stale.has(job)).slice(0, pageSize);
  }

  private trim(): void {
    const seen = new Set(this.inSight);
    for (const job of this.kept.keys()) {
      if (this.kept.size <= mostKept) return;
      if (seen.has(job)) continue;
      this.kept.delete(job);
      this.stale.delete(job);
    }
  }
}
