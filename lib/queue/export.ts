// What people who submit a job again want of it beside its settings.
import type { NewBatchJob } from "../batch";
import { styleFor } from "../notices";
import type { Queue } from "./open";

/** Who is told of a job, as a submission says it; without the keys of signatures, which nobody may read again. */
export async function toldOf(queue: Queue, job: number): Promise<NonNullable<NewBatchJob["notify"]>> {
  const rows = await queue.sql`select "to", "on", style from notice where job = ${job} order by id`;
  return rows.map(({ to, on, style }) => ({ to, on, ...(styleFor(to) !== style && { style }) }));
}
