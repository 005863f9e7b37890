// What takes a while to find out is asked for at most every so often, whoever wants to know, and never waited for long.
import { within } from "../local/deadline";

/** So long an answer is good, at least, and so long who wants to know waits for a newer one, ms. */
export type Often = { goodMs: number; patienceMs: number };

/** An answer that costs much is good for so many times what it cost. */
const timesItsCost = 10;

/** The last answer to a question. */
export class Fresh<T> {
  /** Undefined until the first answer, and when the last try failed. */
  value: T | undefined;
  private dueAt = Number.NEGATIVE_INFINITY;
  private begunAt = 0;
  private underway: Promise<void> | undefined;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly often: Often,
    private readonly now = () => performance.now(),
  ) {}

  /** Asks again where that is due. Returns whether there is an answer and no later one is being waited for. */
  async refresh(): Promise<boolean> {
    if (!this.underway && this.now() >= this.dueAt) {
      this.begunAt = this.now();
      this.underway = this.try();
    }
    // Who comes while an answer is late does not wait as long again.
    const left = this.begunAt + this.often.patienceMs - this.now();
    if (this.underway && !(await within(Math.max(0, left), this.underway))) return false;
    return this.value !== undefined;
  }

  private async try(): Promise<void> {
    let restMs = this.often.goodMs;
    try {
      this.value = await this.ask();
      restMs = Math.max(restMs, (this.now() - this.begunAt) * timesItsCost);
    } catch {
      // What took long to fail is not asked less often for it: nobody would see that it can be answered again.
      this.value = undefined;
    }
    this.dueAt = this.now() + restMs;
    this.underway = undefined;
  }
}
