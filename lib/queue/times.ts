// How long the tasks of a job took, and which slaves did them.
import { bucketsOf } from "../buckets";
import { evenly, setOf } from "../sets";
import { framesOfTask } from "../tasks";
import type { JobTimes } from "../views";
import { layoutOf } from "./job";
import type { Queue } from "./open";
import { type JobRow, rowOf } from "./read";

/** Of jobs with more tasks an even part is looked at. */
const mostTasks = 20_000;
/** Of a task that was tried more often, the last attempts. */
const mostAttempts = 10;
const mostSlowest = 10;
const mostSlaves = 200;

/** How long its tasks took so far. `most`: of more tasks only so many are looked at. Throws a Refusal when there is no such job. */
export async function readTimes(queue: Queue, id: number, most = mostTasks): Promise<JobTimes> {
  const row = await rowOf(queue, id);
  const tasks = JSON.stringify(tasksToSee(row, most));
  // Each task by the key of its runs, however many the job has: else Postgres might read all of them. The times come as one text, as
  // so many rows would keep the master from its work.
  const [found] = await queue.sql`
    with seen as materialized (
      select run.*, greatest(0, coalesce(ran_ms, round(extract(epoch from ended_at - started_at) * 1000)))::float as ms
      from json_array_elements_text(${tasks}::json) as asked(task) cross join lateral (
        select task, attempt, slave, outcome, ran_ms, started_at, ended_at from run
        where job = ${id} and run.task = asked.task::int and outcome in ('finished', 'failed')
        order by attempt desc limit ${mostAttempts}
      ) as run
    ), slowest as (
      select task, attempt, slave, ms from seen where outcome = 'finished' order by ms desc, task, attempt limit ${mostSlowest}
    ), slaves as (
      select slave, count(*) filter (where outcome = 'finished')::int as finished, count(*) filter (where outcome = 'failed')::int as failed,
        avg(ms) filter (where outcome = 'finished') / 1000 as "meanSeconds"
      from seen group by slave order by finished desc, failed desc, slave limit ${mostSlaves}
    )
    select (select string_agg(ms::text, ',') from seen where outcome = 'finished') as times,
      (select coalesce(json_agg(json_build_object('task', task, 'attempt', attempt, 'slave', name, 'seconds', ms / 1000) order by ms desc, task, attempt), '[]')
        from slowest left join slave on slave.id = slowest.slave) as slowest,
      (select coalesce(json_agg(json_build_object('slave', coalesce(name, slaves.slave::text), 'finished', finished, 'failed', failed, 'meanSeconds', "meanSeconds")
        order by finished desc, failed desc, slaves.slave), '[]') from slaves left join slave on slave.id = slaves.slave) as slaves`;
  const times = (found!.times as string | null)?.split(",") ?? [];
  const layout = layoutOf(row);
  return {
    runs: times.length,
    sampled: row.tasks > most,
    buckets: bucketsOf(times.map(Number)),
    slowest: (found!.slowest as Slow[]).map(({ task, ...slow }) => ({
      frame: framesOfTask(layout, task)[0]!,
      ...slow,
    })),
    slaves: found!.slaves as JobTimes["slaves"],
  };
}

type Slow = Omit<JobTimes["slowest"][number], "frame"> & { task: number };

/** All tasks, or an even part of those that were handed out, and the one that took longest of all. */
function tasksToSee(row: JobRow, most: number): number[] {
  if (row.tasks <= most) return evenly([[0, row.tasks]], most);
  const handedOut = setOf([...row.finished, ...row.failed, ...row.running, ...row.retrying]);
  return [...new Set([...evenly(handedOut, most), ...(row.slowestTask === null ? [] : [row.slowestTask])])];
}
