// Databases as earlier releases left them, kept as text, one file a release; how they are written, and loaded at the level they had.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

const migrations = resolve(import.meta.dir, "../../migrations");

/** A kept database. `level`: the last migration of its release. `madeAt`: when it was written, as Postgres says it. */
export type Fixture = { release: string; level: string; madeAt: string; tables: { into: string; rows: string }[] };

type Journal = { entries: { tag: string }[] };
const journal = JSON.parse(readFileSync(join(migrations, "meta/_journal.json"), "utf8")) as Journal;

/** The last migration there is in a folder of migrations. */
export function lastLevel(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8")) as Journal).entries.at(-1)!.tag;
}

/** The migrations behind a level, the oldest first. */
export function migrationsAfter(level: string): { tag: string; sql: string }[] {
  const at = journal.entries.findIndex(({ tag }) => tag === level);
  if (at < 0) throw new Error(`there is no migration ${level}`);
  return journal.entries
    .slice(at + 1)
    .map(({ tag }) => ({ tag, sql: readFileSync(join(migrations, `${tag}.sql`), "utf8") }));
}

/** All that are kept, the oldest release first. */
export function fixtures(): Fixture[] {
  return readdirSync(import.meta.dir)
    .filter((name) => name.endsWith(".sql"))
    .map((name) => parse(readFileSync(join(import.meta.dir, name), "utf8")))
    .sort((a, b) => Bun.semver.order(a.release, b.release));
}

/** Writes a database down as text, table by table, as COPY does: every column but those that Postgres makes itself. */
export async function describe(url: string, release: string, level: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [now] = await sql`select now()::text as now`;
    const tables = await sql`
      select table_name as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
      from information_schema.columns where table_schema = 'public' and is_generated = 'NEVER' group by 1 order by 1`;
    let text = `-- release ${release}, migrations up to ${level}, made at ${now!.now}\n`;
    for (const { name, columns } of tables) {
      const rows = await sql.unsafe(`copy (select ${columns} from "${name}" order by 1, 2) to stdout`).readable();
      text += `COPY "${name}" (${columns}) FROM stdin;\n${await new Response(rows as never).text()}\\.\n`;
    }
    return text;
  } finally {
    await sql.end();
  }
}

function parse(text: string): Fixture {
  const [, release, level, madeAt] = /^-- release (\S+), migrations up to (\S+), made at (.+)$/m.exec(text) ?? [];
  if (!release || !level || !madeAt) throw new Error("a kept database begins with its release, level and time");
  const tables = [...text.matchAll(/^(COPY .*);\n([\s\S]*?)^\\\.\n/gm)].map(([, into, rows]) => ({
    into: into!,
    rows: rows!,
  }));
  return { release, level, madeAt, tables };
}

/** Makes the tables of an empty database as they were at a level. */
export async function migrateTo(url: string, level: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-level-"));
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const at = journal.entries.findIndex(({ tag }) => tag === level);
    const entries = journal.entries.slice(0, at + 1);
    mkdirSync(join(folder, "meta"));
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) symlinkSync(join(migrations, `${tag}.sql`), join(folder, `${tag}.sql`));
    await migrate(drizzle(sql), { migrationsFolder: folder });
  } finally {
    await sql.end();
    rmSync(folder, { recursive: true });
  }
}

/** Fills an empty database with what is kept, at its level, as if its masters had been switched off just now. */
export async function load({ level, madeAt, tables }: Fixture, url: string): Promise<void> {
  await migrateTo(url, level);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    // What is loaded has happened long ago: triggers are not to tell of it.
    await sql`set session_replication_role = replica`;
    for (const { into, rows } of tables) {
      const stream = await sql.unsafe(into).writable();
      stream.end(rows);
      await finished(stream);
    }
    const columns = await sql`
      select table_name as table, column_name as column, data_type = 'timestamp with time zone' as moment,
        pg_get_serial_sequence(quote_ident(table_name), column_name) as sequence
      from information_schema.columns where table_schema = 'public'`;
    for (const { table, column, moment, sequence } of columns) {
      if (moment)
        await sql`update ${sql(table)} set ${sql(column)} = ${sql(column)} + (now() - ${madeAt}::timestamptz)`;
      if (sequence)
        await sql`select setval(${sequence}, (select coalesce(max(${sql(column)}), 0) + 1 from ${sql(table)}), false)`;
    }
  } finally {
    await sql.end();
  }
}
