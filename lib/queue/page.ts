// Pages of long lists: each goes on behind the last row of the one before, found by an index, however far that is.
import { type AnyColumn, asc, desc, type SQL, sql } from "drizzle-orm";
import { Refusal } from "./refusal";

/** What a list is sorted by: a column, and how a cursor holds its value. Rows that are alike go by their number. */
export type Key = { column: AnyColumn; as: "text" | "integer" | "moment" };

/** How a list is sorted. `name`: the word for it, with - when it falls. */
export type Sorting = { name: string; key: Key; id: AnyColumn };

/** The place of a row in a list, as text for whoever asks for what follows. */
export function cursorOf({ name }: Sorting, row: { id: number; key: string }): string {
  return Buffer.from(JSON.stringify([name, row.key, row.id])).toString("base64url");
}

/** The sorting for a statement: its order, and the value of the key as a cursor holds it. */
export function sorted({ name, key, id }: Sorting): { order: SQL[]; key: SQL<string> } {
  const way = name.startsWith("-") ? desc : asc;
  // Postgres knows a microsecond, a Date only a millisecond: rows between two would be told twice, or not at all.
  const value = key.as === "moment" ? sql`(extract(epoch from ${key.column}) * 1000000)::bigint` : sql`${key.column}`;
  return { order: key.column === id ? [way(id)] : [way(key.column), way(id)], key: sql<string>`${value}::text` };
}

/** The condition for rows behind a cursor. Throws a Refusal for a text that is no cursor of this list. */
export function behind(sorting: Sorting, cursor: string): SQL {
  const { key, id } = sorting;
  const [value, number] = read(sorting, cursor);
  const sign = sql.raw(sorting.name.startsWith("-") ? "<" : ">");
  if (key.column === id) return sql`${id} ${sign} ${number}`;
  const there =
    key.as === "moment"
      ? sql`timestamptz 'epoch' + ${value}::bigint * interval '1 microsecond'`
      : sql`${value}::${sql.raw(key.as)}`;
  return sql`(${key.column}, ${id}) ${sign} (${there}, ${number})`;
}

function read({ name, key }: Sorting, cursor: string): [value: string, id: number] {
  try {
    const [sort, value, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const whole = key.as === "text" ? (value as string).isWellFormed() : /^-?\d{1,16}$/.test(value as string);
    const fits = key.as !== "integer" || Math.abs(Number(value)) <= 2_147_483_647;
    if (sort === name && whole && fits && !(value as string).includes("\0") && isNumber(id))
      return [value as string, id];
  } catch {
    // Told below.
  }
  throw new Refusal("invalid", `cursor: not one of a list sorted by '${name}': take 'next' of the page before`);
}

function isNumber(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) <= 2_147_483_647;
}

/** Cuts a page out of rows of which one more was asked for than it has room for; `next` when there are more. */
export function pageOf<R extends { id: number; key: string }>(
  sorting: Sorting,
  rows: readonly R[],
  limit: number,
): { rows: readonly R[]; next?: string } {
  if (rows.length <= limit) return { rows };
  const page = rows.slice(0, limit);
  return { rows: page, next: cursorOf(sorting, page.at(-1)!) };
}

/** Part of a name as a pattern; * stands for anything. */
export function namePattern(name: string): string {
  return `%${name.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%")}%`;
}
