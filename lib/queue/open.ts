// Opens the queue's database: its connections, and the channel on which masters wake each other.
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { type Options, Route } from "./connect";
import { bringUpToDate } from "./migrate";
import { type Place, serverAt } from "./place";

/**
 * The database as every operation of this folder takes it. Do not keep `sql` or `db`: they are other ones after an outage, and throw
 * during one.
 */
export type Queue = {
  readonly sql: postgres.Sql;
  readonly db: PostgresJsDatabase;
  /** Calls back now and after every renewal of the connections. */
  onRenewal(act: () => void): void;
  close(): Promise<void>;
};

/** A queue whose connections can be given up and come back. */
export type OpenQueue = Queue & {
  /** The same database over connections on which nobody else stands in line: handing out goes ahead of what people ask. */
  readonly ahead: Queue;
  /** The way to its server, for connections beside those of `sql`. */
  readonly route: Route;
  /** The database does not answer: what is under way fails, and what is asked of it fails at once until it is found again. */
  lose(): void;
  /** The database answers: connections to it are made anew. */
  find(): void;
};

/** A transaction of it. */
export type Tx = postgres.TransactionSql;

const channel = "drqueue";

/**
 * Statements here find few rows by index, joined one by one. Left to itself Postgres plans them once, on tables that are still empty,
 * to read whole tables, and keeps to that until it gathers statistics a minute or more later: 5,400 tasks/s fell to 1,500 meanwhile.
 */
const byIndex = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off" };

/** More connections are slower for short writes: 8 measured better than 32 on 2 cores. */
const most = { ahead: 3, others: 6 } as const;

const usual: Options = {
  // By default each ends by itself after half an hour, which would look like a broken one here.
  max_lifetime: 0,
  connection: {
    application_name: "drqueue",
    // What is read again under a lock must be what is there by then, whatever the server's own setting.
    default_transaction_isolation: "read committed",
    statement_timeout: 60_000,
    lock_timeout: 20_000,
    // A master that stands still, or whose machine has vanished, in the middle of a transaction: what it has locked nobody else can hand
    // out or report meanwhile.
    idle_in_transaction_session_timeout: 5000,
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 3,
    tcp_keepalives_count: 3,
    ...byIndex,
  },
};

/** Brings the tables up to date and connects. Throws when the server cannot be reached, is older than 14, or newer than this release. */
export async function openQueue(place: Place): Promise<OpenQueue> {
  const route = new Route(serverAt(place));
  await bringUpToDate(route);
  return new Connections(route, most.others, new Connections(route, most.ahead));
}

/**
 * Connections that are renewed, all of them, when one breaks: postgres.js 3.4 may leave one that broke in the middle of a write
 * mute for minutes, and would still give it queries, each of which fails only after the time for connecting.
 */
class Connections implements OpenQueue {
  private pool: { sql: postgres.Sql; db: PostgresJsDatabase } | undefined;
  private readonly renewals: (() => void)[] = [];
  private closed = false;

  constructor(
    readonly route: Route,
    private readonly most: number,
    private readonly first?: Connections,
  ) {
    this.renew();
  }

  get ahead(): Queue {
    return this.first ?? this;
  }

  get sql(): postgres.Sql {
    return this.there.sql;
  }

  get db(): PostgresJsDatabase {
    return this.there.db;
  }

  onRenewal(act: () => void): void {
    this.renewals.push(act);
    act();
  }

  lose(): void {
    this.first?.lose();
    const { pool } = this;
    this.pool = undefined;
    void pool?.sql.end({ timeout: 0 }).catch(() => {});
  }

  find(): void {
    this.first?.find();
    if (!this.pool && !this.closed) this.renew();
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.first?.close(), this.pool?.sql.end({ timeout: 5 })]);
  }

  private get there() {
    if (!this.pool) throw Object.assign(new Error("the database does not answer"), { code: "CONNECTION_LOST" });
    return this.pool;
  }

  private renew(): void {
    const sql = this.route.open({
      ...usual,
      max: this.most,
      onclose: () => {
        if (this.closed || sql !== this.pool?.sql) return;
        this.renew();
        void sql.end({ timeout: 2 }).catch(() => {});
      },
    });
    this.pool = { sql, db: drizzle(sql) };
    for (const act of this.renewals) act();
  }
}

/** What one master tells all: there may be work to hand out, these slaves hold runs that should end, or something is to be told. */
export type Wake = { work?: true; kill?: number[]; events?: true };

/** Wakes every master once the transaction is committed. */
export async function wake(tx: Tx | postgres.Sql, news: Wake): Promise<void> {
  // A payload has room for 8,000 bytes: a mass kill is told in several.
  const slaves = news.kill ?? [];
  for (let at = 0; at < slaves.length || at === 0; at += 500) {
    await tx`select pg_notify(${channel}, ${JSON.stringify({ ...news, kill: slaves.slice(at, at + 500) })})`;
  }
}

/** Calls `woken` for every wake, and once after each (re)connection, since wakes in between are not heard. */
export async function listen(queue: Queue, woken: (news: Wake) => void): Promise<void> {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  queue.onRenewal(async () => {
    // A later renewal takes over; the last one of them tries on.
    const { sql } = queue;
    const isCurrent = () => {
      try {
        return sql === queue.sql;
      } catch {
        return false;
      }
    };
    for (; isCurrent(); await Bun.sleep(500)) {
      try {
        await sql.listen(
          channel,
          (payload) => woken(JSON.parse(payload) as Wake),
          () => woken({ work: true, events: true }),
        );
        return resolve();
      } catch (error) {
        if ((error as { code?: string }).code === "CONNECTION_ENDED") return;
      }
    }
  });
  await listening;
}
