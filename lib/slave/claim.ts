// Whether this process is the slave it says it is: its data folder may have been copied, and the original may live.

/** By so much must the other one have been heard after this one was told of it, ms: the master writes down in steps when it heard a slave. */
const marginMs = 2000;

/** A slave's claim to its identity. `contested`: no master has accepted it yet, or one has said that another process lives by it. */
export class Claim {
  private toldAt: number | undefined;

  constructor(public contested: boolean) {}

  /**
   * A master refused a sync that was sent at `sentAt`, since another process was heard `heardMs` before. `copy`: that one is proven to
   * live beside this one. `news`, then `open`: it may be the last life of this very slave, which died a moment ago. Times as of
   * performance.now().
   */
  refused(sentAt: number, heardMs: number, now: number): "news" | "open" | "copy" {
    this.contested = true;
    if (this.toldAt !== undefined) return sentAt - heardMs > this.toldAt + marginMs ? "copy" : "open";
    this.toldAt = now;
    return "news";
  }

  accepted(): void {
    this.contested = false;
    this.toldAt = undefined;
  }
}
