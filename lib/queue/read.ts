// What people and programs read of the queue.
import { and, desc, eq, ilike, inArray, lt, type SQL, sql } from "drizzle-orm";
import { job as jobs, run as runs, slave as slaves } from "../../schema";
import { formatFrames, frameCount, parseFrames, type Span } from "../frames";
import { logFile, logFolder } from "../logs";
import type { Frame, Job, JobDetail, JobFilter, Slave } from "../protocol";
import { holds, sizeOf, type TaskSet } from "../sets";
import { framesFrom, framesIn, framesOfTask, framesText, taskOfFrame } from "../tasks";
import { layoutOf, unknownJob } from "./job";
import type { Queue } from "./open";
import { Refusal } from "./refusal";

type JobRow = typeof jobs.$inferSelect;

/** Jobs, newest first, as many as the filter's limit. */
export async function listJobs(queue: Queue, filter: JobFilter): Promise<Job[]> {
  const wanted: SQL[] = [];
  if (filter.state) wanted.push(eq(jobs.state, filter.state));
  if (filter.owner) wanted.push(eq(jobs.owner, filter.owner));
  if (filter.pool) wanted.push(eq(jobs.pool, filter.pool));
  if (filter.name) wanted.push(ilike(jobs.name, `%${filter.name.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%")}%`));
  if (filter.before) wanted.push(lt(jobs.id, filter.before));
  const rows = await queue.db
    .select()
    .from(jobs)
    .where(and(...wanted))
    .orderBy(desc(jobs.id))
    .limit(filter.limit);
  return rows.map((row) => ({ ...shown(row), frames: brief(row.spans) }));
}

/** One job with all its settings. Throws a Refusal when there is none of this number. */
export async function readJob(queue: Queue, id: number): Promise<JobDetail> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  // The last runs tell best how long the next will take, and reading 200 costs the same for every job.
  const [mean] = await queue.sql`
    select sum(ran_ms)::float8 / 1000 / nullif(count(*), 0) as seconds
    from (select ran_ms from run where job = ${id} and outcome = 'finished' order by task desc limit 200) as last`;
  return {
    ...shown(row),
    frames: formatFrames(row.spans),
    command: row.command,
    env: row.env,
    folder: row.folder,
    order: row.fillOrder,
    pad: row.pad,
    retries: row.retries,
    exitCodes: row.exitRule,
    logFolder: logFolder(row),
    runningFrames: framesText(layout, row.running),
    failedFrames: framesText(layout, row.failed),
    frameSeconds: mean?.seconds == null ? null : mean.seconds / row.block,
  };
}

/**
 * Frames of a job with their last runs, in the job's order or that of `asked`, at most `limit` from place `after` on. `next` is the
 * place to go on from, undefined at the end.
 */
export async function listFrames(
  queue: Queue,
  id: number,
  asked: string | undefined,
  after: number,
  limit: number,
): Promise<{ frames: Frame[]; next?: number }> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const { found, next } = framesFrom(layout, asked === undefined ? undefined : spansFor(asked), after, limit);
  const tasks = [...new Set(found.map(({ task }) => task))];
  const last = tasks.length
    ? await queue.db
        .selectDistinctOn([runs.task], { run: runs, slave: slaves.name })
        .from(runs)
        .leftJoin(slaves, eq(slaves.id, runs.slave))
        .where(and(eq(runs.job, id), inArray(runs.task, tasks)))
        .orderBy(runs.task, desc(runs.attempt))
    : [];
  const byTask = new Map(last.map((one) => [one.run.task, one]));
  const frames = found.map(({ frame, task }): Frame => {
    const state = holds(row.finished, task)
      ? "finished"
      : holds(row.failed, task)
        ? "failed"
        : holds(row.running, task)
          ? "running"
          : "waiting";
    const { run, slave } = byTask.get(task) ?? {};
    return {
      frame,
      task,
      state,
      attempt: run?.attempt ?? 0,
      slave: slave ?? null,
      outcome: run?.outcome ?? null,
      code: run?.code ?? null,
      message: run?.message ?? null,
      startedAt: run?.startedAt.toISOString() ?? null,
      seconds: run ? (run.ranMs ?? (run.endedAt ?? new Date()).getTime() - run.startedAt.getTime()) / 1000 : null,
    };
  });
  return { frames, ...(next === undefined ? {} : { next }) };
}

