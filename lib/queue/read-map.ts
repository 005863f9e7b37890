// All tasks of a job at once, as a map of its frames is drawn from.
import { eq } from "drizzle-orm";
import { job as jobs } from "../../schema";
import { formatFrames } from "../frames";
import { common, formatSet } from "../sets";
import type { JobMap } from "../views";
import { unknownJob } from "./job";
import type { Queue } from "./open";

/** The state of every task of a job: one row is read, however many there are. Throws a Refusal when there is no such job. */
export async function readMap(queue: Queue, id: number): Promise<JobMap> {
  const [row] = await queue.db
    .select({
      spans: jobs.spans,
      order: jobs.fillOrder,
      block: jobs.block,
      tasks: jobs.tasks,
      waiting: jobs.waiting,
      running: jobs.running,
      finished: jobs.finished,
      failed: jobs.failed,
      held: jobs.held,
      resting: jobs.resting,
    })
    .from(jobs)
    .where(eq(jobs.id, id));
  if (!row) throw unknownJob(id);
  return {
    frames: formatFrames(row.spans),
    order: row.order,
    block: row.block,
    tasks: row.tasks,
    waiting: formatSet(row.waiting),
    running: formatSet(row.running),
    finished: formatSet(row.finished),
    failed: formatSet(row.failed),
    // What was done by hand before the other jobs were is not held any more.
    held: formatSet(common(row.waiting, row.held)),
    resting: formatSet(row.resting),
  };
}
