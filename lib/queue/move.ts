// Moves tasks between the four sets of their jobs: the only statement that writes the sets.
import { formatSet } from "../sets";
import { release } from "./dependencies";
import type { Move } from "./moves";
import type { Tx } from "./open";

/**
 * The tasks of a job that wait, failed, or wait to be tried again may lie in so many places: a round that moves tasks of such a job takes
 * several times as long, for all slaves. Told by the size of these sets, which is at hand; bytes.
 */
export const mostScattered = { places: 10_000, bytes: 10_000 * 13 } as const;

/**
 * Carries out the moves, at most one for each job; the caller holds the locks on the jobs' rows and on those of jobs that wait for
 * them. A job that reaches the most failures it may have stops, and one whose tasks came to lie scattered. Returns whether jobs that waited for these may start now.
 */
export async function moveTasks(tx: Tx, moves: readonly Move[]): Promise<boolean> {
  if (moves.length === 0) return false;
  const rows = moves.map((move) => ({
    job: move.job,
    waiting: formatSet(move.waiting ?? []),
    running: formatSet(move.running ?? []),
    finished: formatSet(move.finished ?? []),
    failed: formatSet(move.failed ?? []),
    retrying: formatSet(move.retrying ?? []),
    resting: formatSet(move.resting ?? []),
    ...move.rendered,
  }));
  // Only the step over the limit stops it: who continues it then means it.
  const tooMany = tx`(not isempty(moved.failed) and max_failures > 0 and tasks_in(job.failed) < max_failures
    and tasks_in(job.failed + moved.failed) >= max_failures and not isempty(job.waiting - moved.tasks + moved.waiting))`;
  const scattered = tx`(not (isempty(moved.failed) and isempty(moved.waiting))
    and pg_column_size(job.waiting - moved.tasks + moved.waiting) + pg_column_size(job.failed - moved.tasks + moved.failed)
      + pg_column_size(job.retrying - moved.tasks + moved.retrying) > ${mostScattered.bytes}
    and not isempty(job.waiting - moved.tasks + moved.waiting))`;
  const moved = await tx`
    update job set
      waiting = job.waiting - moved.tasks + moved.waiting,
      running = job.running - moved.tasks + moved.running,
      finished = job.finished - moved.tasks + moved.finished,
      failed = job.failed - moved.tasks + moved.failed,
      retrying = job.retrying - moved.tasks + moved.retrying,
      resting = job.resting - moved.tasks + moved.resting,
      stopped = job.stopped or ${tooMany} or ${scattered},
      stop_reason = case when not job.stopped and ${tooMany} then
        case max_failures when 1 then '1 task' else max_failures || ' tasks' end || ' failed, as many as this job may'
        when not job.stopped and ${scattered} then 'tasks that failed lie in more than ' || ${`${mostScattered.places}`}::text ||
          ' places, as many as a job may have: finish or requeue those first' else stop_reason end,
      rendered_runs = rendered_runs + coalesce(moved.runs, 0),
      rendered_ms = rendered_ms + coalesce(moved.ms, 0),
      slowest_task = case when moved."slowestMs" > slowest_ms then moved."slowestTask" else slowest_task end,
      slowest_ms = greatest(slowest_ms, moved."slowestMs"),
      started_at = case when isempty(moved.running) then started_at else coalesce(started_at, now()) end,
      ended_at = case when isempty(job.waiting - moved.tasks + moved.waiting) and isempty(job.running - moved.tasks + moved.running)
        then coalesce(ended_at, now()) end
    from (
      select given.*, given.waiting + given.running + given.finished + given.failed as tasks
      from json_to_recordset(${JSON.stringify(rows)}::json) as given(
        job int, waiting int4multirange, running int4multirange, finished int4multirange, failed int4multirange, retrying int4multirange,
        resting int4multirange, runs int, ms int8, "slowestMs" int, "slowestTask" int)
    ) as moved
    where job.id = moved.job
    returning job.id, job.needed`;
  const needed = new Set(moved.flatMap((row) => (row.needed ? [row.id as number] : [])));
  if (needed.size === 0) return false;
  return release(
    tx,
    moves.filter(({ job }) => needed.has(job)),
  );
}
