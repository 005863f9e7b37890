// What the jobs of a farm share: licences, and the slots that owners have.
import type { Tx } from "./open";
import { type Share, usualWeight } from "./plan";

/** Tasks by job that have ended in this transaction and that the jobs' rows still count as running. */
type Gone = ReadonlyMap<number, number>;

const goneRows = (gone: Gone) => JSON.stringify([...gone].map(([job, tasks]) => ({ job, tasks })));

/** How many of each licence are free. Locks them: two masters can not hand out the last one twice. */
export async function countLicences(tx: Tx, names: readonly string[], gone: Gone): Promise<Map<string, number>> {
  const totals = await tx`
    select name, total from licence
    where name in (select value from json_array_elements_text(${JSON.stringify(names)}::json)) order by name for update`;
  const used = await tx`
    select needed.key as name, sum((running_count - coalesce(gone.tasks, 0)) * needed.value::int)::int as used
    from job cross join lateral jsonb_each_text(licences) as needed
    left join json_to_recordset(${goneRows(gone)}::json) as gone(job int, tasks int) on gone.job = job.id
    where busy and licences <> '{}' group by needed.key`;
  const inUse = new Map(used.map((row) => [row.name as string, row.used as number]));
  return new Map(totals.map((row) => [row.name, row.total - (inUse.get(row.name) ?? 0)]));
}

/** What each owner has running, with their weights. */
export async function countShares(tx: Tx, gone: Gone): Promise<Map<string, Share>> {
  const rows = await tx`
    select coalesce(counted.owner, owner.name) as owner, coalesce(counted.running, 0) as running, coalesce(owner.weight, ${usualWeight}::real) as weight
    from (
      select owner, sum(running_count - coalesce(gone.tasks, 0))::int as running
      from job left join json_to_recordset(${goneRows(gone)}::json) as gone(job int, tasks int) on gone.job = job.id
      where busy group by owner
    ) as counted full join owner on owner.name = counted.owner`;
  return new Map(rows.map((row) => [row.owner, { running: row.running, weight: row.weight }]));
}
