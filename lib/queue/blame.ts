// What failures say of slaves: one that fails tasks of a job again and again gets no more of it, one that fails tasks of several jobs
// which others can render is sick.
import type { Ended } from "./moves";
import { type Queue, type Tx, wake } from "./open";

/** A slave on which tasks of so many jobs failed, without a success between, is set aside as sick. */
const suspectsOfSick = 3;
/** So long a sick slave is left alone before it is tried again, ms. */
export const sickMs = 3_600_000;

/** A slave that has just been set aside, and the jobs that made it suspect. */
export type Sick = { name: string; suspects: readonly number[] };

/** Counts failures against the slaves they happened on, and takes a success as a sign of health. Returns the slaves it set aside. */
export async function blame(tx: Tx, ended: readonly Ended[]): Promise<Sick[]> {
  const failed = ended.filter(({ verdict }) => verdict.outcome === "failed");
  if (failed.length > 0) await countAgainst(tx, failed);
  const proven = await provenAgainst(tx, ended, new Set(failed.map(({ given }) => given.job)));
  const slaves = Map.groupBy(
    ended.filter(({ given, verdict, sound, suspects }) =>
      verdict.outcome === "failed" ? sound : suspects.length > 0 || proven.has(given.slave),
    ),
    ({ given }) => given.slave,
  );
  return slaves.size + proven.size > 0 ? suspect(tx, slaves, proven) : [];
}

/** Suspects of a slave, and the jobs that came to be sound after it had failed tasks of them. */
type Proven = { suspects: readonly number[]; jobs: readonly number[] };

/**
 * The slaves that failed tasks of jobs of which the first task is finished now: only this says that the slave was to blame, and a
 * slave that fails at once has always failed before another one finishes.
 */
async function provenAgainst(
  tx: Tx,
  ended: readonly Ended[],
  failing: ReadonlySet<number>,
): Promise<Map<number, Proven>> {
  const first = ended.filter(
    ({ given, verdict, sound, blamed }) =>
      verdict.outcome === "finished" && !sound && (blamed || failing.has(given.job)),
  );
  if (first.length === 0) return new Map();
  const jobs = [...new Set(first.map(({ given }) => given.job))];
  const rows = await tx`
    select slave.id, slave.suspects, json_agg(job.id order by job.id) as jobs
    from job cross join jsonb_object_keys(job.blamed) as failed(slave) join slave on slave.id = failed.slave::int
    where job.id in (select json_array_elements_text(${JSON.stringify(jobs)}::json)::int) group by slave.id`;
  return new Map(
    rows.map((row) => [row.id as number, { suspects: row.suspects as number[], jobs: row.jobs as number[] }]),
  );
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
async function suspect(
  tx: Tx,
  slaves: ReadonlyMap<number, readonly Ended[]>,
  proven: ReadonlyMap<number, Proven>,
): Promise<Sick[]> {
  const rows = [...new Set([...slaves.keys(), ...proven.keys()])].map((slave) => {
    const runs = slaves.get(slave) ?? [];
    const before = proven.get(slave);
    let suspects: readonly number[] = before
      ? [...new Set([...before.suspects, ...before.jobs])]
      : (runs[0]?.suspects ?? []);
    for (const { given, verdict } of runs)
      suspects =
        verdict.outcome === "failed"
          ? [...new Set([...suspects, given.job])]
          : verdict.outcome === "finished"
            ? []
            : suspects;
    return { slave, suspects: suspects.slice(-suspectsOfSick) };
  });
  const changed = await tx`
    with given as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as given(slave int, suspects jsonb)
    ), locked as (select id, sick_since from slave where id in (select slave from given) order by id for update)
    update slave set suspects = given.suspects,
      sick_since = case when jsonb_array_length(given.suspects) >= ${suspectsOfSick} then coalesce(slave.sick_since, now()) else slave.sick_since end
    from given join locked on locked.id = given.slave where slave.id = given.slave
    returning slave.name, slave.suspects, locked.sick_since is null and slave.sick_since is not null as fell`;
  return changed.flatMap(({ name, suspects, fell }) => (fell ? [{ name, suspects }] : []));
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
