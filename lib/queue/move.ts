// Moves tasks between the four sets of their jobs: the only statement that writes the sets.
import { formatSet, type TaskSet } from "../sets";
import type { Tx } from "./open";

/** Tasks of one job and the set each is to be in, whichever it was in before. `retrying` is a part of `waiting`. */
export type Move = {
  job: number;
  waiting?: TaskSet;
  running?: TaskSet;
  finished?: TaskSet;
  failed?: TaskSet;
  retrying?: TaskSet;
};

/** Carries out the moves, at most one for each job; the caller holds the locks on the jobs' rows. */
export async function moveTasks(tx: Tx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const rows = moves.map(({ job, waiting = [], running = [], finished = [], failed = [], retrying = [] }) => ({
    job,
    waiting: formatSet(waiting),
    running: formatSet(running),
    finished: formatSet(finished),
    failed: formatSet(failed),
    retrying: formatSet(retrying),
  }));
  await tx`
    update job set
      waiting = job.waiting - moved.tasks + moved.waiting,
      running = job.running - moved.tasks + moved.running,
      finished = job.finished - moved.tasks + moved.finished,
      failed = job.failed - moved.tasks + moved.failed,
      retrying = job.retrying - moved.tasks + moved.retrying,
      started_at = case when isempty(moved.running) then started_at else coalesce(started_at, now()) end,
      ended_at = case when isempty(job.waiting - moved.tasks + moved.waiting) and isempty(job.running - moved.tasks + moved.running)
        then coalesce(ended_at, now()) end
    from (
      select job, waiting, running, finished, failed, retrying, waiting + running + finished + failed as tasks
      from json_to_recordset(${JSON.stringify(rows)}::json) as given(
        job int, waiting int4multirange, running int4multirange, finished int4multirange, failed int4multirange, retrying int4multirange)
    ) as moved
    where job.id = moved.job`;
}
