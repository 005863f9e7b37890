// Licences that the farm counts: so many tasks may use one at a time.
import type { Licence } from "../protocol";
import { type Queue, type Tx, wake } from "./open";
import { Refusal } from "./refusal";
import { transact } from "./transact";

/** All licences by name, with how many the running tasks use. */
export function listLicences(queue: Queue): Promise<Licence[]> {
  return read(queue.sql);
}

/** Says how many there are of a licence, new or known; masters look at once whether tasks can start. */
export async function setLicence(queue: Queue, name: string, total: number): Promise<Licence> {
  return transact(queue, async (tx) => {
    await tx`insert into licence (name, total) values (${name}, ${total}) on conflict (name) do update set total = excluded.total`;
    await wake(tx, { work: true });
    return (await read(tx, name))[0]!;
  });
}

/** Forgets a licence and returns what it was. Throws a Refusal while a job that has not ended needs it: it could never run. */
export async function removeLicence(queue: Queue, name: string): Promise<Licence> {
  return transact(queue, async (tx) => {
    // A submission that needs it holds the row until it is stored: its job is then seen below.
    await tx`select from licence where name = ${name} for update`;
    const [found] = await read(tx, name);
    if (!found) throw new Refusal("unknown", `there is no licence '${name}'`);
    const rows = await tx`
      select id from job where state in ('waiting', 'running', 'stopped') and licences ? ${name} order by id limit ${mostNamed + 1}`;
    if (rows.length > 0)
      throw new Refusal("conflict", `licence '${name}' is needed by ${jobs(rows.map(({ id }) => id))}`);
    await tx`delete from licence where name = ${name}`;
    return found;
  });
}

/** How many jobs a message names. */
const mostNamed = 10;

function jobs(ids: number[]): string {
  const named = ids.slice(0, mostNamed).join(", ");
  return ids.length === 1 ? `job ${named}` : `jobs ${named}${ids.length > mostNamed ? " and others" : ""}`;
}

/** Only jobs with something running are looked at: few, whatever waits or has ended. */
async function read(sql: Queue["sql"] | Tx, name?: string): Promise<Licence[]> {
  const rows = await sql`
    select licence.name, licence.total, coalesce(taken.used, 0)::float8 as used
    from licence left join (
      select needed.key as name, sum(job.running_count * needed.value::int) as used
      from job cross join lateral jsonb_each_text(job.licences) as needed
      where job.busy and job.licences <> '{}'
      group by needed.key
    ) as taken using (name)
    where ${name ?? null}::text is null or licence.name = ${name ?? null}
    order by licence.name`;
  return rows.map((row) => ({ name: row.name, total: row.total, used: row.used }));
}
