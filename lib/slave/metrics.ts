// What a slave tells Prometheus: itself as it is when it is asked, and what it did since it started.
import { freemem } from "node:os";
import { Metrics } from "../local/metrics";
import { type EndReason, endReasons } from "../states";

/** The slave's runs, as far as they are counted. */
type Runs = {
  runningCount: number;
  held: readonly unknown[];
  stuck: readonly unknown[];
  unsent: readonly unknown[];
  problem: string | undefined;
};

/** Where it looks when it is asked. */
export type Sources = { work: () => Runs; slots: () => number; connected: () => boolean; uploads: () => number };

/** Counts starts and ends of runs. */
export type Meter = {
  /** The jobscript runs, so long after the order came, s. */
  started(seconds: number): void;
  ended(reason: EndReason): void;
};

/** The metrics of a slave. */
export class SlaveMetrics extends Metrics implements Meter {
  private readonly starts = this.histogram(
    "drqueue_slave_start_seconds",
    "From the order to run a task until its jobscript runs; tasks ordered ahead wait for a slot.",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  );
  private readonly ends = this.counter("drqueue_slave_runs_ended_total", "Runs that ended, by why.", "reason");

  constructor({ work, slots, connected, uploads }: Sources) {
    super();
    for (const reason of endReasons) this.ends.inc({ reason }, 0);
    this.gauge("drqueue_slave_connected", "Whether a master answered the last sync.", () => (connected() ? 1 : 0));
    this.gauge("drqueue_slave_slots", "Tasks at a time, by its settings.", slots);
    this.gauge("drqueue_slave_running", "Runs whose processes live.", () => work().runningCount);
    this.gauge("drqueue_slave_held", "Runs that hold a slot, or wait for one here.", () => work().held.length);
    this.gauge("drqueue_slave_stuck", "Runs whose processes cannot be ended.", () => work().stuck.length);
    this.gauge("drqueue_slave_unsent_results", "Ended runs that no master knows yet.", () => work().unsent.length);
    this.gauge("drqueue_slave_uploads_pending", "Logs that wait to be brought to the master's store.", uploads);
    this.gauge("drqueue_slave_problem", "Whether trouble of its machine keeps it from all tasks.", () =>
      work().problem === undefined ? 0 : 1,
    );
    this.gauge("drqueue_slave_free_memory_bytes", "Memory of its machine that programs may still have.", freemem);
  }

  started(seconds: number): void {
    this.starts.observe(seconds);
  }

  ended(reason: EndReason): void {
    this.ends.inc({ reason });
  }
}
