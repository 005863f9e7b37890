// When slaves may be called lost. Times are those of one clock, in ms.

/**
 * Says when a silent slave may be called lost: not before all of them had a lease's time to call, without a gap in which nobody could
 * have heard them. Such a gap is the time before a master began to keep house, an outage of the database, a pause of either or of the
 * whole machine, and a clock that was set: all of them show in the times at which is looked.
 */
export class Patience {
  private lookedAt: number | undefined;
  private until = Number.POSITIVE_INFINITY;

  /** `everyMs`: so often is looked when all is well. */
  constructor(
    private readonly leaseMs: number,
    private readonly everyMs: number,
  ) {}

  /** What slaves said may not have been heard, or written, since the last look. */
  begin(): void {
    this.lookedAt = undefined;
  }

  /** Looks at the clock. Returns whether who was silent for a lease by now is lost. */
  isOver(now: number): boolean {
    const gap = this.lookedAt === undefined ? Number.POSITIVE_INFINITY : Math.abs(now - this.lookedAt);
    this.lookedAt = now;
    if (gap > this.everyMs + this.leaseMs / 4) this.until = now + this.leaseMs;
    return now >= this.until;
  }
}
