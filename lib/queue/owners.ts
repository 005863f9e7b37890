// Owners of jobs and their shares of the farm.
import type { Owner } from "../protocol";
import { type Queue, type Tx, wake } from "./open";
import { usualWeight } from "./plan";
import { transact } from "./transact";

/** Owners, by name, who have jobs that have not ended or a weight of their own. */
export function listOwners(queue: Queue): Promise<Owner[]> {
  return read(queue.sql);
}

/** Gives an owner a weight, effective with the next hand-out. The usual one is not written down. */
export async function setWeight(queue: Queue, name: string, weight: number): Promise<Owner> {
  const owner = await transact(queue, async (tx) => {
    if (weight === usualWeight) await tx`delete from owner where name = ${name}`;
    else
      await tx`insert into owner (name, weight) values (${name}, ${weight}) on conflict (name) do update set weight = excluded.weight`;
    await wake(tx, { work: true });
    return (await read(tx, name))[0];
  });
  return owner ?? { name, weight, running: 0 };
}

async function read(sql: Queue["sql"] | Tx, name?: string): Promise<Owner[]> {
  const rows = await sql`
    select known.name, coalesce(owner.weight, ${usualWeight}::real) as weight, sum(known.running)::int as running
    from (
      select owner as name, running_count as running from job where state in ('waiting', 'running', 'stopped')
      union all select name, 0 from owner
    ) as known left join owner using (name)
    where ${name ?? null}::text is null or known.name = ${name ?? null}
    group by known.name, owner.weight order by known.name`;
  return rows.map((row) => ({ name: row.name, weight: row.weight, running: row.running }));
}
