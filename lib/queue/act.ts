// What a person does to a job happens in one transaction, under the locks of the job and of those that wait for it.
import type { Span } from "../frames";
import type { Order } from "../order";
import type { Done } from "../protocol";
import { eachTask, parseSet, type TaskSet } from "../sets";
import type { Wish } from "../states";
import { lockWithDependents } from "./dependencies";
import { unknownJob } from "./job";
import { type Queue, type Tx, wake } from "./open";
import { transact } from "./transact";

/** A job's row, locked until the transaction ends. */
export type LockedJob = {
  readonly id: number;
  readonly logName: string;
  readonly spans: Span[];
  readonly block: number;
  readonly fillOrder: Order;
} & { readonly [state in "waiting" | "running" | "finished" | "failed" | "retrying"]: TaskSet };

/** Carries out `work` on a job. Throws a Refusal when there is none of this number. */
export async function onJob(queue: Queue, id: number, work: (tx: Tx, job: LockedJob) => Promise<Done>): Promise<Done> {
  return transact(queue, async (tx) => {
    await lockWithDependents(tx, [id]);
    return work(tx, await readLocked(tx, id));
  });
}

/** Reads a job that the caller has locked. Throws a Refusal when there is none of this number. */
export async function readLocked(tx: Tx, id: number): Promise<LockedJob> {
  const [row] = await tx`
    select id, log_name, spans, block, fill_order, waiting, running, finished, failed, retrying from job where id = ${id}`;
  if (!row) throw unknownJob(id);
  return {
    id: row.id,
    logName: row.log_name,
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

/** Says what is wanted of the open runs of these tasks and tells their slaves. Returns how many there are. */
export async function wish(tx: Tx, job: number, running: TaskSet, wanted: Wish): Promise<number> {
  if (running.length === 0) return 0;
  const rows = await tx`
    update run set wish = ${wanted}
    from json_array_elements_text(${JSON.stringify([...eachTask(running)])}::json) as given(task)
    where run.job = ${job} and run.task = given.task::int and run.ended_at is null
    returning run.slave`;
  if (rows.length > 0) await wake(tx, { kill: [...new Set(rows.map((row) => row.slave as number))] });
  return rows.length;
}
