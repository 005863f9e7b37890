// One job's row as the operations on it need it.
import type { Span } from "../frames";
import type { Order } from "../order";
import type { Layout } from "../tasks";
import { Refusal } from "./refusal";

/** How the job's frames are cut into tasks. */
export function layoutOf(job: { spans: Span[]; fillOrder: Order; block: number }): Layout {
  return { spans: job.spans, order: job.fillOrder, block: job.block };
}

/** The answer to a number that no job has. */
export function unknownJob(id: number): Refusal {
  return new Refusal("unknown", `there is no job ${id}`);
}
