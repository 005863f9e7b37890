// One job's row as the operations on it need it.
import type { Span } from "../frames";
import type { Order } from "../order";
import { framesOfTask, type Layout } from "../tasks";
import { Refusal } from "./refusal";

/** How the job's frames are cut into tasks. */
export function layoutOf(job: { spans: Span[]; fillOrder: Order; block: number }): Layout {
  return { spans: job.spans, order: job.fillOrder, block: job.block };
}

/** How long a finished run took on average, s; null before the first. */
export function meanRunSeconds(job: { renderedRuns: number; renderedMs: number }): number | null {
  return job.renderedRuns === 0 ? null : job.renderedMs / job.renderedRuns / 1000;
}

/** The task that took longest, by its first frame. */
export function slowestOf(
  job: { slowestTask: number | null; slowestMs: number },
  layout: Layout,
): { frame: number; seconds: number } | null {
  if (job.slowestTask === null) return null;
  return { frame: framesOfTask(layout, job.slowestTask)[0]!, seconds: job.slowestMs / 1000 };
}

/** The answer to a number that no job has. */
export function unknownJob(id: number): Refusal {
  return new Refusal("unknown", `there is no job ${id}`);
}
