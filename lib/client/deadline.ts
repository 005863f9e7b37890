// How long a request may take.

/** A signal that comes when the time is over or the caller has had enough. */
export class Deadline {
  readonly signal: AbortSignal;
  private readonly late = new AbortController();
  private readonly timer: ReturnType<typeof setTimeout>;

  constructor(ms: number, signal?: AbortSignal) {
    this.timer = setTimeout(() => this.late.abort(), Math.max(1, ms));
    this.signal = signal ? AbortSignal.any([signal, this.late.signal]) : this.late.signal;
  }

  get passed(): boolean {
    return this.late.signal.aborted;
  }

  over(): void {
    clearTimeout(this.timer);
  }
}
