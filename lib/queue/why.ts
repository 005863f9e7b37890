// Why a job, a frame or a slave is not running: what the plan would see, put into words.
import type { Reason, Why } from "../protocol";
import { common, holds, sizeOf } from "../sets";
import type { Slave } from "../settings";
import { hasEnded } from "../states";
import { taskOfFrame } from "../tasks";
import { needsOf, slavesToJudge } from "./candidates";
import { describe, describeHindrance, describeJobs, describeWaiting, explain } from "./explain";
import { layoutOf, unknownJob } from "./job";
import { busy, hindrance, type JobNeeds, type Licences, obstacle, type SlaveNow, unready } from "./obstacles";
import type { Queue } from "./open";
import { type JobRow, rowOf } from "./read";
import { allSlaves, readSlave } from "./read-slaves";
import { Refusal } from "./refusal";
import { countLicences } from "./shares";
import { openRuns } from "./slaves";
import { transact } from "./transact";

/** So many of the jobs that have something to hand out are compared with a slave. */
const mostJobs = 1000;

/** Why the job, or one frame of it, is not running. Throws a Refusal when there is no such job or frame. */
export async function why(queue: Queue, id: number, frame?: number): Promise<Why> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const task = frame === undefined ? undefined : taskOfFrame(layout, frame);
  if (frame !== undefined && task === undefined) throw new Refusal("unknown", `job ${id} has no frame ${frame}`);
  if (task !== undefined && !holds(row.waiting, task)) return settled(queue, id, frame!, task, row);

  const { job, slaves, licences } = await pictureOf(queue, id);
  const { couldRun, hindrance: hindered, reasons, able } = explain(job, slaves, licences, task);
  const subject = task === undefined ? describeWaiting(job) : `Frame ${frame} waits`;
  const lines: string[] = [];
  const what = hindered && (hindered.because === "held" ? await heldBy(queue, id) : describeHindrance(hindered, job));
  if (hindered?.because === "nothing") lines.push(`Job ${id}: ${what}.`);
  else if (hindered?.because === "stopped" && row.stopReason)
    lines.push(`${subject}: the job stopped itself, ${row.stopReason}.`);
  else if (hindered?.because === "early") lines.push(`${subject}: not before ${timeText(row.notBefore!)}.`);
  else lines.push(what ? `${subject}: ${what}.` : `${subject}.`);
  if (hindered?.because !== "nothing") lines.push(...partly(job, task), slavesLine(slaves.length, reasons, able));
  if (couldRun)
    lines.push(
      (await outranked(queue, job))
        ? "It could run now; jobs with a higher priority are served first."
        : "It could run now: a task goes to the next slave that asks.",
    );
  return { text: lines.join("\n"), couldRun, job: what ?? null, reasons };
}

/** Why a slave gets nothing to do. Throws a Refusal when there is none of this name. */
export async function whySlave(queue: Queue, name: string): Promise<Why> {
  const seen = await readSlave(queue, name);
  const held = await openRuns(queue.sql, [seen.id]);
  const slave = slaveNow(
    seen,
    held.map(({ job }) => job),
  );
  const jobs = await jobsNow(queue.sql, queue.sql`claimable order by priority desc, id limit ${mostJobs}`);
  const licences = await licencesOf(queue, jobs);
  const own = unready(slave) ?? busy(slave);
  // As if it had a slot: what would keep it from these jobs even then.
  const idle = {
    ...slave,
    free: 1,
    inHours: true,
    away: false,
    sick: false,
    problem: null,
    enabled: true,
    draining: false,
  };
  const judged = jobs.map((job) => (hindrance(job, licences) ?? obstacle(job, idle))?.because);
  const fitting = judged.filter((because) => because === undefined).length;
  const reasons = [
    ...Map.groupBy(
      judged.filter((because) => because !== undefined),
      (because) => because,
    ),
  ].map(
    ([because, theirs]): Reason => ({
      because,
      text: describeJobs(because, theirs.length),
      slaves: [],
      count: theirs.length,
    }),
  );
  const some = jobs.length === mostJobs ? `the ${mostJobs} first` : `${jobs.length}`;
  // A slave whose tasks are short asks for more than it has slots, to have some at hand.
  const free = Math.max(0, Math.min(slave.free, seen.settings.slots - seen.running));
  const first = own
    ? `Slave ${slave.name} ${describe([own])}.`
    : `Slave ${slave.name} can take ${free} more task${free === 1 ? "" : "s"}.`;
  const kept =
    seen.stuck === 0
      ? ""
      : ` ${seen.stuck} run${seen.stuck === 1 ? "" : "s"} there keep${seen.stuck === 1 ? "s its slot" : " their slots"}: the processes cannot be ended.`;
  const second =
    jobs.length === 0
      ? "No job has tasks to hand out."
      : `Of ${some} job${jobs.length === 1 ? "" : "s"} with tasks to hand out ${fitting} fit${fitting === 1 ? "s" : ""} it${reasons
          .map(({ count, text }) => `, ${count} ${text}`)
          .join("")}.`;
  return {
    text: `${first}${kept}\n${second}`,
    couldRun: !own && fitting > 0,
    job: own ? describe([own]) : null,
    reasons,
  };
}

