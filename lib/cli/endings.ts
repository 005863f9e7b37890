// How jobs ended that delete themselves once they are finished: who only looks now and then may come too late to see it.
import type { Client } from "../client";
import { type JobState, jobStates } from "../states";

/** An event may come a moment after the deletion was seen, ms. */
const lateMs = 2000;

/** Listens for the deletion of jobs. */
export class Endings {
  private readonly states = new Map<number, JobState>();
  private readonly stop = new AbortController();
  private listening = false;

  constructor(private readonly client: Client) {}

  /** From now on the last state of any job that is deleted is known. */
  listen(): void {
    if (this.listening) return;
    this.listening = true;
    // A master without events leaves it unknown.
    void this.read().catch(() => {});
  }

  /** The state in which a job was deleted; undefined when that was not heard. */
  async stateOf(job: number): Promise<JobState | undefined> {
    const deadline = performance.now() + lateMs;
    while (this.listening && !this.states.has(job) && performance.now() < deadline) await Bun.sleep(20);
    return this.states.get(job);
  }

  close(): void {
    this.stop.abort();
  }

  private async read(): Promise<void> {
    for await (const event of this.client.events({ types: ["job.deleted"], signal: this.stop.signal })) {
      if (event.type === "reset" || event.job === null) continue;
      const state = jobStates.find((one) => one === event.data.state);
      if (state) this.states.set(event.job, state);
    }
  }
}
