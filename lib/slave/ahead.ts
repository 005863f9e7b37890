// How many tasks a slave asks for beyond its slots: while tasks are so short that slots would idle for a round trip, a few.

/** Runs shorter than this on average are asked for a few ahead, ms. */
const shortRunMs = 400;
/** So much work is asked for ahead: what a round trip to the master may take on a busy farm, ms. */
const aheadMs = 60;

/** Knows how long tasks take of late. */
export class Ahead {
  private meanMs = shortRunMs * 10;

  /** A run has ended after so long. */
  learn(ranMs: number): void {
    this.meanMs = this.meanMs * 0.8 + ranMs * 0.2;
  }

  /** Tasks to ask for beyond `slots`, given those that run. */
  count(slots: number, running: Iterable<{ begun: number }>): number {
    if (this.meanMs >= shortRunMs) return 0;
    // A slot whose task has turned out long will not be free soon, whatever the mean says.
    const now = performance.now();
    let quick = slots;
    for (const { begun } of running) if (now - begun > shortRunMs) quick--;
    return Math.ceil(Math.min(4, aheadMs / this.meanMs) * Math.max(0, quick));
  }
}
