// Writes down how the farm is, minute by minute: each master what was reported to it, the one who keeps house also how all of it is.
import { addMinute, type Counted, forgetHistory, type Gauges } from "../queue/history";
import type { Queue } from "../queue/open";
import type { Tally } from "../queue/tally";

const minuteMs = 60_000;

/** `done`: what was counted; what is written is taken off. `tally`: how the farm is now. `now`: ms. */
export type Noted = { queue: Queue; done: Counted; tally: () => Promise<Tally>; now?: () => number };

/** Writes history when a minute is over. While the database is away what was counted is kept, for the first minute in which it is back. */
export class History {
  private readonly now: () => number;
  private minute: number;

  constructor(private readonly noted: Noted) {
    this.now = noted.now ?? Date.now;
    this.minute = this.thisMinute;
  }

  /** Called every few seconds. `forAll`: by the one who keeps house. */
  async tidy(forAll: boolean): Promise<void> {
    const minute = this.thisMinute;
    if (minute === this.minute) return;
    const { queue, tally } = this.noted;
    await this.add(forAll ? gaugesOf(await tally()) : undefined);
    this.minute = minute;
    if (forAll) await forgetHistory(queue);
  }

  /** Writes what was counted so far, before the master ends. */
  stop(): Promise<void> {
    return this.add();
  }

  private async add(gauges?: Gauges): Promise<void> {
    const { queue, done } = this.noted;
    const counted = { ...done };
    if (counted.frames + counted.failed === 0 && !gauges) return;
    await addMinute(queue, counted, gauges);
    // Not before it is written, and meanwhile there may be more.
    done.frames -= counted.frames;
    done.failed -= counted.failed;
  }

  private get thisMinute(): number {
    return Math.floor(this.now() / minuteMs);
  }
}

function gaugesOf({ tasks, slots }: Tally): Gauges {
  return { waiting: tasks.reduce((sum, { waiting }) => sum + waiting, 0), ...slots };
}
