// The attempts at one task.
import { and, eq } from "drizzle-orm";
import { run as runs, slave as slaves } from "../../schema";
import type { Run } from "../protocol";
import { taskOfFrame } from "../tasks";
import { layoutOf } from "./job";
import type { Queue } from "./open";
import { rowOf } from "./read";
import { Refusal } from "./refusal";

/** All runs of the task that a frame belongs to, the first one first. Throws a Refusal when the job has no such frame. */
export async function listRuns(queue: Queue, id: number, frame: number): Promise<Run[]> {
  const task = taskOfFrame(layoutOf(await rowOf(queue, id)), frame);
  if (task === undefined) throw new Refusal("unknown", `job ${id} has no frame ${frame}`);
  const found = await queue.db
    .select({ run: runs, slave: slaves.name })
    .from(runs)
    .leftJoin(slaves, eq(slaves.id, runs.slave))
    .where(and(eq(runs.job, id), eq(runs.task, task)))
    .orderBy(runs.attempt);
  const now = Date.now();
  return found.map(({ run, slave }) => ({
    attempt: run.attempt,
    slave,
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    outcome: run.outcome,
    code: run.code,
    message: run.message,
    seconds: (run.ranMs ?? (run.endedAt?.getTime() ?? now) - run.startedAt.getTime()) / 1000,
    cpuSeconds: run.cpuMs === null ? null : run.cpuMs / 1000,
    memoryMb: run.memoryMb,
    counts: run.counts,
  }));
}
