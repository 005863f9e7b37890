// Brings a farm back from a backup: into an empty database, in one transaction.
import type postgres from "postgres";
import type { BackupHeader } from "../local/backup-file";
import type { BackupPiece } from "../local/backup-read";
import { PlainError, version } from "../local/program";
import { CopyIn } from "./backup-copy";
import { knownMigrations, list, type Migration, migrateBy, quoted, tables, tablesNow } from "./backup-tables";
import type { Route } from "./connect";
import { migrationLock } from "./locks";
import { goOn, type Numbers, passOverAttempts, rowsBefore, tellAgain } from "./restore-numbers";

/** What came back. `running`: tasks that ran at that moment. `numbers`: what the next ones have at least. */
export type Restored = {
  header: BackupHeader;
  rows: Record<string, number>;
  running: number;
  numbers: Numbers;
  token: string | undefined;
};

/**
 * Fills an empty database from a backup; the tables are made as the backup's release had them, and then brought up to date. With `past`
 * the farm went on after the backup: numbers that it gave out since then are not used again. Throws a PlainError for a backup of a
 * newer release and for a database that is not empty; the database is then as it was.
 */
export async function restore(
  route: Route,
  pieces: AsyncIterable<BackupPiece>,
  { past }: { past: boolean },
): Promise<Restored> {
  const sql = route.open({
    max: 1,
    max_lifetime: 0,
    connection: {
      application_name: "drqueue restore",
      statement_timeout: 0,
      idle_in_transaction_session_timeout: 0,
      lock_timeout: 20_000,
    },
  });
  try {
    const restored = await sql.begin((tx) => fill(tx, pieces, past));
    // Else it would be planned as for empty tables until Postgres looks by itself.
    for (const table of tables) await sql.unsafe(`analyze ${quoted(table)}`);
    return restored as Restored;
  } catch (error) {
    throw inWords(error as Error & { code?: string });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function fill(tx: postgres.TransactionSql, pieces: AsyncIterable<BackupPiece>, past: boolean): Promise<Restored> {
  await tx`select pg_advisory_xact_lock(${migrationLock})`;
  await refuseOccupied(tx);
  let header: BackupHeader | undefined;
  let later: Migration[] = [];
  let copy: CopyIn | undefined;
  let columnsOfEvents: string[] = [];
  try {
    for await (const piece of pieces) {
      if (piece.kind === "header") {
        header = piece.header;
        later = await makeTables(tx, header);
      } else if (piece.kind === "table") {
        if (piece.table === "event") columnsOfEvents = piece.columns;
        else await tx.unsafe(`alter table ${quoted(piece.table)} disable trigger user`);
        const into = piece.table === "event" ? await rowsBefore(tx) : piece.table;
        copy = await CopyIn.begin(tx, `copy ${quoted(into)} (${list(piece.columns)}) from stdin`);
      } else if (piece.kind === "rows") {
        await copy!.write(piece.bytes);
      } else if (piece.kind === "tableEnd") {
        const rows = await copy!.end();
        copy = undefined;
        if (rows !== piece.rows) throw new Error(`${piece.rows} rows of ${piece.table} came as ${rows}`);
        if (piece.table !== "event") await tx.unsafe(`alter table ${quoted(piece.table)} enable trigger user`);
      } else {
        const { at, sequences } = header!;
        const job = await goOn(tx, sequences, past ? new Date(at) : undefined);
        await tellAgain(tx, columnsOfEvents, sequences);
        const [running] = await tx`select coalesce(sum(running_count), 0)::int as tasks from job`;
        const [farm] = await tx`select token from farm`;
        for (const step of later) await migrateBy(tx, step);
        const numbers = { job, attempt: past ? await passOverAttempts(tx) : 1 };
        return { header: header!, rows: piece.rows, running: running!.tasks, numbers, token: farm?.token };
      }
    }
    throw new Error("the backup has no end");
  } catch (error) {
    // The connection wants rows: no other statement would be understood.
    await copy?.abandon(error as Error);
    throw error;
  }
}

/** Makes the tables as they were there. Returns the steps that bring them up to date. */
async function makeTables(tx: postgres.TransactionSql, { migrations, release }: BackupHeader): Promise<Migration[]> {
  const known = knownMigrations();
  const taken = new Set(migrations.map(({ createdAt }) => createdAt));
  if (migrations.some(({ createdAt }) => !known.some((one) => one.createdAt === createdAt)))
    throw new PlainError(
      `the backup is of DrQueue ${release}, whose tables this release (${version}) does not know: restore it with ${release} or newer`,
    );
  for (const step of known) if (taken.has(step.createdAt)) await migrateBy(tx, step);
  return known.filter(({ createdAt }) => !taken.has(createdAt));
}

async function refuseOccupied(tx: postgres.TransactionSql): Promise<void> {
  const [server] = await tx`select current_setting('server_version_num')::int as number`;
  if (server!.number < 140_000)
    throw new PlainError("Postgres is too old: version 14 or newer is needed (multirange types)");
  if (await hasTables(tx))
    throw new PlainError("the database is not empty, it has tables of a farm: restore into an empty one (createdb)");
}

/** Whether a database has no tables of a farm. */
export async function isEmpty(route: Route): Promise<boolean> {
  const sql = route.open({ max: 1 });
  try {
    return !(await hasTables(sql));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function hasTables(sql: postgres.Sql | postgres.TransactionSql): Promise<boolean> {
  const [there] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as yes`;
  return there!.yes || (await tablesNow(sql)).length > 0;
}

/** What people can do something about. */
function inWords(error: Error & { code?: string }): Error {
  if (error.code === "53100")
    return new PlainError("the disk of the database is full: nothing was restored; free some space and try again");
  if (error.code === "42501")
    return new PlainError(`the user of the database may not do it: ${error.message}; nothing was restored`);
  return error;
}
