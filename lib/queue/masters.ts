// The masters of one database, as each of them says that it is there.
import { master } from "../../schema";
import type { MasterSeen } from "../protocol";
import type { Queue } from "./open";

/** What a master says of itself. `id` is that of its process. */
export type Self = Omit<MasterSeen, "startedAt" | "seenAt">;

/** A master not seen for so long is forgotten, ms. */
const forgottenMs = 3_600_000;

/** Writes that this master is there now, in place of one that was there before. Where it keeps house, no other one does any more. */
export async function announce(queue: Queue, { id, address, port, software, keepsHouse }: Self): Promise<void> {
  await queue.sql`
    with before as (delete from master where address = ${address} and port = ${port} and id <> ${id})
    insert into master (id, address, port, software, keeps_house)
    values (${id}, ${address}, ${port}, ${software}, ${keepsHouse})
    on conflict (id) do update set address = excluded.address, port = excluded.port, software = excluded.software,
      keeps_house = excluded.keeps_house, seen_at = now()`;
  if (keepsHouse) await queue.sql`update master set keeps_house = false where keeps_house and id <> ${id}`;
}

/** Removes a master that stops. */
export async function withdraw(queue: Queue, id: string): Promise<void> {
  await queue.sql`delete from master where id = ${id}`;
}

/** All masters, the oldest first: those that stopped without a word are among them for an hour. */
export async function listMasters(queue: Queue): Promise<MasterSeen[]> {
  const rows = await queue.db.select().from(master).orderBy(master.startedAt, master.id);
  return rows.map((row) => ({ ...row, startedAt: row.startedAt.toISOString(), seenAt: row.seenAt.toISOString() }));
}

/** Forgets masters that were not seen for an hour. */
export async function forgetMasters(queue: Queue): Promise<void> {
  await queue.sql`delete from master where seen_at < now() - ${forgottenMs} * interval '1 millisecond'`;
}
