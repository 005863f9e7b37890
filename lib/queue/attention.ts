// What needs a person: jobs that failed, slaves in trouble, and what the failed tasks say.
import { alike } from "../alike";
import { describeCode } from "../logs";
import type { Attention } from "../overview";
import { framesOfTask } from "../tasks";
import { layoutOf } from "./job";
import type { Queue } from "./open";
import { wayOf } from "./tally";

const mostJobs = 100;
const mostSlaves = 100;
/** So many failed tasks of each job are asked what they say. */
const mostTasks = 50;
const mostSets = 20;
const mostNamed = 20;

/** Finds it all: however large the farm, a page of each. */
export async function needAttention(queue: Queue): Promise<Attention> {
  const [jobs, slaves] = await Promise.all([jobsInTrouble(queue), slavesInTrouble(queue)]);
  return { ...jobs, ...slaves, errors: await errorsOf(queue, jobs.jobs) };
}

async function jobsInTrouble({ sql }: Queue): Promise<Pick<Attention, "jobs" | "jobCount">> {
  // Of failed jobs there may be many, and their numbers are in an index; the others are among those that have not ended.
  const rows = await sql`
    with troubled as materialized (
      select id from job where state = 'failed'
      union all
      select id from job where state in ('waiting', 'running', 'stopped') and (stop_reason is not null or not isempty(failed))
    )
    select id, name, owner, state, stop_reason as "stopReason", tasks_in(failed) as "failedTasks", (select count(*)::int from troubled) as count
    from job where id in (select id from troubled order by id desc limit ${mostJobs}) order by id desc`;
  return {
    jobs: rows.map(({ count: _, ...job }) => job as Attention["jobs"][number]),
    jobCount: rows[0]?.count ?? 0,
  };
}

async function slavesInTrouble({ sql }: Queue): Promise<Pick<Attention, "slaves" | "slaveCount">> {
  const rows = await sql`
    select id, name, ${wayOf(sql)} as way, problem, suspects, stuck, extract(epoch from now() - seen_at)::float8 as silence,
      count(*) over ()::int as count
    from slave where state = 'lost' or state = 'online' and (sick_since is not null or problem is not null or stuck > 0)
    order by state = 'lost', seen_at desc, id limit ${mostSlaves}`;
  return {
    slaves: rows.map(({ id, name, way, problem, suspects, stuck, silence }) => {
      const wrong = [
        way === "lost" && `not heard of for ${spoken(silence)}: is it running, and does it reach a master?`,
        way === "sick" && `set aside: tasks of the jobs ${suspects.join(", ")} failed there`,
        way !== "lost" && problem,
        way !== "lost" && stuck > 0 && `${stuck} ${stuck === 1 ? "run" : "runs"} whose processes cannot be ended`,
      ];
      return { id, name, way, text: wrong.filter(Boolean).join("; ") };
    }),
    slaveCount: rows[0]?.count ?? 0,
  };
}

async function errorsOf({ sql }: Queue, jobs: Attention["jobs"]): Promise<Attention["errors"]> {
  // A set may be one piece of a million tasks: of each piece no more numbers are made than are asked for.
  const rows = await sql`
    select job.id as job, asked.task, run.message, run.code, run.outcome, slave.name as slave
    from job
    cross join lateral (
      select task from unnest(job.failed) as piece
      cross join lateral generate_series(lower(piece), least(upper(piece), lower(piece) + ${mostTasks}) - 1) as failed(task)
      limit ${mostTasks}
    ) as asked
    cross join lateral (
      select message, code, outcome, slave from run where run.job = job.id and run.task = asked.task order by attempt desc limit 1
    ) as run
    left join slave on slave.id = run.slave
    where job.id in (select value::int from json_array_elements_text(${JSON.stringify(jobs.map(({ id }) => id))}::json))
    order by job.id desc, asked.task`;
  const sets = alike(rows.map((row) => ({ text: saidBy(row), of: row }))).slice(0, mostSets);
  const firsts = sets.map(({ of }) => of[0]!);
  const layouts = await layoutsOf(
    { sql },
    firsts.map(({ job }) => job as number),
  );
  return sets.flatMap(({ text, of }) => {
    const [{ job, task }] = of as [(typeof of)[number]];
    const layout = layouts.get(job);
    // A job may have been deleted meanwhile.
    if (!layout) return [];
    return {
      text,
      tasks: of.length,
      jobs: [...new Set(of.map((row) => row.job as number))],
      slaves: [...new Set(of.flatMap((row) => (row.slave as string | null) ?? []))].slice(0, mostNamed),
      example: { job, frame: framesOfTask(layout, task)[0]! },
    };
  });
}

async function layoutsOf({ sql }: Pick<Queue, "sql">, jobs: readonly number[]) {
  const rows = await sql`
    select id, spans, fill_order, block from job where id in (select value::int from json_array_elements_text(${JSON.stringify(jobs)}::json))`;
  return new Map(
    rows.map(({ id, spans, fill_order, block }) => [id as number, layoutOf({ spans, fillOrder: fill_order, block })]),
  );
}

/** What a failed run says; some have no words. */
function saidBy({
  message,
  code,
  outcome,
}: {
  message?: string | null;
  code?: number | null;
  outcome?: string | null;
}): string {
  if (message) return message;
  if (outcome === "requeued") return "asked to be tried again too often";
  return code === null || code === undefined ? "failed without a word" : `exit ${describeCode(code)}`;
}

/** Seconds as people say them. */
function spoken(seconds: number): string {
  const units = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [length, unit] = units.find(([length]) => seconds >= length) ?? [1, "second"];
  const count = Math.floor(seconds / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
