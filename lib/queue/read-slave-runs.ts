// What a slave renders now, and what failed there last.
import { inArray } from "drizzle-orm";
import { job as jobs } from "../../schema";
import { framesOfTask, framesText } from "../tasks";
import type { SlaveRun, SlaveRuns } from "../views";
import { layoutOf } from "./job";
import type { Queue, Tx } from "./open";
import { openRuns } from "./slaves";

const mostShown = 20;
/** So far back, by number, are jobs looked for that count failures against the slave, and so many of those looked into. */
const jobsAsked = 20_000;
const jobsBlaming = 50;
/** A person who requeues what failed takes the count away: the newest jobs are looked into whatever they count. */
const jobsAnyhow = 200;
/** Looked at of one job, and in all. */
const tasksEach = 500;
const attemptsEach = 5;
const runsEach = 2000;
const runsInAll = 50_000;

/** Times as Postgres writes them. */
type RunRow = Pick<SlaveRun, "job" | "task" | "attempt" | "outcome" | "code" | "message" | "progress"> & {
  startedAt: string;
  endedAt: string | null;
  ranMs: number | null;
};

/** The runs of a slave, by its number, that have not ended, and the last ones that failed, newest first. */
export async function readSlaveRuns(queue: Queue, slave: number): Promise<SlaveRuns> {
  const [running, failed] = [await runningOn(queue, slave), await failedOn(queue, slave)];
  const ids = [...new Set([...running, ...failed].map(({ job }) => job))];
  const found = await queue.db
    .select({ id: jobs.id, name: jobs.name, spans: jobs.spans, fillOrder: jobs.fillOrder, block: jobs.block })
    .from(jobs)
    .where(inArray(jobs.id, ids));
  const byId = new Map(found.map((job) => [job.id, { name: job.name, layout: layoutOf(job) }]));
  const now = Date.now();
  // A job may be deleted between two statements.
  const shown = (rows: readonly RunRow[]): SlaveRun[] =>
    rows.flatMap((run) => {
      const job = byId.get(run.job);
      if (!job) return [];
      const { ranMs, ...rest } = run;
      const startedAt = new Date(run.startedAt);
      const endedAt = run.endedAt === null ? null : new Date(run.endedAt);
      return [
        {
          ...rest,
          name: job.name,
          frame: framesOfTask(job.layout, run.task)[0] ?? 0,
          frames: framesText(job.layout, [[run.task, run.task + 1]]),
          startedAt: startedAt.toISOString(),
          endedAt: endedAt?.toISOString() ?? null,
          seconds: (ranMs ?? Math.max(0, (endedAt?.getTime() ?? now) - startedAt.getTime())) / 1000,
        },
      ];
    });
  return { running: shown(running), failed: shown(failed) };
}

async function runningOn(queue: Queue, slave: number): Promise<RunRow[]> {
  const open = await openRuns(queue.sql, [slave]);
  if (open.length === 0) return [];
  return queue.sql<RunRow[]>`
    select ${columns(queue.sql)} from json_to_recordset(${JSON.stringify(open)}::json) as given(job int, task int, attempt int)
    join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt
    where run.ended_at is null order by run.started_at, run.job, run.task`;
}

/**
 * Runs have no index by slave: it would have to be kept up with every run that ends. They are found through jobs: those that count
 * failures against the slave, and the newest ones. Of each the tasks that failed or are tried again are looked at, and its last tasks, in
 * the order in which they are handed out.
 */
async function failedOn(queue: Queue, slave: number): Promise<RunRow[]> {
  return queue.sql.begin("read only", async (tx) => {
    // Of a job with a million runs Postgres would else read and sort all, to pass on the last ones.
    await tx`select set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)`;
    return tx<RunRow[]>`
      with newest as (
        select id, blamed, row_number() over (order by id desc) as place from job order by id desc limit ${jobsAsked}
      ), asked as materialized (
        select id, place from newest where place <= ${jobsAnyhow}
        union (select id, place from newest where blamed ? ${`${slave}`} order by place limit ${jobsBlaming})
        order by place
      ), looked as (
        select run.* from asked cross join lateral (
          (select run.* from (
            select task from job cross join lateral unnest(job.failed + job.retrying) as piece
              cross join lateral generate_series(lower(piece), upper(piece) - 1) as task
            where job.id = asked.id limit ${tasksEach}
          ) as again cross join lateral (
            select * from run where run.job = asked.id and run.task = again.task order by attempt desc limit ${attemptsEach}
          ) as run)
          union all
          (select * from run where run.job = asked.id order by task desc, attempt desc limit ${runsEach})
        ) as run limit ${runsInAll}
      ), theirs as (
        select distinct on (job, task, attempt) * from looked where slave = ${slave} and outcome in ('failed', 'requeued')
      )
      select ${columns(tx)} from theirs as run order by ended_at desc, job desc, task desc limit ${mostShown}`;
  });
}

const columns = (sql: Tx | Queue["sql"]) => sql`
  run.job, run.task, run.attempt, run.started_at as "startedAt", run.ended_at as "endedAt", run.outcome, run.code, run.message,
  run.ran_ms as "ranMs", run.progress`;