/** All slaves by name. */
export async function listSlaves(queue: Queue): Promise<Slave[]> {
  const rows = await queue.db.select().from(slaves).orderBy(slaves.name, desc(slaves.seenAt));
  return rows.map(slaveShown);
}

/** A slave by name, the one heard of last when several carry it, or by number. Throws a Refusal when there is none. */
export async function readSlave(queue: Queue, name: string): Promise<Slave> {
  const byNumber = /^\d{1,9}$/.test(name) ? sql` or ${slaves.id} = ${Number(name)}` : sql``;
  const [row] = await queue.db
    .select()
    .from(slaves)
    .where(sql`${slaves.name} = ${name}${byNumber}`)
    .orderBy(desc(slaves.seenAt))
    .limit(1);
  if (!row) throw new Refusal("unknown", `there is no slave '${name.slice(0, 60)}'`);
  return slaveShown(row);
}

/** Where the log of a frame's run is: its file below the log folder, the slave that writes it, and whether it still does. */
export type LogPlace = {
  job: number;
  task: number;
  attempt: number;
  path: string;
  slave: { name: string; address: string; port: number; state: string };
  open: boolean;
};

/** Finds the log of a frame, of its last attempt when none is named. Throws a Refusal when the frame has no such run. */
export async function findLog(queue: Queue, id: number, frame: number, attempt?: number): Promise<LogPlace> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const task = taskOfFrame(layout, frame);
  if (task === undefined) throw new Refusal("unknown", `job ${id} has no frame ${frame}`);
  const [found] = await queue.db
    .select({ attempt: runs.attempt, endedAt: runs.endedAt, slave: slaves })
    .from(runs)
    .innerJoin(slaves, eq(slaves.id, runs.slave))
    .where(and(eq(runs.job, id), eq(runs.task, task), attempt === undefined ? undefined : eq(runs.attempt, attempt)))
    .orderBy(desc(runs.attempt))
    .limit(1);
  if (!found) {
    throw new Refusal(
      attempt === undefined ? "conflict" : "unknown",
      attempt === undefined
        ? `frame ${frame} of job ${id} has not been started yet`
        : `frame ${frame} of job ${id} has no attempt ${attempt}`,
    );
  }
  const { name, address, port, state } = found.slave;
  return {
    job: id,
    task,
    attempt: found.attempt,
    path: `${logFolder(row)}/${logFile(framesOfTask(layout, task)[0]!, row.pad, found.attempt)}`,
    slave: { name, address, port, state },
    open: found.endedAt === null,
  };
}

/** Whether a run has not ended yet. */
export async function isOpen(queue: Queue, place: { job: number; task: number; attempt: number }): Promise<boolean> {
  const [row] = await queue.sql`
    select ended_at is null as open from run where job = ${place.job} and task = ${place.task} and attempt = ${place.attempt}`;
  return row?.open === true;
}

/** The frames as a list shows them: some jobs have thousands of ranges. */
function brief(spans: readonly Span[]): string {
  const most = 12;
  return formatFrames(spans.slice(0, most)) + (spans.length > most ? ",..." : "");
}

function spansFor(asked: string): Span[] {
  try {
    return parseFrames(asked);
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
}

async function rowOf(queue: Queue, id: number): Promise<JobRow> {
  const [row] = await queue.db.select().from(jobs).where(eq(jobs.id, id));
  if (!row) throw unknownJob(id);
  return row;
}

function shown(row: JobRow): Job {
  const layout = layoutOf(row);
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    pool: row.pool,
    priority: row.priority,
    state: row.state,
    stopped: row.stopped,
    frames: "",
    frameCounts: countsBy(row, (set) => framesIn(layout, set), frameCount(row.spans)),
    taskCounts: countsBy(row, sizeOf, row.tasks),
    block: row.block,
    submittedAt: row.submittedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

function countsBy(row: JobRow, count: (set: TaskSet) => number, total: number) {
  return {
    total,
    waiting: count(row.waiting),
    running: count(row.running),
    finished: count(row.finished),
    failed: count(row.failed),
  };
}

function slaveShown(row: typeof slaves.$inferSelect): Slave {
  const { key: _, software, seenAt, ...rest } = row;
  return { ...rest, version: software, seenAt: seenAt.toISOString() };
}
