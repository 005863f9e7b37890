// What people and programs read of the queue.
import { and, desc, eq, getTableColumns, ilike, inArray, lt, type SQL, sql } from "drizzle-orm";
import { dependency as dependencies, job as jobs, run as runs, slave as slaves } from "../../schema";
import { formatFrames, frameCount, parseFrames, type Span } from "../frames";
import {
  type JobFilter,
  type JobNumbers,
  type JobNumbersFilter,
  type JobPage,
  type JobSort,
  mostNumbers,
} from "../lists";
import type { Frame, Job } from "../protocol";
import { holds, setOf, sizeOf, type TaskSet } from "../sets";
import type { TaskState } from "../states";
import { framesFrom, framesIn } from "../tasks";
import { layoutOf, meanRunSeconds, unknownJob } from "./job";
import type { Queue } from "./open";
import { behind, type Key, namePattern, pageOf, type Sorting, sorted } from "./page";
import { Refusal } from "./refusal";

/** A job's whole row. */
export type JobRow = typeof jobs.$inferSelect;

// Jobscripts may have many kilobytes, and no list shows them.
const { script: _, ...listed } = getTableColumns(jobs);

const keys: Record<JobSort, Key> = {
  id: { column: jobs.id, as: "integer" },
  name: { column: jobs.name, as: "text" },
  owner: { column: jobs.owner, as: "text" },
  priority: { column: jobs.priority, as: "integer" },
  state: { column: jobs.state, as: "text" },
  submitted: { column: jobs.submittedAt, as: "moment" },
};

/** A page of jobs, newest first unless the filter says otherwise. Throws a Refusal for a cursor of another list. */
export async function listJobs(queue: Queue, filter: JobFilter): Promise<JobPage> {
  const sorting = sortingOf(filter);
  const { order, key } = sorted(sorting);
  const wanted = wantedBy(filter);
  if (filter.jobs) wanted.push(inArray(jobs.id, filter.jobs));
  if (filter.before) wanted.push(lt(jobs.id, filter.before));
  if (filter.cursor) wanted.push(behind(sorting, filter.cursor));
  const found = await queue.db
    .select({ ...listed, key })
    .from(jobs)
    .where(and(...wanted))
    .orderBy(...order)
    .limit(filter.limit + 1);
  const { rows, ...more } = pageOf(sorting, found, filter.limit);
  const ids = rows.filter(({ endedAt }) => endedAt === null).map(({ id }) => id);
  const waits =
    ids.length === 0 ? [] : await queue.db.select().from(dependencies).where(inArray(dependencies.job, ids));
  const after = Map.groupBy(waits, ({ job }) => job);
  const page = rows.map((row) => ({
    ...shown(row),
    frames: brief(row.spans),
    after: (after.get(row.id) ?? []).map(({ needs }) => needs).sort((a, b) => a - b),
  }));
  return { jobs: page, ...more };
}

/** The numbers of the jobs of a filter in the order of their list, `most` of them, and how many there are. */
export async function listNumbers(queue: Queue, filter: JobNumbersFilter, most = mostNumbers): Promise<JobNumbers> {
  const wanted = and(...wantedBy(filter));
  const { order } = sorted(sortingOf(filter));
  const some = queue.db
    .select({ id: jobs.id })
    .from(jobs)
    .where(wanted)
    .orderBy(...order)
    .limit(most)
    .as("some");
  // As one text: a row each takes twice as long, and that in the master.
  const [told] = await queue.db
    .select({ numbers: sql<string>`coalesce(string_agg(${some.id}::text, ','), '')` })
    .from(some);
  const numbers = told!.numbers === "" ? [] : told!.numbers.split(",").map(Number);
  const total = numbers.length < most ? numbers.length : await queue.db.$count(jobs, wanted);
  return { jobs: numbers, total };
}

function sortingOf({ sort = "-id" }: JobNumbersFilter): Sorting {
  return { name: sort, key: keys[sort.replace("-", "") as JobSort], id: jobs.id };
}

/** What jobs must be like for a list. */
function wantedBy({ state, owner, kind, pool, name }: JobNumbersFilter): SQL[] {
  const wanted: SQL[] = [];
  if (state) wanted.push(inArray(jobs.state, [state].flat()));
  if (owner) wanted.push(eq(jobs.owner, owner));
  if (kind) wanted.push(eq(jobs.kind, kind));
  if (pool) wanted.push(sql`${pool} = any(string_to_array(${jobs.pool}, ','))`);
  if (name) wanted.push(ilike(jobs.name, namePattern(name)));
  return wanted;
}

/**
 * Frames of a job with their last runs, in the job's order or that of `asked`, at most `limit` from place `after` on, all or those in
 * one of `states`. `next` is the place to go on from, undefined at the end.
 */
export async function listFrames(
  queue: Queue,
  id: number,
  asked: string | undefined,
  after: number,
  limit: number,
  states?: readonly TaskState[],
): Promise<{ frames: Frame[]; next?: number }> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const wanted = states && setOf(states.flatMap((state) => row[state]));
  const spans = asked === undefined ? undefined : spansFor(asked);
  const { found, next } = framesFrom(layout, spans, after, limit, wanted);
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
      cpuSeconds: run?.cpuMs == null ? null : run.cpuMs / 1000,
      memoryMb: run?.memoryMb ?? null,
      progress: run && run.endedAt === null ? run.progress : null,
    };
  });
  return { frames, ...(next === undefined ? {} : { next }) };
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

/** A job by its number, whole. Throws a Refusal when there is none. */
export async function rowOf(queue: Queue, id: number): Promise<JobRow> {
  const [row] = await queue.db.select().from(jobs).where(eq(jobs.id, id));
  if (!row) throw unknownJob(id);
  return row;
}

/** What lists show of a job, all but its frames and the jobs it waits for. */
export function shown(row: Omit<JobRow, "script">): Omit<Job, "frames" | "after"> {
  const layout = layoutOf(row);
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    pool: row.pool,
    priority: row.priority,
    state: row.state,
    stopped: row.stopped,
    stopReason: row.stopReason,
    kind: row.kind,
    notBefore: row.notBefore?.toISOString() ?? null,
    frameCounts: countsBy(row, (set) => framesIn(layout, set), frameCount(row.spans)),
    taskCounts: countsBy(row, sizeOf, row.tasks),
    block: row.block,
    submittedAt: row.submittedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    secondsLeft: secondsLeft(row),
  };
}

/** How long the rest will take, s, if as many run as now; what runs is taken as half done. */
function secondsLeft(row: Omit<JobRow, "script">): number | null {
  const runSeconds = meanRunSeconds(row);
  const running = sizeOf(row.running);
  return runSeconds === null || running === 0 ? null : (runSeconds * (sizeOf(row.waiting) + running / 2)) / running;
}

function countsBy(
  row: Pick<JobRow, "waiting" | "running" | "finished" | "failed">,
  count: (set: TaskSet) => number,
  total: number,
) {
  return {
    total,
    waiting: count(row.waiting),
    running: count(row.running),
    finished: count(row.finished),
    failed: count(row.failed),
  };
}
