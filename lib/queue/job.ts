// One job's row as the operations on it need it.
import type { Span } from "../frames";
import type { Order } from "../order";
import { parseSet, type TaskSet } from "../sets";
import type { Layout } from "../tasks";
import type { Tx } from "./open";
import { Refusal } from "./refusal";

/** A job's row, locked until the transaction ends. */
export type LockedJob = {
  readonly id: number;
  readonly spans: Span[];
  readonly block: number;
  readonly fillOrder: Order;
} & { readonly [state in "waiting" | "running" | "finished" | "failed" | "retrying"]: TaskSet };

/** Reads and locks a job. Throws a Refusal when there is none of this number. */
export async function lockJob(tx: Tx, id: number): Promise<LockedJob> {
  const [row] = await tx`
    select id, spans, block, fill_order, waiting, running, finished, failed, retrying from job where id = ${id} for update`;
  if (!row) throw unknownJob(id);
  return {
    id: row.id,
    spans: row.spans,
    block: row.block,
    fillOrder: row.fill_order,
    waiting: parseSet(row.waiting),
    running: parseSet(row.running),
    finished: parseSet(row.finished),
    failed: parseSet(row.failed),
    retrying: parseSet(row.retrying),
  };
}

/** How the job's frames are cut into tasks. */
export function layoutOf(job: { spans: Span[]; fillOrder: Order; block: number }): Layout {
  return { spans: job.spans, order: job.fillOrder, block: job.block };
}

/** The answer to a number that no job has. */
export function unknownJob(id: number): Refusal {
  return new Refusal("unknown", `there is no job ${id}`);
}
