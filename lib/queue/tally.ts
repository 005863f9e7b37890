// The farm in numbers, for who watches it.
import type { SlaveWay } from "../overview";
import type { JobState } from "../states";
import type { Queue } from "./open";

/** At most so many pools are told apart. */
const mostPools = 50;
/** What the others are called: no pool can have this name. */
const otherPools = "(other)";

/** How the farm is. Slots are those of slaves that are online, and of those that are lost. */
export type Tally = {
  /** When it was counted, ms. */
  at: number;
  jobs: Partial<Record<JobState, number>>;
  /** Of jobs that have not ended. `stopped`: tasks that wait in a stopped job. */
  tasks: { pool: string; waiting: number; running: number; stopped: number }[];
  slaves: Partial<Record<SlaveWay, number>>;
  slots: { busy: number; free: number; closed: number; lost: number };
  /** Runs whose processes cannot be ended. */
  stuck: number;
  /** Messages that wait, and that were given up within the last week. */
  notices: { waiting: number; failed: number };
};

/** How a slave is (a SlaveWay), of its row: the first thing that keeps it from work. */
export function wayOf(sql: Queue["sql"]) {
  return sql`
    case when state <> 'online' then state when sick_since is not null then 'sick' when problem is not null then 'problem'
      when not (settings ->> 'enabled')::boolean then 'disabled' when (settings ->> 'drain')::boolean then 'draining'
      when not in_hours then 'off_hours' else 'online' end`;
}

/** Counts it all, in one statement. */
export async function tally(queue: Queue): Promise<Tally> {
  const [row] = await queue.sql`
    with sized as (
      select pool, stopped, running_count as running,
        -- Most sets are one piece, for which the function costs a multiple of this.
        case when waiting = multirange(range_merge(waiting)) then coalesce(upper(waiting) - lower(waiting), 0) else tasks_in(waiting) end as waiting
      from job where state in ('waiting', 'running', 'stopped')
    ), unfinished as (
      select pool, coalesce(sum(waiting) filter (where not stopped), 0) as waiting, sum(running) as running,
        coalesce(sum(waiting) filter (where stopped), 0) as stopped
      from sized group by pool
    ), ranked as (
      select case when row_number() over (order by waiting + running + stopped desc, pool) <= ${mostPools} then pool else ${otherPools} end as pool,
        waiting, running, stopped
      from unfinished
    ), seen as (
      select running, stuck, greatest(0, (settings ->> 'slots')::int - foreign_slots - running) as free, (settings ->> 'slots')::int as slots, state,
        ${wayOf(queue.sql)} as way
      from slave
    )
    select extract(epoch from now())::float8 * 1000 as at,
      (select coalesce(json_object_agg(state, count), '{}') from (select state, count(*) from job group by state) as by_state) as jobs,
      (select coalesce(json_agg(by_pool), '[]') from (
        select pool, sum(waiting)::float8 as waiting, sum(running)::float8 as running, sum(stopped)::float8 as stopped from ranked group by pool
      ) as by_pool) as tasks,
      (select coalesce(json_object_agg(way, count), '{}') from (select way, count(*) from seen group by way) as by_way) as slaves,
      (select json_build_object('busy', coalesce(sum(running), 0),
          'free', coalesce(sum(free) filter (where way = 'online'), 0),
          'closed', coalesce(sum(greatest(0, slots - running - case when way = 'online' then free else 0 end)), 0),
          'lost', (select coalesce(sum(slots), 0) from seen where state = 'lost'))
        from seen where state = 'online') as slots,
      (select coalesce(sum(stuck), 0)::int from seen where state = 'online') as stuck,
      (select json_build_object('waiting', count(*) filter (where next_at < 'infinity'), 'failed', count(*) filter (where next_at = 'infinity'))
        from delivery where sent_at is null) as notices`;
  return row as unknown as Tally;
}

/** How long a statement takes that does nothing, with its wait for a connection, ms. Throws when the database is away. */
export async function answerTime(queue: Queue): Promise<number> {
  const asked = performance.now();
  await queue.sql`select 1`;
  return performance.now() - asked;
}
