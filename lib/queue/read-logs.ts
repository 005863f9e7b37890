// Where the logs of runs are.
import { and, desc, eq } from "drizzle-orm";
import { run as runs, slave as slaves } from "../../schema";
import { logFile, logFolder } from "../logs";
import { framesOfTask, taskOfFrame } from "../tasks";
import { layoutOf } from "./job";
import type { Queue } from "./open";
import { rowOf } from "./read";
import { Refusal } from "./refusal";

/** Where the log of a frame's run is: its file below the log folder, the slave that writes it, and whether it still does. */
export type LogPlace = {
  job: number;
  task: number;
  attempt: number;
  path: string;
  slave: { name: string; address: string; port: number; state: string };
  open: boolean;
};

/** Finds the log of a frame, of its last attempt when none is named. Throws a Refusal when the frame has no such run. */
export async function findLog(queue: Queue, id: number, frame: number, attempt?: number): Promise<LogPlace> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const task = taskOfFrame(layout, frame);
  if (task === undefined) throw new Refusal("unknown", `job ${id} has no frame ${frame}`);
  const [found] = await queue.db
    .select({ attempt: runs.attempt, endedAt: runs.endedAt, slave: slaves })
    .from(runs)
    .innerJoin(slaves, eq(slaves.id, runs.slave))
    .where(and(eq(runs.job, id), eq(runs.task, task), attempt === undefined ? undefined : eq(runs.attempt, attempt)))
    .orderBy(desc(runs.attempt))
    .limit(1);
  if (!found) {
    throw new Refusal(
      attempt === undefined ? "conflict" : "unknown",
      attempt === undefined
        ? `frame ${frame} of job ${id} has not been started yet`
        : `frame ${frame} of job ${id} has no attempt ${attempt}`,
    );
  }
  const { name, address, port, state } = found.slave;
  return {
    job: id,
    task,
    attempt: found.attempt,
    path: `${logFolder(row)}/${logFile(framesOfTask(layout, task)[0]!, row.pad, found.attempt)}`,
    slave: { name, address, port, state },
    open: found.endedAt === null,
  };
}

/** Whether a run has not ended yet. */
export async function isOpen(queue: Queue, place: { job: number; task: number; attempt: number }): Promise<boolean> {
  const [row] = await queue.sql`
    select ended_at is null as open from run where job = ${place.job} and task = ${place.task} and attempt = ${place.attempt}`;
  return row?.open === true;
}
