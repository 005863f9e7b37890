// Where the logs of runs are, and which of them are still wanted.
import { and, desc, eq } from "drizzle-orm";
import { run as runs, slave as slaves } from "../../schema";
import type { Span } from "../frames";
import { logFile, logFolder } from "../logs";
import type { Order } from "../order";
import { framesOfTask, taskOfFrame } from "../tasks";
import { keyOf, type RunKey, runName } from "../wire";
import { layoutOf } from "./job";
import type { Queue } from "./open";
import { rowOf } from "./read";
import { Refusal } from "./refusal";

/** Where the log of a frame's run is: its file below the log folder, the slave that writes it, and whether it still does. */
export type LogPlace = {
  job: number;
  task: number;
  frame: number;
  attempt: number;
  path: string;
  slave: { name: string; address: string; port: number; state: string };
  open: boolean;
  /** When the run ended; null while it is open. */
  endedAt: Date | null;
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
    frame,
    attempt: found.attempt,
    path: `${logFolder(row)}/${logFile(framesOfTask(layout, task)[0]!, row.pad, found.attempt)}`,
    slave: { name, address, port, state },
    open: found.endedAt === null,
    endedAt: found.endedAt,
  };
}

/** Whether a run has not ended yet. */
export async function isOpen(queue: Queue, place: { job: number; task: number; attempt: number }): Promise<boolean> {
  const [row] = await queue.sql`
    select ended_at is null as open from run where job = ${place.job} and task = ${place.task} and attempt = ${place.attempt}`;
  return row?.open === true;
}

/** What of a job the paths of its logs are made of. */
type Naming = { id: number; logName: string; pad: number; spans: Span[]; fillOrder: Order; block: number };

function pathOf(job: Naming, { task, attempt }: RunKey): string {
  return `${logFolder(job)}/${logFile(framesOfTask(layoutOf(job), task)[0]!, job.pad, attempt)}`;
}

/** The paths of the logs of those of the runs that a slave has, by runName. `key`: what the slave is known by. */
export async function logPaths({ sql }: Queue, key: string, runs: readonly RunKey[]): Promise<Map<string, string>> {
  const rows = await sql`
    select run.job, run.task, run.attempt
    from json_to_recordset(${JSON.stringify(runs.map(keyOf))}::json) as given(job int, task int, attempt int)
    join run using (job, task, attempt) join slave on slave.id = run.slave and slave.key = ${key}`;
  const found = rows as unknown as RunKey[];
  const jobs = await namings(sql, [...new Set(found.map(({ job }) => job))]);
  return new Map(
    found.flatMap((run) => {
      const job = jobs.get(run.job);
      return job ? [[runName(run), pathOf(job, run)] as const] : [];
    }),
  );
}

async function namings(sql: Queue["sql"], ids: readonly number[]): Promise<Map<number, Naming>> {
  if (ids.length === 0) return new Map();
  const rows = await sql`
    select id, log_name as "logName", pad, spans, fill_order as "fillOrder", block from job where id in ${sql(ids)}`;
  return new Map((rows as unknown as Naming[]).map((job) => [job.id, job]));
}

/** Whether a job has ended or is no more, and the paths of the logs that its open runs still write. */
export async function logsInUse({ sql }: Queue, id: number): Promise<{ over: boolean; open: Set<string> }> {
  const job = (await namings(sql, [id])).get(id);
  if (!job) return { over: true, open: new Set() };
  const runs = await sql`select job, task, attempt from run where job = ${id} and ended_at is null`;
  const [row] = await sql`select ended_at is not null as over from job where id = ${id}`;
  return { over: row?.over !== false, open: new Set((runs as unknown as RunKey[]).map((run) => pathOf(job, run))) };
}

/** Those of the jobs that were deleted: numbers that were given once, and of which there is no job any more. */
export async function deletedOf({ sql }: Queue, ids: readonly number[]): Promise<Set<number>> {
  const rows = await sql`
    select given.id from json_array_elements_text(${JSON.stringify(ids)}::json) as one(text)
    cross join lateral (select one.text::int as id) as given
    where given.id <= (select last_value from pg_sequences where schemaname || '.' || sequencename = pg_get_serial_sequence('job', 'id'))
      and not exists (select 1 from job where job.id = given.id)`;
  return new Set(rows.map((row) => row.id as number));
}
