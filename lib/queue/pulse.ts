// A connection of its own on which a master feels whether the database answers, and holds the lock of the one who keeps house.
import { getLogger } from "@logtape/logtape";
import type postgres from "postgres";
import { within } from "../local/deadline";
import { codeOf } from "./error-code";
import { houseLock } from "./locks";
import type { OpenQueue } from "./open";

const journal = getLogger(["drqueue", "database"]);

/**
 * In ms. `beat`: so often it asks. `answer`: a database that has not answered by then is away. `silence`: so long after the last word of
 * whoever holds the lock the server takes it back, also from a master that is frozen, or whose network is gone. `retry`: between tries.
 */
export type Tempo = { beat: number; answer: number; silence: number; retry: number };

const usual: Tempo = { beat: 1000, answer: 5000, silence: 5000, retry: 500 };

export class Pulse {
  /** Whether this master keeps house. */
  keepsHouse = false;
  /** Until then it leaves the house to others, by the clock of performance.now(). */
  private restsUntil = 0;
  private session: postgres.Sql | undefined;
  private away = false;
  private readonly tempo: Tempo;
  private readonly stopped = Promise.withResolvers<void>();
  private running = true;
  private readonly done: Promise<void>;

  /** `changed` is called when this master begins or ceases to keep house. */
  constructor(
    private readonly queue: OpenQueue,
    private readonly changed: () => void = () => {},
    tempo: Partial<Tempo> = {},
  ) {
    this.tempo = { ...usual, ...tempo };
    this.done = this.loop();
  }

  /** The database's clock, in ms, if this master keeps house at this moment; asked anew, as another may have taken over. */
  async houseTime(): Promise<number | undefined> {
    if (!this.keepsHouse) return undefined;
    const at = await this.beat();
    return this.keepsHouse ? at : undefined;
  }

  /** Lets another master keep house; this one offers itself again some seconds later. */
  letGo(): void {
    this.restsUntil = performance.now() + this.tempo.silence;
    this.end(this.session);
  }

  async stop(): Promise<void> {
    this.running = false;
    this.stopped.resolve();
    await this.done;
  }

  private async loop(): Promise<void> {
    while (this.running) {
      const known = this.session !== undefined;
      try {
        await this.beat();
        await within(this.tempo.beat, this.stopped.promise);
      } catch (error) {
        // A connection that broke is made again at once: whether the database is away, only that tells.
        if (known && codeOf(error) !== undefined) continue;
        if (this.running) this.miss(error as Error);
        await within(this.tempo.retry, this.stopped.promise);
      }
    }
    this.end(this.session);
  }

  /** Asks once, and takes the lock if it is to be had. Returns the database's clock; throws when there is no answer in time. */
  private async beat(): Promise<number> {
    const session = this.session ?? this.begin();
    try {
      const wants = !this.keepsHouse && performance.now() >= this.restsUntil;
      const asked = session`
        select pg_is_in_recovery() as standby, extract(epoch from clock_timestamp())::float8 * 1000 as at,
          case when ${wants} and not pg_is_in_recovery() then pg_try_advisory_lock(${houseLock}) else ${this.keepsHouse} end as mine`;
      // After a pause of this process the time is over before it has looked at what is there.
      if (!(await within(this.tempo.answer, asked)) && !(await within(this.tempo.beat, asked)))
        throw new Error(`no answer within ${this.tempo.answer / 1000} s`);
      const [row] = await asked;
      if (row!.standby) throw new Error("it is a standby, which takes no changes");
      if (session !== this.session) throw new Error("the connection was closed");
      this.found();
      this.keep(row!.mine);
      return row!.at;
    } catch (error) {
      this.end(session);
      throw error;
    }
  }

  private begin(): postgres.Sql {
    const session = this.queue.route.open({
      max: 1,
      max_lifetime: 0,
      fetch_types: false,
      connection: { application_name: "drqueue pulse", idle_session_timeout: this.tempo.silence },
      // A lock lives as long as its connection: what was asked on the next one would not hold it.
      onclose: () => this.end(session),
    });
    this.session = session;
    return session;
  }

  private end(session: postgres.Sql | undefined): void {
    if (!session || session !== this.session) return;
    this.session = undefined;
    this.keep(false);
    void session.end({ timeout: 0 }).catch(() => {});
  }

  private keep(mine: boolean): void {
    if (mine === this.keepsHouse) return;
    this.keepsHouse = mine;
    this.changed();
  }

  private found(): void {
    if (!this.away) return;
    this.away = false;
    journal.info("the database answers again");
    this.queue.find();
  }

  private miss(error: Error): void {
    this.queue.route.avoid(this.queue.route.address);
    if (this.away) return;
    this.away = true;
    journal.warn("the database is away: {error}; waiting for it", { error: error.message });
    this.queue.lose();
  }
}
