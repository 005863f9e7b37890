// What failures say of slaves: one that fails tasks of a job again and again gets no more of it, one that fails tasks of several jobs
// which others can render is sick.
import type { Ended } from "./moves";
import { type Queue, type Tx, wake } from "./open";

/** A slave on which tasks of so many jobs failed, without a success between, is set aside as sick. */
const suspectsOfSick = 3;
/** So long a sick slave is left alone before it is tried again, ms. */
export const sickMs = 3_600_000;

/** Counts failures against the slaves they happened on, and takes a success as a sign of health. */
export async function blame(tx: Tx, ended: readonly Ended[]): Promise<void> {
  const failed = ended.filter(({ verdict }) => verdict.outcome === "failed");
  if (failed.length > 0) await countAgainst(tx, failed);
  const slaves = Map.groupBy(
    ended.filter(({ verdict, sound, suspects }) => (verdict.outcome === "failed" ? sound : suspects.length > 0)),
    ({ given }) => given.slave,
  );
  if (slaves.size > 0) await suspect(tx, slaves);
}

/** Per job and slave: the plan keeps a slave from a job when too many of its tasks failed there. */
async function countAgainst(tx: Tx, failed: readonly Ended[]): Promise<void> {
  const counts = [...Map.groupBy(failed, ({ given }) => given.job)].map(([job, theirs]) => ({
    job,
    counts: Object.fromEntries(
      [...Map.groupBy(theirs, ({ given }) => given.slave)].map(([slave, runs]) => [slave, runs.length]),
    ),
  }));
  await tx`
    update job set blamed = blamed || (
      select jsonb_object_agg(key, value::int + coalesce((blamed ->> key)::int, 0)) from jsonb_each_text(given.counts))
    from json_to_recordset(${JSON.stringify(counts)}::json) as given(job int, counts jsonb) where job.id = given.job`;
}

/** Per slave: only failures of jobs count of which tasks were finished, since a broken job makes no slave sick. */
async function suspect(tx: Tx, slaves: ReadonlyMap<number, readonly Ended[]>): Promise<void> {
  const rows = [...slaves].map(([slave, runs]) => {
    let suspects = runs[0]!.suspects;
    for (const { given, verdict } of runs)
      suspects =
        verdict.outcome === "failed"
          ? [...new Set([...suspects, given.job])]
          : verdict.outcome === "finished"
            ? []
            : suspects;
    return { slave, suspects: suspects.slice(-suspectsOfSick) };
  });
  await tx`
    with given as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as given(slave int, suspects jsonb)
    ), locked as (select id from slave where id in (select slave from given) order by id for update)
    update slave set suspects = given.suspects,
      sick_since = case when jsonb_array_length(given.suspects) >= ${suspectsOfSick} then coalesce(sick_since, now()) else sick_since end
    from given join locked on locked.id = given.slave where slave.id = given.slave`;
}

/** Gives slaves another chance that have been sick for an hour. Returns their names. */
export async function heal(queue: Queue): Promise<string[]> {
  const rows = await queue.sql`
    update slave set sick_since = null, suspects = '[]'
    where id in (select id from slave where sick_since < now() - ${sickMs} * interval '1 millisecond' order by id for update skip locked)
    returning name`;
  if (rows.length > 0) await wake(queue.sql, { work: true });
  return rows.map((row) => row.name as string);
}

/** Calls a slave well, by its number. */
export async function clearSick(queue: Queue, id: number): Promise<void> {
  await queue.sql`update slave set sick_since = null, suspects = '[]' where id = ${id}`;
  await wake(queue.sql, { work: true });
}
