// Writes down all that a farm is, while it works: every table as it was at one moment.
import type postgres from "postgres";
import { BackupLines } from "../local/backup-file";
import { within } from "../local/deadline";
import { version } from "../local/program";
import { copyOut } from "./backup-copy";
import { knownMigrations, list, quoted, type TableNow, tablesNow } from "./backup-tables";
import type { Route } from "./connect";
import { Refusal } from "./refusal";

/**
 * The backup of a database, not packed yet, on a connection of its own. Nobody has to wait for it: it reads a snapshot. While it is
 * read, Postgres keeps what the farm replaces meanwhile. Throws a Refusal when a newer release has changed the tables.
 */
export async function* backup(route: Route): AsyncGenerator<Uint8Array, void> {
  const sql = route.open({
    max: 1,
    max_lifetime: 0,
    connection: {
      application_name: "drqueue backup",
      // Of many runs it takes an hour.
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 0,
      lock_timeout: 20_000,
      // How values are written must not depend on the server's taste.
      DateStyle: "ISO",
      TimeZone: "UTC",
      extra_float_digits: 3,
    },
  });
  let pid: number | undefined;
  try {
    const [session] = await sql`select pg_backend_pid() as pid`;
    pid = session!.pid;
    await sql`begin transaction isolation level repeatable read read only`;
    const lines = new BackupLines();
    const migrations = await migrationsOf(sql);
    const [now] = await sql`select now() as at, current_setting('server_version') as postgres`;
    const found = await tablesNow(sql);
    yield lines.header({
      release: version,
      postgres: now!.postgres,
      at: (now!.at as Date).toISOString(),
      migrations,
      sequences: found.flatMap(({ table, counted }) => counted.map((one) => ({ table, ...one }))),
    });
    for (const one of found) yield* rowsOf(sql, one, lines);
    yield lines.end();
    await sql`commit`;
    pid = undefined;
  } finally {
    if (pid !== undefined) await endSession(route, pid).catch(() => {});
    await sql.end({ timeout: pid === undefined ? 5 : 0 });
  }
}

/** Ends a session that would else go on to write rows which nobody reads. */
async function endSession(route: Route, pid: number): Promise<void> {
  const sql = route.open({ max: 1 });
  try {
    await within(6000, sql`select pg_terminate_backend(${pid}, 5000)`);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function* rowsOf(sql: postgres.Sql, { table, columns }: TableNow, lines: BackupLines) {
  yield lines.table(table, columns);
  for await (const bytes of copyOut(sql, `copy (select ${list(columns)} from ${quoted(table)}) to stdout`))
    yield lines.rows(bytes);
  yield lines.endTable();
}

/** The steps that brought the tables to their form. */
async function migrationsOf(sql: postgres.Sql): Promise<{ hash: string; createdAt: number }[]> {
  const [there] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as yes`;
  if (!there!.yes) throw new Refusal("conflict", "the database holds no farm: no master has used it yet");
  const rows = await sql`select hash, created_at from drizzle.__drizzle_migrations order by created_at`;
  const known = new Set(knownMigrations().map(({ createdAt }) => createdAt));
  const found = rows.map((row) => ({ hash: row.hash as string, createdAt: Number(row.created_at) }));
  // What it added would be left out.
  if (found.some(({ createdAt }) => !known.has(createdAt)))
    throw new Refusal("conflict", `a release newer than ${version} has changed the database: back it up with that one`);
  return found;
}
