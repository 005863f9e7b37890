// How runs ended, until the master knows it.

import type { EndedRun } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { brief } from "./reasons";

/** How many ended and acknowledged runs are remembered: an order for one of them that was delayed on the way is not carried out again. */
const mostSettled = 20_000;

/** The ends of runs. */
export class Results {
  private readonly ended = new Map<string, EndedRun>();
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

  add(run: RunKey, { message, ...how }: Omit<EndedRun, keyof RunKey>): void {
    this.ended.set(runName(run), { ...keyOf(run), ...how, ...(message && { message: brief(message) }) });
  }

  /** Those that the master does not know yet. */
  get unsent(): EndedRun[] {
    return [...this.ended.values()];
  }

  /** The master has these. Returns those of them that were news to it. */
  acknowledge(sent: readonly RunKey[]): RunKey[] {
    const settled = sent.filter((key) => this.ended.delete(runName(key)));
    for (const key of settled) this.settled.add(runName(key));
    // A set keeps the order of its values: the first are the oldest.
    for (const name of this.settled) {
      if (this.settled.size <= mostSettled) break;
      this.settled.delete(name);
    }
    return settled;
  }
}
