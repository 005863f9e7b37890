// What people and programs read of slaves.
import { and, desc, getTableColumns, ilike, inArray, type SQL, sql } from "drizzle-orm";
import { slave as slaves } from "../../schema";
import type { SlaveFilter, SlavePage } from "../lists";
import type { Slave } from "../settings";
import type { Queue } from "./open";
import { behind, namePattern, pageOf, sorted } from "./page";
import { Refusal } from "./refusal";

const byName = { name: "name", key: { column: slaves.name, as: "text" }, id: slaves.id } as const;

/** All slaves by name. */
export async function allSlaves(queue: Queue): Promise<Slave[]> {
  const rows = await queue.db.select().from(slaves).orderBy(slaves.name, slaves.id);
  return rows.map(slaveShown);
}

/** A page of slaves by name. Throws a Refusal for a cursor of another list. */
export async function listSlaves(queue: Queue, filter: SlaveFilter): Promise<SlavePage> {
  const { order, key } = sorted(byName);
  const wanted: SQL[] = [];
  if (filter.state) wanted.push(inArray(slaves.state, [filter.state].flat()));
  if (filter.pool) wanted.push(sql`${slaves.settings} -> 'pools' @> to_jsonb(${filter.pool}::text)`);
  if (filter.name) wanted.push(ilike(slaves.name, namePattern(filter.name)));
  if (filter.slaves) wanted.push(inArray(slaves.id, filter.slaves));
  if (filter.cursor) wanted.push(behind(byName, filter.cursor));
  const found = await queue.db
    .select({ ...getTableColumns(slaves), cursorKey: key })
    .from(slaves)
    .where(and(...wanted))
    .orderBy(...order)
    .limit(filter.limit + 1);
  const keyed = found.map(({ cursorKey, ...row }) => ({ id: row.id, key: cursorKey, row }));
  const { rows, ...more } = pageOf(byName, keyed, filter.limit);
  return { slaves: rows.map(({ row }) => slaveShown(row)), ...more };
}

/** A slave by name, the one heard of last when several carry it, or by number. Throws a Refusal when there is none. */
export async function readSlave(queue: Queue, name: string): Promise<Slave> {
  const byNumber = /^\d{1,9}$/.test(name) ? sql` or ${slaves.id} = ${Number(name)}` : sql``;
  const [row] = await queue.db
    .select()
    .from(slaves)
    .where(sql`${slaves.name} = ${name}${byNumber}`)
    .orderBy(desc(slaves.seenAt))
    .limit(1);
  if (!row) throw new Refusal("unknown", `there is no slave '${name.slice(0, 60)}'`);
  return slaveShown(row);
}

function slaveShown(row: typeof slaves.$inferSelect): Slave {
  const { key: _, instance: __, home: ___, software, seenAt, sickSince, ...rest } = row;
  return { ...rest, version: software, seenAt: seenAt.toISOString(), sickSince: sickSince?.toISOString() ?? null };
}
