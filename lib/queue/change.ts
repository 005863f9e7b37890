// Settings of a job change while it waits or runs.
import type { Done } from "../protocol";
import type { JobChange } from "../submission";
import { onJob, readLocked } from "./act";
import { checkLicences, columnsOf, slaveNumbers } from "./columns";
import { type After, lockWithDependents, waitFor } from "./dependencies";
import { dependencyLock } from "./locks";
import { type Queue, type Tx, wake } from "./open";
import { Refusal } from "./refusal";
import { transact } from "./transact";

/**
 * Changes settings of a job; effective with the next hand-out. `env`, `fields` and `after` are replaced whole; `fieldVariables` is what
 * the job's kind makes of the fields. Throws a Refusal for what is not there, and for jobs that would wait for each other in a circle.
 */
export async function change(
  queue: Queue,
  id: number,
  given: JobChange & { fieldVariables?: Record<string, string> },
): Promise<Done> {
  const { after, licences = {} } = given;
  await transact(queue, async (tx) => {
    // Two changes at once could close a circle that neither of them sees.
    if (after) await tx`select pg_advisory_xact_lock(${dependencyLock})`;
    await lockWithDependents(tx, [id, ...(after ?? []).map(({ job }) => job)]);
    await readLocked(tx, id);
    await checkLicences(tx, licences);
    const columns = columnsOf(given);
    if (Object.keys(columns).length > 0) await tx`update job set ${tx(columns)} where id = ${id}`;
    if (after) {
      await refuseCircle(tx, id, after);
      await waitFor(tx, id, after);
    }
    await wake(tx, { work: true });
  });
  return { tasks: 0, killing: 0 };
}

/** Keeps slaves, given by name or number, from the job; what they run of it goes on. */
export function block(queue: Queue, id: number, slaves: readonly string[]): Promise<Done> {
  return onJob(queue, id, async (tx) => {
    const numbers = JSON.stringify(await slaveNumbers(tx, slaves));
    await tx`
      update job set blocked = (
        select jsonb_agg(number order by number::int)
        from (select jsonb_array_elements(blocked) union select jsonb_array_elements(${numbers}::jsonb)) as given(number))
      where id = ${id}`;
    await wake(tx, { work: true });
    return { tasks: 0, killing: 0 };
  });
}

/** Takes a block back; what failed on these slaves is forgotten as well, which may have set them aside for this job. */
export function unblock(queue: Queue, id: number, slaves: readonly string[]): Promise<Done> {
  return onJob(queue, id, async (tx) => {
    const numbers = JSON.stringify(await slaveNumbers(tx, slaves));
    await tx`
      update job set
        blocked = (
          select coalesce(jsonb_agg(number order by number::int), '[]') from jsonb_array_elements(blocked) as left_over(number)
          where not ${numbers}::jsonb @> number),
        blamed = blamed - array(select jsonb_array_elements_text(${numbers}::jsonb))
      where id = ${id}`;
    await wake(tx, { work: true });
    return { tasks: 0, killing: 0 };
  });
}

/** Throws a Refusal that names the jobs when one of those to wait for waits, itself or through others, for this job. */
async function refuseCircle(tx: Tx, id: number, after: After): Promise<void> {
  const needs = after.map(({ job }) => job);
  const rows = await tx`
    with recursive bond as (
      select job, needs from dependency where job in (select value::int from json_array_elements_text(${JSON.stringify(needs)}::json))
      union
      select dependency.job, dependency.needs from bond join dependency on dependency.job = bond.needs
    ) select job, needs from bond`;
  const needsOf = Map.groupBy(rows, (row) => row.job as number);
  const pathTo = new Map(needs.map((job) => [job, [id, job]]));
  // What is added while it is walked over is walked over as well.
  for (const [job, path] of pathTo) {
    if (job === id) throw new Refusal("conflict", `job ${id} would wait for itself: ${named(path)}`);
    for (const next of needsOf.get(job) ?? [])
      if (!pathTo.has(next.needs)) pathTo.set(next.needs, [...path, next.needs]);
  }
}

function named(path: readonly number[]): string {
  const shown = path.length > 20 ? [...path.slice(0, 10), "...", ...path.slice(-9)] : path;
  return shown.join(" → ");
}
