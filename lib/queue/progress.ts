// How far jobs are, told to who follows the farm.
import { hasEnded, type JobState } from "../states";
import type { Queue } from "./open";

/**
 * Makes a step that tells how far the jobs are whose tasks moved, and empties the set. What it told of a job before is taken back, so
 * that a job has one such event and not one for every second it runs.
 */
export function tellProgress(queue: Queue): (moved: Set<number>) => Promise<void> {
  const told = new Map<number, { tx: string; id: string }>();
  return async (moved) => {
    if (moved.size === 0) return;
    const jobs = [...moved];
    moved.clear();
    const given = JSON.stringify(jobs.map((job) => ({ job, ...told.get(job) })));
    try {
      const rows = await queue.sql`
        with given as (
          select * from json_to_recordset(${given}::json) as given(job int, tx xid8, id bigint)
        ), taken_back as (
          delete from event using given where event.tx = given.tx and event.id = given.id
        ), told as (
          insert into event (type, job, data)
          select 'job.progress', job.id, jsonb_build_object('waiting', tasks_in(waiting), 'running', running_count,
            'finished', tasks_in(finished), 'failed', tasks_in(failed))
          from given join job on job.id = given.job order by job.id
          returning job, tx::text, id
        )
        select told.*, state, (select pg_notify('drqueue', '{"events":true}')) from told join job on job.id = told.job`;
      for (const job of jobs) told.delete(job);
      for (const { job, tx, id, state } of rows) if (!hasEnded(state as JobState)) told.set(job, { tx, id });
    } catch (error) {
      for (const job of jobs) moved.add(job);
      throw error;
    }
  };
}
