// What a person does to a job and its frames. What runs is killed by its slave first and moves when that reports: until then no
// other process works on the same frame.
import { parseFrames } from "../frames";
import type { Done, JobChange } from "../protocol";
import { common, eachTask, formatSet, setOf, sizeOf, type TaskSet } from "../sets";
import type { Wish } from "../states";
import { type Layout, tasksOfFrames } from "../tasks";
import { type LockedJob, layoutOf, lockJob } from "./job";
import { moveTasks } from "./move";
import { type Queue, type Tx, wake } from "./open";
import { Refusal } from "./refusal";

/** Makes frames wait again, whatever state they are in; without `frames` those that failed. A task's retries begin anew. */
export function requeue(queue: Queue, id: number, frames?: string): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const asked = frames === undefined ? job.failed : askedFor(job, frames);
    const back = common(asked, setOf([...job.finished, ...job.failed]));
    await forgive(tx, id, asked);
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
    await moveTasks(tx, [{ job: id, finished: done }]);
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
    await tx`update job set stopped = true where id = ${id}`;
    return { tasks: 0, killing: options.kill ? await wish(tx, id, job.running, "requeue") : 0 };
  });
}

/** Takes a stop back. */
export function proceed(queue: Queue, id: number): Promise<Done> {
  return onJob(queue, id, async (tx) => {
    await tx`update job set stopped = false where id = ${id}`;
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
    await wake(tx, { work: true });
    return { tasks: sizeOf(back), killing: await wish(tx, id, job.running, "requeue") };
  });
}

/** Forgets the job and its runs; its slaves kill what they still run of it. */
export function remove(queue: Queue, id: number): Promise<Done> {
  return onJob(queue, id, async (tx, job) => {
    const killing = await wish(tx, id, job.running, "requeue");
    await tx`delete from run where job = ${id}`;
    await tx`delete from job where id = ${id}`;
    return { tasks: 0, killing };
  });
}

/** Changes settings of a job; effective with the next hand-out. */
export function change(queue: Queue, id: number, given: JobChange): Promise<Done> {
  return onJob(queue, id, async (tx) => {
    const { name = null, priority = null, pool = null, retries = null, owner = null } = given;
    await tx`
      update job set name = coalesce(${name}, name), priority = coalesce(${priority}, priority), pool = coalesce(${pool}, pool),
        retries = coalesce(${retries}, retries), owner = coalesce(${owner}, owner)
      where id = ${id}`;
    await wake(tx, { work: true });
    return { tasks: 0, killing: 0 };
  });
}

async function onJob(queue: Queue, id: number, work: (tx: Tx, job: LockedJob) => Promise<Done>): Promise<Done> {
  const done = await queue.sql.begin(async (tx) => work(tx, await lockJob(tx, id)));
  return done as Done;
}

function askedFor(job: LockedJob, frames: string): TaskSet {
  let asked: TaskSet;
  const layout: Layout = layoutOf(job);
  try {
    asked = tasksOfFrames(layout, parseFrames(frames));
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
  if (sizeOf(asked) === 0) throw new Refusal("invalid", `job ${job.id} has none of the frames ${frames.slice(0, 60)}`);
  return asked;
}

/** Says what is wanted of the open runs of these tasks and tells their slaves. Returns how many there are. */
async function wish(tx: Tx, job: number, running: TaskSet, wanted: Wish): Promise<number> {
  if (running.length === 0) return 0;
  const rows = await tx`
    update run set wish = ${wanted}
    from json_array_elements_text(${JSON.stringify([...eachTask(running)])}::json) as given(task)
    where run.job = ${job} and run.task = given.task::int and run.ended_at is null
    returning run.slave`;
  if (rows.length > 0) await wake(tx, { kill: [...new Set(rows.map((row) => row.slave as number))] });
  return rows.length;
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
