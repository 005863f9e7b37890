// One job with all its settings, as people and programs read it.
import { eq, inArray, or } from "drizzle-orm";
import { dependency as dependencies, job as jobs } from "../../schema";
import { formatFrames } from "../frames";
import { logFolder } from "../logs";
import type { JobDetail } from "../protocol";
import { common, sizeOf } from "../sets";
import { framesText } from "../tasks";
import { slavesToJudge } from "./candidates";
import { layoutOf, meanRunSeconds, slowestOf } from "./job";
import { setAside } from "./obstacles";
import type { Queue } from "./open";
import { type JobRow, rowOf, shown } from "./read";

/** One job with all its settings. Throws a Refusal when there is none of this number. */
export async function readJob(queue: Queue, id: number): Promise<JobDetail> {
  const row = await rowOf(queue, id);
  const layout = layoutOf(row);
  const { needs, neededBy } = await dependenciesOf(queue, id);
  const slaves = await slavesOf(queue, row);
  const runSeconds = meanRunSeconds(row);
  return {
    ...shown(row),
    after: needs.map(({ job }) => job),
    frames: formatFrames(row.spans),
    command: row.command,
    env: row.env,
    folder: row.folder,
    order: row.fillOrder,
    pad: row.pad,
    retries: row.retries,
    exitCodes: row.exitRule,
    fields: row.fields,
    script: row.script?.sh ?? null,
    scriptPath: row.script?.path ?? null,
    os: row.os,
    memoryMb: row.memoryMb,
    gpus: row.gpus,
    licences: row.licences,
    maxSlots: row.maxSlots,
    maxPerSlave: row.maxPerSlave,
    ...slaves,
    needs,
    neededBy,
    exitMeanings: row.exitCodes,
    output: row.output,
    retryDelayMs: row.retryDelayMs,
    frameTimeoutMs: row.frameTimeoutMs,
    silenceMs: row.silenceMs,
    slaveFailures: row.slaveFailures,
    maxFailures: row.maxFailures,
    deleteAfterMs: row.deleteAfterMs,
    heldTasks: sizeOf(common(row.waiting, row.held)),
    restingTasks: sizeOf(row.resting),
    logFolder: logFolder(row),
    runningFrames: framesText(layout, row.running),
    failedFrames: framesText(layout, row.failed),
    frameSeconds: runSeconds === null ? null : runSeconds / row.block,
    slowest: slowestOf(row, layout),
    pictures: row.pictures,
  };
}

/** The jobs that this one waits for, and those that wait for it. */
async function dependenciesOf(queue: Queue, id: number): Promise<Pick<JobDetail, "needs" | "neededBy">> {
  const rows = await queue.db
    .select()
    .from(dependencies)
    .where(or(eq(dependencies.job, id), eq(dependencies.needs, id)))
    .orderBy(dependencies.needs, dependencies.job);
  const own = rows.filter(({ job }) => job === id);
  const states = own.length
    ? await queue.db
        .select({ id: jobs.id, state: jobs.state })
        .from(jobs)
        .where(
          inArray(
            jobs.id,
            own.map(({ needs }) => needs),
          ),
        )
    : [];
  const stateOf = new Map(states.map(({ id, state }) => [id, state]));
  return {
    needs: own.flatMap(({ needs: job, until }) => {
      const state = stateOf.get(job);
      return state ? [{ job, until, state }] : [];
    }),
    neededBy: rows.filter(({ needs }) => needs === id).map(({ job }) => job),
  };
}

/** Slaves that a person or their own failures keep from the job, by name. */
async function slavesOf(queue: Queue, row: JobRow): Promise<Pick<JobDetail, "blocked" | "setAside">> {
  if (row.blocked.length === 0 && Object.keys(row.blamed).length === 0) return { blocked: [], setAside: [] };
  const named = new Map(
    (await queue.sql`select id, name from slave`).map(({ id, name }) => [id as number, name as string]),
  );
  const nameOf = (id: number) => named.get(id) ?? `${id}`;
  const aside = setAside(
    row,
    row.slaveFailures,
    await slavesToJudge(queue.sql, [{ blamed: row.blamed, slave_failures: row.slaveFailures }]),
  );
  return {
    blocked: row.blocked.map(nameOf),
    setAside: [...aside].map(([slave, failures]) => ({ slave: nameOf(slave), failures })),
  };
}
