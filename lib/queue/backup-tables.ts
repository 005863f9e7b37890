// What a backup holds: every table of the farm, but not who is at work on it.
import { getTableName, is } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { PgTable } from "drizzle-orm/pg-core";
import type postgres from "postgres";
import * as schema from "../../schema";
import { migrationsFolder } from "./migrate";

/** Masters write themselves down when they start. */
const living: readonly string[] = [getTableName(schema.master)];

/** The tables by name. */
export const tables: readonly string[] = Object.values(schema)
  .filter((one) => is(one, PgTable))
  .map((one) => getTableName(one))
  .filter((name) => !living.includes(name));

/** A table as the database has it. `columns`: those that Postgres does not make itself; `counted`: those with numbers that it gives out. */
export type TableNow = { table: string; columns: string[]; counted: { column: string; last: number }[] };

/** The tables as a database has them, which may be of an earlier release. */
export async function tablesNow(sql: postgres.Sql | postgres.TransactionSql): Promise<TableNow[]> {
  const rows = await sql`
    select named.name, attname as column, attidentity <> '' as counted,
      case when attidentity <> '' then coalesce(pg_sequence_last_value(
        pg_get_serial_sequence(quote_ident(named.name), attname)::regclass), 0) end as last
    from unnest(${tables as string[]}::text[]) with ordinality as named(name, place)
    join pg_attribute on attrelid = to_regclass(quote_ident(named.name)) and attnum > 0 and not attisdropped and attgenerated = ''
    order by place, attnum`;
  return [...Map.groupBy(rows, (row) => row.name as string)].map(([table, columns]) => ({
    table,
    columns: columns.map(({ column }) => column as string),
    counted: columns.filter(({ counted }) => counted).map(({ column, last }) => ({ column, last: Number(last) })),
  }));
}

/** One step that brings tables to a new form. */
export type Migration = { hash: string; createdAt: number; statements: string[] };

/** All steps that this release knows, the first one first. */
export function knownMigrations(): Migration[] {
  return readMigrationFiles({ migrationsFolder: migrationsFolder() }).map(({ hash, folderMillis, sql }) => ({
    hash,
    createdAt: folderMillis,
    statements: sql,
  }));
}

/** Takes one of them, and notes it where the migrator of Drizzle looks. */
export async function migrateBy(tx: postgres.TransactionSql, { hash, createdAt, statements }: Migration) {
  await tx.unsafe("create schema if not exists drizzle");
  await tx.unsafe(
    "create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
  );
  for (const statement of statements) await tx.unsafe(statement);
  await tx`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${createdAt})`;
}

/** The name of a table or column in a statement. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names of columns in a statement. */
export function list(columns: readonly string[]): string {
  return columns.map(quoted).join(", ");
}
