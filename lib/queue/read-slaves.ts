// What people and programs read of slaves.
import { desc, sql } from "drizzle-orm";
import { slave as slaves } from "../../schema";
import type { Slave } from "../settings";
import type { Queue } from "./open";
import { Refusal } from "./refusal";

/** All slaves by name. */
export async function listSlaves(queue: Queue): Promise<Slave[]> {
  const rows = await queue.db.select().from(slaves).orderBy(slaves.name, desc(slaves.seenAt));
  return rows.map(slaveShown);
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
  const { key: _, software, seenAt, sickSince, ...rest } = row;
  return { ...rest, version: software, seenAt: seenAt.toISOString(), sickSince: sickSince?.toISOString() ?? null };
}
