// What a master does by the clock: for itself, and, where it is the one who keeps house, for all.
import { getLogger } from "@logtape/logtape";
import { within } from "../local/deadline";
import { heal } from "../queue/blame";
import type { Queue } from "../queue/open";
import { tellProgress } from "../queue/progress";
import type { Pulse } from "../queue/pulse";
import { findLost, takeBack } from "../queue/recover";
import { endRests, wakeWhenDue } from "../queue/timers";
import type { Dispatcher } from "./dispatch";
import { type Meter, unmetered } from "./meter";
import { Patience } from "./patience";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "housekeeping"]);

/** So often what nobody waits for is tidied up, ms. */
const tidyMs = 2000;
/** At most so often it is told how far a job is, ms. */
const progressMs = 1000;
/** A master whose step takes longer leaves the house to another one, ms: longer than any statement may. */
const stuckMs = 90_000;

/** What it keeps house with. `tidy` is called every other second; `forAll`: by the one who keeps house. */
export type House = {
  queue: Queue;
  dispatcher: Pick<Dispatcher, "writeBeats" | "findUnheard" | "moved">;
  pulse: Pick<Pulse, "keepsHouse" | "houseTime" | "letGo">;
  leaseMs: number;
  tidy: (forAll: boolean) => Promise<void>;
  meter?: Pick<Meter, "ended">;
};

/** Keeps house until stopped: every wait is a fraction of the lease, at most a second. */
export function keepHouse({ queue, dispatcher, pulse, leaseMs, tidy, meter = unmetered }: House): {
  stop(): Promise<void>;
} {
  const everyMs = Math.min(1000, leaseMs / 4);
  const patience = new Patience(leaseMs, everyMs);
  let rounds = 0;
  const timers = wakeWhenDue(queue);
  const progress = tellProgress(queue);

  const round = async () => {
    await dispatcher.writeBeats();
    const now = await pulse.houseTime();
    if (now === undefined) return patience.begin();
    await timers();
    await endRests(queue);
    for (const name of await heal(queue))
      journal.info("slave {slave} was sick for an hour and gets another chance", { slave: name });
    if (!patience.isOver(now)) return;
    // As of the moment when all was well, however long it takes to get here.
    const lost = await findLost(queue, leaseMs, now);
    for (const name of lost)
      journal.warn("slave {slave} is lost: not heard of for {seconds} s", { slave: name, seconds: leaseMs / 1000 });
    // Now and then also without a new loss: what a master began that died half-way.
    if (lost.length === 0 && rounds++ % 15 !== 0) return;
    const tasks = await takeBack(queue);
    if (tasks === 0) return;
    meter.ended("lost", tasks);
    journal.warn("{tasks} tasks of lost slaves wait again", { tasks });
  };

  const loops = [
    repeat(
      everyMs,
      () => notStuck(round(), pulse),
      () => patience.begin(),
    ),
    repeat(Math.min(tidyMs, leaseMs), () => notStuck(tidy(pulse.keepsHouse), pulse)),
    repeat(progressMs, () => progress(dispatcher.moved)),
    repeat(leaseMs / 2, () => dispatcher.findUnheard()),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Waits for a step, not for ever: a master that stands still keeps no other one from keeping house. */
async function notStuck(step: Promise<void>, pulse: House["pulse"]): Promise<void> {
  if (await within(stuckMs, step)) return;
  pulse.letGo();
  throw new Error(`a step took longer than ${stuckMs / 1000} s`);
}

/** Takes a step again and again until stopped. A step that fails is told once, unless the database is away, and taken again. */
function repeat(everyMs: number, step: () => Promise<void>, failed = () => {}): { stop(): Promise<void> } {
  let running = true;
  const stopped = Promise.withResolvers<void>();
  const loop = (async () => {
    let failing = false;
    while (running) {
      try {
        await step();
        if (failing) journal.info("housekeeping goes on");
        failing = false;
      } catch (error) {
        // Of a database that is away it is told once, by who watches it.
        if (!failing && !isAway(error as Error)) {
          journal.error("housekeeping failed, trying again: {error}", { error: (error as Error).message });
          failing = true;
        }
        failed();
      }
      await within(everyMs, stopped.promise);
    }
  })();
  return {
    async stop() {
      running = false;
      stopped.resolve();
      await loop;
    },
  };
}
