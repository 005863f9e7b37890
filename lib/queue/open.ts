// Opens the queue's database: connections, migrations, and the channel on which masters wake each other.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** The database as every operation of this folder takes it. Do not keep `sql` or `db`: they are other ones after an outage. */
export type Queue = {
  readonly sql: postgres.Sql;
  readonly db: PostgresJsDatabase;
  /** Calls back now and after every renewal of the connections. */
  onRenewal(act: () => void): void;
  close(): Promise<void>;
};

/** A transaction of it. */
export type Tx = postgres.TransactionSql;

/** Where the database is: a URL, or the socket folder of a server on this machine. */
export type Place = { url: string } | { socketFolder: string; port: number; database: string; user: string };

const migrationLock = 4_877_101;
const channel = "drqueue";

/**
 * Statements here find few rows by index, joined one by one. Left to itself Postgres plans them once, on tables that are still empty,
 * to read whole tables, and keeps to that until it gathers statistics a minute or more later: 5,400 tasks/s fell to 1,500 meanwhile.
 */
const byIndex = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off" };

/** Brings the tables up to date and connects. Throws when the server cannot be reached or is older than 14. */
export async function openQueue(place: Place): Promise<Queue> {
  await bringUpToDate(place);
  return new Connections(place);
}

/**
 * Connections that are renewed, all of them, when one breaks: postgres.js 3.4 may leave one that broke in the middle of a write
 * mute for minutes, and would still give it queries, each of which fails only after the time for connecting.
 */
class Connections implements Queue {
  sql!: postgres.Sql;
  db!: PostgresJsDatabase;
  private readonly renewals: (() => void)[] = [];
  private closed = false;

  constructor(private readonly place: Place) {
    this.renew();
  }

  onRenewal(act: () => void): void {
    this.renewals.push(act);
    act();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.sql.end({ timeout: 5 });
  }

  private renew(): void {
    // More connections are slower for short writes: 8 measured better than 32 on 2 cores.
    const sql = connect(this.place, {
      max: 8,
      // By default each ends by itself after half an hour, which would look like a broken one here.
      max_lifetime: 0,
      connection: { application_name: "drqueue", statement_timeout: 60_000, lock_timeout: 20_000, ...byIndex },
      onclose: () => {
        if (this.closed || sql !== this.sql) return;
        this.renew();
        void sql.end({ timeout: 2 }).catch(() => {});
      },
    });
    this.sql = sql;
    this.db = drizzle(sql);
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
    // While the database is away a later renewal takes over; the last one of them tries on.
    for (const { sql } = queue; sql === queue.sql; await Bun.sleep(500)) {
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

async function bringUpToDate(place: Place): Promise<void> {
  // migrate() takes no lock, and of three masters that start at once two would crash: they take turns, on a connection each.
  const sql = connect(place, { max: 1 });
  try {
    const [version] = await sql`select current_setting('server_version_num')::int as number`;
    if (version?.number < 140_000)
      throw new Error("Postgres is too old: version 14 or newer is needed (multirange types)");
    await sql`select pg_advisory_lock(${migrationLock})`;
    await migrate(drizzle(sql), { migrationsFolder: migrationsFolder() });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** In a compiled binary the migrations lie beside every module; see lib/build. */
function migrationsFolder(): string {
  const embedded = join(import.meta.dir, "migrations");
  return existsSync(embedded) ? embedded : join(import.meta.dir, "../../migrations");
}

function connect(place: Place, more: postgres.Options<Record<string, never>>): postgres.Sql {
  // Seconds until a lost server is tried again: by default up to 20, and slaves would wait as long after an outage.
  const backoff = (tries: number) => Math.min(1, 0.05 * 2 ** tries);
  const options = { connect_timeout: 10, backoff, onnotice: () => {}, ...more };
  if ("url" in place) return postgres(place.url, options);
  // Said in full, since PGPORT and PGSSLMODE would fill what is left out.
  const { socketFolder: host, port, database, user: username } = place;
  return postgres({ ...options, host, port, ssl: false, database, username });
}
