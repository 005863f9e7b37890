// Jobs and slaves seen from the side: all tasks of a job at once, its times, its dependencies, what a slave did.
import { z } from "zod";
import { jobStates, needs, outcomes } from "./states";
import { count, time } from "./wire";

const set = z.string().describe("Task numbers as ranges from, to: {[0,5),[7,9)}");

export const JobMap = z
  .object({
    frames: z.string().describe("The frames as text"),
    order: z.string(),
    block: count,
    tasks: count,
    waiting: set,
    running: set,
    finished: set,
    failed: set,
    held: set.describe("Those that may not start before other jobs did theirs"),
    resting: set.describe("Waiting tasks that failed and are not tried again yet"),
  })
  .describe("The state of every task of a job; which frames a task has follows from frames, order and block")
  .meta({ id: "JobMap" });

export const JobTimes = z
  .object({
    runs: count.describe("Finished runs that were looked at"),
    sampled: z.boolean().describe("Whether there are more than were looked at"),
    buckets: z.array(z.object({ from: z.number(), to: z.number(), runs: count })).describe("Finished runs by seconds"),
    slowest: z.array(z.object({ frame: z.int(), attempt: count, slave: z.string().nullable(), seconds: z.number() })),
    slaves: z
      .array(z.object({ slave: z.string(), finished: count, failed: count, meanSeconds: z.number().nullable() }))
      .describe("What slaves did of it, most first, at most 200"),
  })
  .describe("How long tasks of a job took, and where")
  .meta({ id: "JobTimes" });

export const JobGraph = z
  .object({
    jobs: z.array(z.object({ id: count, name: z.string(), state: z.enum(jobStates) })),
    needs: z.array(z.object({ job: count, needs: count, until: z.enum(needs) })),
    more: z.boolean().describe("Whether some were left out"),
  })
  .describe("The jobs that a job waits for and those that wait for it, through others as well")
  .meta({ id: "JobGraph" });

export const SlaveHistory = z
  .object({
    stepMs: z.int(),
    points: z.array(z.object({ at: time, load: z.number(), freeMemoryMb: count, running: count })),
  })
  .describe("How a slave was over the last hour, as it remembers, oldest first")
  .meta({ id: "SlaveHistory" });

export const SlaveRun = z
  .object({
    job: count,
    name: z.string().describe("Of the job"),
    task: count,
    attempt: count,
    frame: z.int().describe("The first of the task"),
    frames: z.string(),
    startedAt: time,
    endedAt: time.nullable(),
    outcome: z.enum(outcomes).nullable(),
    code: z.int().nullable(),
    message: z.string().nullable(),
    seconds: z.number().describe("So far, or from start to end"),
    progress: count.nullable(),
  })
  .describe("An attempt on a slave")
  .meta({ id: "SlaveRun" });

export const SlaveRuns = z
  .object({
    running: z.array(SlaveRun),
    failed: z.array(SlaveRun).describe("The last failures there, newest first, at most 20"),
  })
  .meta({ id: "SlaveRuns" });

export type JobMap = z.infer<typeof JobMap>;
export type JobTimes = z.infer<typeof JobTimes>;
export type JobGraph = z.infer<typeof JobGraph>;
export type SlaveHistory = z.infer<typeof SlaveHistory>;
export type SlaveRun = z.infer<typeof SlaveRun>;
export type SlaveRuns = z.infer<typeof SlaveRuns>;
