// What a master does by the clock: writes signs of life, finds lost slaves, takes back their tasks.
import { getLogger } from "@logtape/logtape";
import { heal } from "../queue/blame";
import type { Queue } from "../queue/open";
import { tellProgress } from "../queue/progress";
import { findLost, takeBack } from "../queue/recover";
import { endRests, wakeWhenDue } from "../queue/timers";
import type { Dispatcher } from "./dispatch";

const journal = getLogger(["drqueue", "housekeeping"]);

/** So often what nobody waits for is tidied up, ms. */
const tidyMs = 2000;
/** At most so often it is told how far a job is, ms. */
const progressMs = 1000;

/** Keeps house until stopped: every wait is a fraction of the lease, at most a second. `tidy` is called every other second beside it. */
export function keepHouse(
  queue: Queue,
  dispatcher: Dispatcher,
  leaseMs: number,
  tidy: () => Promise<void>,
): { stop(): Promise<void> } {
  const everyMs = Math.min(1000, leaseMs / 4);
  // After a start, an outage, or a pause of this process or machine no slave is lost before it had a lease's time to call again.
  let patientUntil = performance.now() + leaseMs;
  let lookedAt = Date.now();
  let rounds = 0;
  const timers = wakeWhenDue(queue);
  const progress = tellProgress(queue);

  const round = async () => {
    await dispatcher.writeBeats();
    await timers();
    await endRests(queue);
    for (const name of await heal(queue))
      journal.info("slave {name} was sick for an hour and gets another chance", { name });
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

  const loops = [
    repeat(everyMs, round, () => {
      patientUntil = performance.now() + leaseMs;
    }),
    repeat(Math.min(tidyMs, leaseMs), tidy),
    repeat(progressMs, () => progress(dispatcher.moved)),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Takes a step again and again until stopped. A step that fails is told once, and taken again. */
function repeat(everyMs: number, step: () => Promise<void>, failed = () => {}): { stop(): Promise<void> } {
  let running = true;
  const loop = (async () => {
    let failing = false;
    while (running) {
      try {
        await step();
        if (failing) journal.info("housekeeping goes on");
        failing = false;
      } catch (error) {
        if (!failing) journal.error("housekeeping failed, trying again: {error}", { error: (error as Error).message });
        failing = true;
        failed();
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
