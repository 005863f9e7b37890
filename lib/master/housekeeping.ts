// What a master does by the clock: writes signs of life, finds lost slaves, takes back their tasks.
import { getLogger } from "@logtape/logtape";
import type { Queue } from "../queue/open";
import { findLost, takeBack } from "../queue/recover";
import type { Dispatcher } from "./dispatch";

const journal = getLogger(["drqueue", "housekeeping"]);

/** Keeps house until stopped. Every wait is a fraction of the lease, at most a second. */
export function keepHouse(queue: Queue, dispatcher: Dispatcher, leaseMs: number): { stop(): Promise<void> } {
  let running = true;
  const everyMs = Math.min(1000, leaseMs / 4);
  // After a start, an outage, or a pause of this process or machine no slave is lost before it had a lease's time to call again.
  let patientUntil = performance.now() + leaseMs;
  let lookedAt = Date.now();
  let rounds = 0;

  const round = async () => {
    await dispatcher.writeBeats();
    // The wall clock also tells of a machine that slept, and of a clock that was set: then the database's has jumped as well.
    const now = Date.now();
    if (Math.abs(now - lookedAt) > everyMs + leaseMs / 2) patientUntil = performance.now() + leaseMs;
    lookedAt = now;
    if (performance.now() < patientUntil) return;
    const lost = await findLost(queue, leaseMs);
    for (const name of lost)
      journal.warn("slave {name} is lost: not heard of for {seconds} s", { name, seconds: leaseMs / 1000 });
    // Now and then also without a new loss: what a master began that died half-way.
    if (lost.length === 0 && rounds++ % 15 !== 0) return;
    const tasks = await takeBack(queue);
    if (tasks > 0) journal.warn("{tasks} tasks of lost slaves wait again", { tasks });
  };

  const loop = (async () => {
    let failing = false;
    while (running) {
      try {
        await round();
        if (failing) journal.info("housekeeping goes on");
        failing = false;
      } catch (error) {
        if (!failing) journal.error("housekeeping failed, trying again: {error}", { error: (error as Error).message });
        failing = true;
        patientUntil = performance.now() + leaseMs;
      }
      await Bun.sleep(everyMs);
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
    },
  };
}
