// How the farm was, minute by minute.
import type { FarmHistory } from "../overview";
import type { Queue } from "./open";

/** Rows are kept for so many days: a little longer than anybody can ask for. */
const keptDays = 8;
/** Minutes from one point to the next: as few as make no more than `mostPoints`. */
const steps = [1, 2, 5, 10, 15, 30, 60];
const mostPoints = 360;

/** What was counted since the last time: frames that were finished, and runs that failed. */
export type Counted = { frames: number; failed: number };

/** How the farm is at the end of the minute. */
export type Gauges = { waiting: number; busy: number; free: number; closed: number; lost: number };

/**
 * Adds to the minute that has just ended, by the database's clock: several masters do. Who calls a little late, or early, still means
 * that one.
 */
export async function addMinute({ sql }: Queue, { frames, failed }: Counted, gauges?: Gauges): Promise<void> {
  const { waiting = null, busy = null, free = null, closed = null, lost = null } = gauges ?? {};
  await sql`
    insert into history (at, frames, failed, waiting, busy, free, closed, lost)
    values (date_trunc('minute', now() - interval '30 seconds'), ${frames}, ${failed}, ${waiting}, ${busy}, ${free}, ${closed}, ${lost})
    on conflict (at) do update set frames = history.frames + excluded.frames, failed = history.failed + excluded.failed,
      waiting = coalesce(excluded.waiting, history.waiting), busy = coalesce(excluded.busy, history.busy),
      free = coalesce(excluded.free, history.free), closed = coalesce(excluded.closed, history.closed), lost = coalesce(excluded.lost, history.lost)`;
}

/** Removes what nobody can ask for any more. */
export async function forgetHistory({ sql }: Queue): Promise<void> {
  await sql`delete from history where at < now() - ${keptDays} * interval '1 day'`;
}

/** How the farm was in the last hours (1 to 168), in at most 360 points and one: what happened in a point's time is added up, what was is averaged. */
export async function readHistory({ sql }: Queue, hours: number): Promise<FarmHistory> {
  const step = steps.find((minutes) => (hours * 60) / minutes <= mostPoints) ?? 60;
  const rows = await sql`
    select extract(epoch from date_bin(${step} * interval '1 minute', at, 'epoch'))::float8 * 1000 as ms,
      sum(frames)::float8 as frames, sum(failed)::float8 as failed, avg(waiting)::float8 as waiting,
      avg(busy)::float8 as busy, avg(free)::float8 as free, avg(closed)::float8 as closed, avg(lost)::float8 as lost
    from history where at >= date_bin(${step} * interval '1 minute', now() - ${hours} * interval '1 hour', 'epoch') and at <= now()
    group by 1 order by 1`;
  const points = rows.map(({ ms, ...counted }) => ({ at: new Date(ms).toISOString(), ...counted }));
  return { stepMs: step * 60_000, points: points as FarmHistory["points"] };
}
