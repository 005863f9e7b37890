// What a master tells Prometheus: of the farm, as the database has it, and of its own work since it started.
import { Metrics, zeros } from "../local/metrics";
import { slaveWays } from "../overview";
import type { Queue } from "../queue/open";
import { answerTime, type Tally } from "../queue/tally";
import { jobStates, type Outcome, outcomes } from "../states";
import { Fresh } from "./fresh";
import type { Meter } from "./meter";

/** Where it looks when it is asked. */
export type Sources = {
  /** Syncs that are held until there is something for their slaves. */
  parked: () => number;
  keepsHouse: () => boolean;
  farm: Fresh<Tally>;
};

const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of a master. */
export class MasterMetrics extends Metrics implements Meter {
  private isDatabaseUp = true;
  private readonly answer: Fresh<number>;
  private readonly farm: Fresh<Tally>;
  private readonly handedOut = this.counter("drqueue_tasks_handed_out_total", "Tasks that this master handed out.");
  private readonly endedRuns = this.counter(
    "drqueue_tasks_ended_total",
    "Runs whose end was reported to this master, by how they ended.",
    "outcome",
  );
  private readonly syncs = this.histogram(
    "drqueue_sync_seconds",
    "From the arrival of a slave's sync to its answer, or until it is held since there is nothing for it.",
    quick,
  );
  private readonly rounds = this.histogram(
    "drqueue_round_seconds",
    "One round of the dispatcher: a transaction.",
    quick,
  );
  private readonly batches = this.histogram(
    "drqueue_round_syncs",
    "Syncs that one round answered.",
    [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  );
  private readonly failedRounds = this.counter(
    "drqueue_rounds_failed_total",
    "Rounds that failed and were taken back.",
  );
  private readonly requests = this.counter(
    "drqueue_requests_total",
    "Requests by the template of their route.",
    "method",
    "route",
    "status",
  );
  private readonly refusals = this.counter(
    "drqueue_requests_shed_total",
    "Requests that were refused at once since too many were under way.",
  );
  private readonly answers = this.histogram(
    "drqueue_request_seconds",
    "From a request to the beginning of its answer; of syncs there is drqueue_sync_seconds.",
    quick,
    "method",
    "route",
  );

  constructor(queue: Queue, { parked, keepsHouse, farm }: Sources) {
    super();
    this.farm = farm;
    const database = this.histogram(
      "drqueue_database_seconds",
      "A statement that does nothing, with its wait for a free connection; measured at most once a second, when metrics are read.",
      quick,
    );
    this.answer = new Fresh(
      async () => {
        const ms = await answerTime(queue);
        database.observe(ms / 1000);
        return ms;
      },
      { goodMs: 1000, patienceMs: 1000 },
    );
    this.gauge("drqueue_database_up", "Whether the database answers.", () => (this.isDatabaseUp ? 1 : 0));
    this.gauge("drqueue_parked_syncs", "Syncs that are held until there is something for their slaves.", parked);
    this.gauge(
      "drqueue_keeps_house",
      "Whether this master is the one that finds lost slaves and does what is due.",
      () => (keepsHouse() ? 1 : 0),
    );
    for (const outcome of outcomes) this.ended(outcome, 0);
    this.addFarm();
  }

  /** Whether the database answers within a second. */
  async findDatabase(): Promise<boolean> {
    this.isDatabaseUp = await this.answer.refresh();
    return this.isDatabaseUp;
  }

  /** Brings up to date what is read from the database. Waits two seconds at most. */
  async refresh(): Promise<void> {
    if (await this.findDatabase()) await this.farm.refresh();
  }

  synced(seconds: number): void {
    this.syncs.observe(seconds);
  }

  round(seconds: number, syncs: number): void {
    this.rounds.observe(seconds);
    this.batches.observe(syncs);
  }

  roundFailed(): void {
    this.failedRounds.inc();
  }

  handed(runs: number): void {
    this.handedOut.inc(runs);
  }

  ended(outcome: Outcome, runs = 1): void {
    this.endedRuns.inc({ outcome }, runs);
  }

  /** A request was answered. */
  answered = (method: string, route: string, status: number, seconds: number): void => {
    this.requests.inc({ method, route, status });
    if (route !== "/sync") this.answers.observe({ method, route }, seconds);
  };

  /** A request was refused for want of room. */
  shed = (): void => this.refusals.inc();

  /** What the database says is told only while it does. */
  private get now(): Tally | undefined {
    return this.isDatabaseUp ? this.farm.value : undefined;
  }

  private addFarm(): void {
    this.gaugeBy(
      "drqueue_jobs",
      "Jobs by state.",
      "state",
      () => this.now && { ...zeros(jobStates), ...this.now.jobs },
    );
    this.gauges(
      "drqueue_tasks",
      "Tasks of jobs that have not ended, by the pools of the job; `stopped` are those that wait in a stopped job.",
      ["pool", "state"],
      () =>
        (this.now?.tasks ?? []).flatMap(({ pool, ...states }) =>
          Object.entries(states).map(
            ([state, tasks]) => [{ pool, state }, tasks] as [Record<"pool" | "state", string>, number],
          ),
        ),
    );
    this.gaugeBy(
      "drqueue_slaves",
      "Slaves by state: those heard of, and what keeps them from work, lost ones, and those that took their leave.",
      "state",
      () => this.now && { ...zeros(slaveWays), ...this.now.slaves },
    );
    this.gaugeBy(
      "drqueue_slots",
      "Slots of slaves that are online; `closed` take no tasks, by settings, hours, foreign load or trouble.",
      "state",
      () => {
        if (!this.now) return undefined;
        const { lost: _, ...online } = this.now.slots;
        return online;
      },
    );
    this.gauge(
      "drqueue_stuck_runs",
      "Runs whose processes cannot be ended; they keep their slots.",
      () => this.now?.stuck,
    );
    this.gaugeBy(
      "drqueue_notices",
      "Messages to people that wait, and that were given up within the last week.",
      "state",
      () => this.now?.notices,
    );
  }
}
