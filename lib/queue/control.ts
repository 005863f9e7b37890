// What a person does to a job and its frames. What runs is killed by its slave first and moves when that reports: until then no
// other process works on the same frame.
import { parseFrames } from "../frames";
import type { Done } from "../protocol";
import { common, formatSet, setOf, sizeOf, type TaskSet } from "../sets";
import { tasksOfFrames } from "../tasks";
import { type LockedJob, onJob, wish } from "./act";
import { layoutOf } from "./job";
import { moveTasks } from "./move";
import { type Queue, type Tx, wake } from "./open";
import { Refusal } from "./refusal";

/**
 * Makes frames wait again, whatever state they are in; without `frames` those that failed. A task's retries begin anew, and slaves on
 * which too many failed get a second chance.
 */
export function requeue(queue: Queue, id: number, frames?: string): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const asked = frames === undefined ? job.failed : askedFor(job, frames);
    const back = common(asked, setOf([...job.finished, ...job.failed]));
    await forgive(tx, id, asked);
    if (sizeOf(common(asked, setOf([...job.failed, ...job.retrying]))) > 0) await acquit(tx, id);
    // Moving what waits already takes it out of `retrying`.
    await moveTasks(tx, [{ job: id, waiting: setOf([...back, ...common(asked, job.retrying)]) }]);
    await wake(tx, { work: true });
    return { tasks: sizeOf(back), killing: await wish(tx, id, common(asked, job.running), "requeue") };
  });
}

/** Calls frames finished without rendering them; a running one is killed. */
export function finish(queue: Queue, id: number, frames: string): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const asked = askedFor(job, frames);
    const done = common(asked, setOf([...job.waiting, ...job.failed]));
    if (await moveTasks(tx, [{ job: id, finished: done }])) await wake(tx, { work: true });
    return { tasks: sizeOf(done), killing: await wish(tx, id, common(asked, job.running), "finish") };
  });
}

/** Kills what runs, all or of these frames; the frames wait again. */
export function kill(queue: Queue, id: number, frames?: string): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const asked = frames === undefined ? job.running : common(askedFor(job, frames), job.running);
    return { tasks: 0, killing: await wish(tx, id, asked, "requeue") };
  });
}

/** Starts no more tasks; what runs ends by itself, or is killed and waits again. */
export function stop(queue: Queue, id: number, options: { kill: boolean }): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    await tx`update job set stopped = true, stop_reason = null where id = ${id}`;
    return { tasks: 0, killing: options.kill ? await wish(tx, id, job.running, "requeue") : 0 };
  });
}

/** Takes a stop back, whether a person's or its own. */
export function proceed(queue: Queue, id: number): Promise<Done> {
  return onJob(queue, id, async (tx) => {
    await tx`update job set stopped = false, stop_reason = null where id = ${id}`;
    await wake(tx, { work: true });
    return { tasks: 0, killing: 0 };
  });
}

/** Makes every frame wait again, killing what runs. */
export function rerun(queue: Queue, id: number): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const back = setOf([...job.finished, ...job.failed]);
    await forgive(tx, id, setOf([...back, ...job.waiting, ...job.running]));
    await moveTasks(tx, [{ job: id, waiting: setOf([...back, ...job.retrying]) }]);
    // What is said of its speed is said of what it renders now.
    await tx`
      update job set blamed = '{}', rendered_runs = 0, rendered_ms = 0, slowest_ms = 0, slowest_task = null where id = ${id}`;
    await wake(tx, { work: true });
    return { tasks: sizeOf(back), killing: await wish(tx, id, job.running, "requeue") };
  });
}

function askedFor(job: LockedJob, frames: string): TaskSet {
  let asked: TaskSet;
  try {
    asked = tasksOfFrames(layoutOf(job), parseFrames(frames));
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
  if (sizeOf(asked) === 0) throw new Refusal("invalid", `job ${job.id} has none of the frames ${frames.slice(0, 60)}`);
  return asked;
}

/**
 * Failures so far no longer count against the retries of these tasks. Nor does a lost run's success, should it still come in: a
 * person wants them rendered anew.
 */
async function forgive(tx: Tx, job: number, tasks: TaskSet): Promise<void> {
  if (tasks.length === 0) return;
  await tx`
    update run set counts = false, outcome = case outcome when 'lost' then 'killed' else outcome end
    from unnest(${formatSet(tasks)}::int4multirange) as piece
    where run.job = ${job} and run.task >= lower(piece) and run.task < upper(piece) and (run.counts or run.outcome = 'lost')`;
}

/** Slaves on which too many tasks of the job failed get tasks of it again. */
async function acquit(tx: Tx, job: number): Promise<void> {
  await tx`update job set blamed = '{}' where id = ${job} and blamed <> '{}'`;
}
