// What happens in the queue because time has passed.
import { type Queue, wake } from "./open";
import { transact } from "./transact";

/** The longest a failed task rests before it is tried again, ms. */
const longestRestMs = 3_600_000;

/** Ends the rests of tasks that failed and may be tried again now: the delay of their job, doubled with each failure. Returns how many jobs have such tasks. */
export async function endRests(queue: Queue): Promise<number> {
  const [any] = await queue.sql`select 1 from job where rests limit 1`;
  if (!any) return 0;
  return transact(queue, async (tx) => {
    await tx`select id from job where rests order by id for update`;
    const rows = await tx`
      with due as (
        select job.id, range_agg(int4range(resting.task, resting.task + 1)) as tasks
        from job
        cross join lateral unnest(job.resting) as piece
        cross join lateral generate_series(lower(piece), upper(piece) - 1) as resting(task)
        cross join lateral (
          select max(ended_at) as last, count(*) as failures from run where run.job = job.id and run.task = resting.task and counts
        ) as failed
        where rests and (failures = 0 or last + least(retry_delay_ms * 2 ^ least(failures - 1, 30), ${longestRestMs}) * interval '1 millisecond' <= now())
        group by job.id
      )
      update job set resting = resting - due.tasks from due where job.id = due.id returning job.id`;
    if (rows.length > 0) await wake(tx, { work: true });
    return rows.length;
  });
}

/** Makes a step that wakes the masters when the time of a job has come since the step before. */
export function wakeWhenDue(queue: Queue): () => Promise<void> {
  let since: Date | undefined;
  return async () => {
    const [now] = await queue.sql`
      select now() as now, exists (select 1 from job where not_before > ${since ?? null} and not_before <= now() and claimable) as due`;
    since = now!.now;
    if (now!.due) await wake(queue.sql, { work: true });
  };
}
