// How runs ended, until the master knows it.

import type { EndedRun } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { brief } from "./reasons";

/** How many ended and acknowledged runs are remembered: an order for one of them that was delayed on the way is not carried out again. */
const mostSettled = 20_000;

/** A run that has ended, and the log that it wrote, if it was started. */
export type Settled = { run: RunKey; log: string | undefined };

/** The ends of runs. */
export class Results {
  private readonly ended = new Map<string, { end: EndedRun; log: string | undefined }>();
  private readonly settled = new Set<string>();

  /** Whether this run has ended and the master does not know it yet. */
  isUnsent(name: string): boolean {
    return this.ended.has(name);
  }

  /** Whether the master knows that this run has ended, as far as that is remembered. */
  isSettled(name: string): boolean {
    return this.settled.has(name);
  }

  get count(): number {
    return this.ended.size;
  }

  /** None of them is for this slave to report any more. */
  clear(): void {
    this.ended.clear();
  }

  add(run: RunKey, { message, ...how }: Omit<EndedRun, keyof RunKey>, log?: string): void {
    const end = { ...keyOf(run), ...how, ...(message && { message: brief(message) }) };
    this.ended.set(runName(run), { end, log });
  }

  /** Those that the master does not know yet. */
  get unsent(): EndedRun[] {
    return [...this.ended.values()].map(({ end }) => end);
  }

  /** The master has these. Returns those of them that were news to it. */
  acknowledge(sent: readonly RunKey[]): Settled[] {
    const settled = sent.flatMap((run) => {
      const one = this.ended.get(runName(run));
      return one ? [{ run, log: one.log }] : [];
    });
    for (const { run } of settled) {
      this.ended.delete(runName(run));
      this.settled.add(runName(run));
    }
    // A set keeps the order of its values: the first are the oldest.
    for (const name of this.settled) {
      if (this.settled.size <= mostSettled) break;
      this.settled.delete(name);
    }
    return settled;
  }
}