/** What the plan would see of the job and of every slave. */
async function pictureOf(queue: Queue, id: number) {
  const [job] = await jobsNow(queue.sql, queue.sql`id = ${id}`);
  if (!job) throw unknownJob(id);
  const held = await queue.sql`
    select run.slave from job cross join lateral unnest(job.running) as piece
    join run on run.job = job.id and run.task >= lower(piece) and run.task < upper(piece) and run.ended_at is null
    where job.id = ${id}`;
  const jobs = Map.groupBy(held, (row) => row.slave as number);
  const slaves = (await allSlaves(queue)).map((slave) =>
    slaveNow(
      slave,
      (jobs.get(slave.id) ?? []).map(() => id),
    ),
  );
  return { job, slaves, licences: await licencesOf(queue, [job]) };
}

async function jobsNow(sql: Queue["sql"], which: ReturnType<Queue["sql"]>): Promise<JobNeeds[]> {
  const rows = await sql`
    select id, priority, owner, pool, os, memory_mb, gpus, licences, max_slots, max_per_slave, blocked, blamed, slave_failures, stopped,
      coalesce(not_before > now(), false) as early, running_count, waiting, held, resting
    from job where ${which}`;
  const slaves = await slavesToJudge(sql, rows);
  return rows.map((row) => needsOf(row, 0, slaves));
}

async function licencesOf(queue: Queue, jobs: readonly JobNeeds[]): Promise<Licences> {
  const names = [...new Set(jobs.flatMap(({ licences }) => Object.keys(licences)))];
  if (names.length === 0) return new Map();
  return transact(queue, (tx) => countLicences(tx, names, new Map()));
}

/** A slave as it described itself last, with the job of each task that it has now. */
function slaveNow(slave: Slave, jobs: readonly number[]): SlaveNow {
  return {
    id: slave.id,
    name: slave.name,
    away: slave.state !== "online",
    sick: slave.sickSince !== null,
    problem: slave.problem,
    enabled: slave.settings.enabled,
    draining: slave.settings.drain,
    inHours: slave.inHours,
    pools: slave.settings.pools,
    os: slave.os,
    memoryLeftMb: slave.memoryLeftMb,
    gpusLeft: slave.gpusLeft,
    foreignSlots: slave.foreignSlots,
    free: slave.free,
    jobs,
  };
}

/** A frame that does not wait. */
async function settled(queue: Queue, id: number, frame: number, task: number, row: JobRow): Promise<Why> {
  const [run] = await queue.sql`
    select run.message, run.started_at, coalesce(slave.name, run.slave::text) as slave from run left join slave on slave.id = run.slave
    where job = ${id} and task = ${task} order by attempt desc limit 1`;
  const text = holds(row.running, task)
    ? `Frame ${frame} runs on ${run?.slave} since ${timeText(new Date(run?.started_at))}${run?.message ? `: ${run.message}` : ""}.`
    : holds(row.finished, task)
      ? `Frame ${frame} is finished.`
      : `Frame ${frame} failed${run?.message ? `: ${run.message}` : ""}. Its log: drqueue log ${id} ${frame}. Again: drqueue requeue ${id} ${frame}.`;
  return { text, couldRun: false, job: text, reasons: [] };
}

/** What the job waits for, by number and state. */
async function heldBy(queue: Queue, id: number): Promise<string> {
  const rows = await queue.sql`
    select dependency.needs, dependency.until, job.state from dependency join job on job.id = dependency.needs
    where dependency.job = ${id} order by dependency.needs`;
  const words = rows
    .filter((row) => (row.until === "ended" ? !hasEnded(row.state) : row.state !== "finished"))
    .map((row) => {
      const wait = row.until === "frames" ? `frame by frame for job ${row.needs}` : `for job ${row.needs}`;
      return row.state === "failed"
        ? `${wait}, which failed (requeue its frames, or change what this one waits for)`
        : `${wait} (${row.state})`;
    });
  return `it waits ${words.join(" and ") || "for other jobs"}`;
}

/** The tasks of a job of which others could start while these can not. */
function partly(job: JobNeeds, task: number | undefined): string[] {
  if (task !== undefined) return [];
  const held = sizeOf(common(job.waiting, job.held));
  const resting = sizeOf(job.resting);
  const waiting = sizeOf(job.waiting);
  return [
    ...(held > 0 && held < waiting
      ? [`${held.toLocaleString("en")} of them wait${held === 1 ? "s" : ""} for other jobs.`]
      : []),
    ...(resting > 0 && resting < waiting
      ? [`${resting.toLocaleString("en")} of them failed and ${resting === 1 ? "is" : "are"} not tried again yet.`]
      : []),
  ];
}

function slavesLine(count: number, reasons: readonly Reason[], able: readonly string[]): string {
  if (count === 0) return "There are no slaves: start one with drqueue slave.";
  const parts = reasons.map((reason) => `${reason.count} ${reason.text}`);
  if (able.length > 0)
    parts.push(
      `${able.length} could take a task now (${able.slice(0, 5).join(", ")}${able.length > 5 ? ", ..." : ""})`,
    );
  return `${count} slave${count === 1 ? "" : "s"}: ${parts.join(", ")}.`;
}

/** To the second, in the one zone that all readers can reckon from. */
function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Whether jobs of a higher priority have tasks to hand out in the same pools. */
async function outranked(queue: Queue, job: JobNeeds): Promise<boolean> {
  const [row] = await queue.sql`
    select exists (select 1 from job where claimable and priority > ${job.priority} and (not_before is null or not_before <= now())
      and string_to_array(pool, ',') && string_to_array(${job.pool}, ',')) as found`;
  return row!.found;
}
