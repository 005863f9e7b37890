// A job enters the queue: one row, whatever its number of frames.
import { parseFrames, type Span } from "../frames";
import { parseOrder } from "../order";
import type { Submission } from "../protocol";
import { formatSet } from "../sets";
import { type Layout, taskCount } from "../tasks";
import type { Queue } from "./open";
import { Refusal } from "./refusal";

/** Stores the job and wakes the masters in one statement. Returns its number. Throws a Refusal for frames or an order that do not read. */
export async function submit(queue: Queue, given: Submission): Promise<number> {
  const layout = layoutOf(given);
  const tasks = taskCount(layout);
  const [row] = await queue.sql`
    with submitted as (
      insert into job (name, owner, pool, priority, command, env, folder, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
      values (${given.name}, ${given.owner}, ${given.pool}, ${given.priority}, ${JSON.stringify(given.command)}::jsonb,
        ${JSON.stringify(given.env)}::jsonb, ${given.folder ?? null}, ${logName(given.name)}, ${JSON.stringify(layout.spans)}::jsonb,
        ${given.block}, ${layout.order}, ${given.pad}, ${given.retries}, ${given.exitCodes}, ${given.stopped}, ${tasks},
        ${formatSet([[0, tasks]])}::int4multirange)
      returning id
    )
    select id, pg_notify('drqueue', '{"work":true}') from submitted`;
  return row!.id as number;
}

function layoutOf(given: Submission): Layout {
  let spans: Span[];
  try {
    spans = parseFrames(given.frames);
    return { spans, order: parseOrder(given.order), block: given.block };
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
}

/** The name as part of a folder's name on any file system. */
function logName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80);
}
