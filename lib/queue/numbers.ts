// What a message tells of a job beside its name: numbers, who rendered it, and the runs that failed.

import { and, eq, inArray, sql } from "drizzle-orm";
import { run as runs, slave as slaves } from "../../schema";
import { frameCount } from "../frames";
import { type JobNumbers, mostFailures, type ToldFailure } from "../notices";
import { eachTask, type TaskSet } from "../sets";
import { framesIn, framesOfTask, framesText } from "../tasks";
import { layoutOf, meanRunSeconds, slowestOf } from "./job";
import type { Queue } from "./open";
import { type JobRow, rowOf } from "./read";
import { Refusal } from "./refusal";

/** Of a job with millions of runs not all are counted: a message is not worth seconds of the database. */
const mostCounted = 100_000;
const mostNamed = 10;
/** Tasks that are looked at for failed runs. */
const mostTasks = 500;

/** Numbers of a job at `now`, with the runs that failed when these are wanted; undefined when there is no such job any more. */
export async function numbersOf(
  queue: Queue,
  id: number,
  now: Date,
  wanted: { failures: boolean },
): Promise<{ numbers: JobNumbers; failures: ToldFailure[] } | undefined> {
  let row: JobRow;
  try {
    row = await rowOf(queue, id);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
  const layout = layoutOf(row);
  const total = frameCount(row.spans);
  const runSeconds = meanRunSeconds(row);
  const numbers: JobNumbers = {
    frames: { total, finished: framesIn(layout, row.finished), failed: framesIn(layout, row.failed) },
    seconds:
      row.startedAt === null ? null : Math.max(0, ((row.endedAt ?? now).getTime() - row.startedAt.getTime()) / 1000),
    secondsPerFrame: runSeconds === null ? null : runSeconds / row.block,
    slowest: slowestOf(row, layout),
    failedFrames: framesText(layout, row.failed).slice(0, 1000),
    ...(await whoRan(queue, id)),
  };
  return { numbers, failures: wanted.failures ? await failuresOf(queue, row) : [] };
}

async function whoRan(queue: Queue, id: number): Promise<Pick<JobNumbers, "slaves" | "moreSlaves">> {
  const rows = await queue.sql`
    select coalesce(slave.name, theirs.slave::text) as name, theirs.runs from (
      select slave, count(*)::int as runs from (select slave from run where job = ${id} limit ${mostCounted}) as run group by slave
    ) as theirs left join slave on slave.id = theirs.slave order by theirs.runs desc, name`;
  return {
    slaves: rows.slice(0, mostNamed).map(({ name, runs }) => ({ name: name as string, runs: runs as number })),
    moreSlaves: Math.max(0, rows.length - mostNamed),
  };
}

/** The last failed runs of tasks that failed; of tasks that are tried again when none has. */
async function failuresOf(queue: Queue, row: JobRow): Promise<ToldFailure[]> {
  for (const tasks of [row.failed, row.retrying, row.running, row.finished]) {
    const found = await failedRuns(queue, row, tasks);
    if (found.length > 0) return found;
  }
  return [];
}

async function failedRuns(queue: Queue, row: JobRow, set: TaskSet): Promise<ToldFailure[]> {
  const tasks: number[] = [];
  for (const task of eachTask(set)) if (tasks.push(task) >= mostTasks) break;
  if (tasks.length === 0) return [];
  const found = await queue.db
    .selectDistinctOn([runs.task], { run: runs, slave: slaves.name })
    .from(runs)
    .leftJoin(slaves, eq(slaves.id, runs.slave))
    .where(and(eq(runs.job, row.id), inArray(runs.task, tasks), inArray(runs.outcome, ["failed", "requeued"])))
    .orderBy(runs.task, sql`${runs.attempt} desc`)
    .limit(mostFailures);
  const layout = layoutOf(row);
  return found.map(({ run, slave }) => ({
    frame: framesOfTask(layout, run.task)[0]!,
    attempt: run.attempt,
    slave: slave ?? `${run.slave}`,
    code: run.code,
    message: run.message,
    log: [],
  }));
}
