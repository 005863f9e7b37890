// Opens the queue's database: connections, migrations, and the channel on which masters wake each other.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** The database as every operation of this folder takes it. */
export type Queue = { readonly sql: postgres.Sql; readonly db: PostgresJsDatabase };

/** A transaction of it. */
export type Tx = postgres.TransactionSql;

/** Where the database is: a URL, or the socket folder of a server on this machine. */
export type Place = { url: string } | { socketFolder: string; port: number; database: string; user: string };

const migrationLock = 4_877_101;
const channel = "drqueue";

/** Brings the tables up to date and connects. Throws when the server cannot be reached or is older than 14. */
export async function openQueue(place: Place): Promise<Queue> {
  await bringUpToDate(place);
  // More connections are slower for short writes: 8 measured better than 32 on 2 cores.
  const sql = connect(place, {
    max: 8,
    connection: { application_name: "drqueue", statement_timeout: 60_000, lock_timeout: 20_000 },
  });
  return { sql, db: drizzle(sql) };
}

/** Ends all connections; running statements get 5 s. */
export async function closeQueue(queue: Queue): Promise<void> {
  await queue.sql.end({ timeout: 5 });
}

/** What one master tells all: there may be work to hand out, or these slaves hold runs that should end. */
export type Wake = { work?: true; kill?: number[] };

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
  await queue.sql.listen(
    channel,
    (payload) => woken(JSON.parse(payload) as Wake),
    () => woken({ work: true }),
  );
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
