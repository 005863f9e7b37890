// What is done with many jobs at once: in pieces, with the way back where there is one.
import type { Job, ManyDone, NewJobStep } from "../../client";
import { farm, wordsOf } from "../farm-client";

/** Jobs of one request; those that are deleted may have a million runs each to forget. */
const pieceSize = 500;
const deletedSize = 50;

/**
 * A step that sets something which can be set back: `of` what it is for a job, `to` what it becomes, `back` the step to what it was.
 * `always`: it is also taken with jobs for which nothing is set.
 */
type Setting = { of: (job: Job) => unknown; to: unknown; back: (was: never) => NewJobStep; always?: boolean };

/** `doing` and `done` as in "Stopping 3 jobs", "3 jobs stopped". */
export type Act = { doing: string; done: string; step: NewJobStep; setting?: Setting };

const change = (change: Extract<NewJobStep, { do: "change" }>["change"]): NewJobStep => ({ do: "change", change });
const isStopped = ({ stopped }: Job) => stopped;

export const acts = {
  stop: {
    doing: "Stopping",
    done: "stopped",
    step: { do: "stop" },
    setting: { of: isStopped, to: true, back: () => ({ do: "continue" }) },
  },
  kill: {
    doing: "Stopping",
    done: "stopped",
    step: { do: "stop", kill: true },
    setting: { of: isStopped, to: true, back: () => ({ do: "continue" }), always: true },
  },
  proceed: {
    doing: "Continuing",
    done: "continued",
    step: { do: "continue" },
    setting: { of: isStopped, to: false, back: () => ({ do: "stop" }) },
  },
  requeue: { doing: "Requeueing what failed of", done: "looked through", step: { do: "requeue" } },
  rerun: { doing: "Rerunning", done: "begin anew", step: { do: "rerun" } },
} satisfies Record<string, Act>;

export function priorityAct(priority: number): Act {
  const setting: Setting = {
    of: (job) => job.priority,
    to: priority,
    back: (was: number) => change({ priority: was }),
  };
  return { doing: "Changing", done: `now of priority ${priority}`, step: change({ priority }), setting };
}

export function poolAct(pool: string): Act {
  const setting: Setting = { of: (job) => job.pool, to: pool, back: (was: string) => change({ pool: was }) };
  return { doing: "Changing", done: `now in pool ${pool}`, step: change({ pool }), setting };
}

export function deleteAct(dependents: "refuse" | "cascade" | "release"): Act {
  return { doing: "Deleting", done: "deleted", step: { do: "delete", dependents } };
}

/** `unchanged`: jobs that were as wanted before. `back`: what takes it back. `error`: why it went no further. */
export type Taken = ManyDone & { unchanged: number; back: { step: NewJobStep; jobs: number[] }[]; error?: unknown };

/** Takes a step with jobs until the signal comes. `progress` is told with how many it was tried. Throws nothing: see `error`. */
export async function takeAll(
  { step, setting }: Pick<Act, "step" | "setting">,
  jobs: readonly number[],
  progress: (tried: number) => void,
  signal?: AbortSignal,
): Promise<Taken> {
  const taken: Taken = { done: [], tasks: 0, killing: 0, refused: [], unchanged: 0, back: [] };
  const before = new Map<unknown, number[]>();
  try {
    for (const piece of pieces(jobs, step.do === "delete" ? deletedSize : pieceSize)) {
      if (signal?.aborted) break;
      const was = setting && new Map((await readJobs(piece)).map((job) => [job.id, setting.of(job)]));
      const wanted = setting?.always ? piece : piece.filter((job) => !was || was.get(job) !== setting!.to);
      taken.unchanged += piece.length - wanted.length;
      if (wanted.length > 0) {
        const { done, refused, tasks, killing } = await farm.many(wanted, step);
        taken.done.push(...done);
        taken.refused.push(...refused);
        taken.tasks += tasks;
        taken.killing += killing;
        for (const job of done) {
          const value = was?.get(job);
          if (value === undefined || value === setting!.to) continue;
          const alike = before.get(value);
          if (alike) alike.push(job);
          else before.set(value, [job]);
        }
      }
      progress(taken.done.length + taken.refused.length + taken.unchanged);
    }
  } catch (error) {
    taken.error = error;
  }
  for (const [value, jobs] of before) taken.back.push({ step: setting!.back(value as never), jobs });
  return taken;
}

/** Takes it back. Throws when a job, or the farm, refuses. */
export async function takeBack(back: Taken["back"]): Promise<number> {
  let count = 0;
  const refused: string[] = [];
  for (const { step, jobs } of back) {
    const taken = await takeAll({ step }, jobs, () => {});
    if (taken.error !== undefined) throw taken.error;
    count += taken.done.length;
    refused.push(...taken.refused.map(({ why }) => why));
  }
  if (refused.length > 0) throw new Error(`not taken back for ${refused.length}: ${refused[0]}`);
  return count;
}

/** What jobs have, in sum: frames, those that are finished, and tasks that run. `jobs`: how many were found. */
export type Sum = { jobs: number; frames: number; finished: number; running: number };

/** Adds up jobs, and tells how far it is after each piece, until the signal comes. */
export async function* sumOf(jobs: readonly number[], signal: AbortSignal): AsyncGenerator<Sum & { read: number }> {
  const sum = { jobs: 0, frames: 0, finished: 0, running: 0, read: 0 };
  for (const piece of pieces(jobs, pieceSize)) {
    const found = await readJobs(piece);
    if (signal.aborted) return;
    for (const { frameCounts, taskCounts } of found) {
      sum.jobs++;
      sum.frames += frameCounts.total;
      sum.finished += frameCounts.finished;
      sum.running += taskCounts.running;
    }
    sum.read += piece.length;
    yield { ...sum };
  }
}

/** Jobs by number, at most 500; those that are no more are left out. */
export function readJobs(jobs: readonly number[]): Promise<Job[]> {
  return farm.jobs({ jobs: [...jobs], limit: jobs.length });
}

/** What is said of those that refused, or of what kept it from going on; undefined when nothing did. */
export function complaint({ refused, error }: Pick<Taken, "refused" | "error">): string | undefined {
  const [first] = refused;
  const words = [
    ...(first ? [`${refused.length} refused, such as job ${first.job}: ${first.why}`] : []),
    ...(error === undefined ? [] : [`It went no further: ${wordsOf(error)}`]),
  ];
  return words.length === 0 ? undefined : words.join(". ");
}

function* pieces(jobs: readonly number[], size: number): Generator<number[]> {
  for (let at = 0; at < jobs.length; at += size) yield jobs.slice(at, at + size);
}
