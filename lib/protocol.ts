// What the master answers to clients; what they submit is in submission.ts, slaves are in settings.ts, and what slaves and masters say
// to each other is in sync.ts. Types are inferred from here; docs and OpenAPI come from here.
import { z } from "zod";
import { ExitCodes, OutputRules } from "./rules";
import { exitRules, jobStates, needs, outcomes, taskStates } from "./states";
import { count, licenceName, time } from "./wire";

const counts = z.object({ total: count, waiting: count, running: count, finished: count, failed: count });

export const Job = z
  .object({
    id: count,
    name: z.string(),
    owner: z.string(),
    pool: z.string(),
    priority: z.int(),
    state: z.enum(jobStates),
    stopped: z.boolean().describe("A person or its own rule stopped it: running tasks end, no new ones start"),
    stopReason: z.string().nullable().describe("Why it stopped itself"),
    kind: z.string().nullable(),
    after: z.array(z.int()).describe("Jobs it waits for"),
    notBefore: time.nullable().describe("Nothing of it starts before"),
    frames: z.string().describe("Its frames as text"),
    frameCounts: counts.describe("Frames by state"),
    taskCounts: counts.describe("Tasks by state"),
    block: count,
    submittedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    secondsLeft: z
      .number()
      .nullable()
      .describe("Until it is finished, if it goes on as now; null when that can not be said"),
  })
  .describe("A job as lists show it")
  .meta({ id: "Job" });

export const JobDetail = Job.extend({
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  folder: z.string().nullable(),
  order: z.string(),
  pad: count,
  retries: count,
  exitCodes: z.enum(exitRules),
  fields: z.record(z.string(), z.unknown()).nullable().describe("Fields of its kind"),
  script: z.string().nullable().describe("The jobscript that its kind wrote, in sh"),
  scriptPath: z.string().nullable().describe("Where slaves that share the folder find it"),
  os: z.string(),
  memoryMb: count,
  gpus: count,
  licences: z.record(z.string(), z.int()),
  maxSlots: count.nullable(),
  maxPerSlave: count.nullable(),
  blocked: z.array(z.string()).describe("Slaves that a person keeps from it"),
  setAside: z
    .array(z.object({ slave: z.string(), failures: count }))
    .describe("Slaves that get no more of it, since too many of its tasks failed there"),
  needs: z.array(z.object({ job: count, until: z.enum(needs), state: z.enum(jobStates) })),
  neededBy: z.array(count).describe("Jobs that wait for this one"),
  exitMeanings: ExitCodes,
  output: OutputRules,
  retryDelayMs: count,
  frameTimeoutMs: count.nullable(),
  silenceMs: count.nullable(),
  slaveFailures: count,
  maxFailures: count,
  deleteAfterMs: z.int().nullable(),
  heldTasks: count.describe("Waiting tasks that wait for other jobs"),
  restingTasks: count.describe("Waiting tasks that failed and are not tried again yet"),
  slowest: z
    .object({ frame: z.int(), seconds: z.number() })
    .nullable()
    .describe("The task that took longest, by its first frame"),
  pictures: z.string().nullable().describe("Where its pictures are, with #### for the frame"),
  logFolder: z.string().describe("Folder of its logs, below the slaves' log folder"),
  runningFrames: z.string(),
  failedFrames: z.string(),
  frameSeconds: z.number().nullable().describe("Mean seconds per frame of the last 200 finished runs"),
})
  .describe("A job with all its settings")
  .meta({ id: "JobDetail" });

export const Frame = z
  .object({
    frame: z.int(),
    task: count,
    state: z.enum(taskStates),
    attempt: count.describe("How often the task was handed out"),
    slave: z.string().nullable(),
    outcome: z.enum(outcomes).nullable().describe("How the last run ended"),
    code: z.int().nullable(),
    message: z.string().nullable().describe("What went wrong, in words"),
    startedAt: time.nullable(),
    seconds: z.number().nullable().describe("Of the last run, all its frames"),
    cpuSeconds: z.number().nullable().describe("CPU time of the last run, all its frames"),
    memoryMb: count.nullable().describe("Most memory of one process of the last run"),
    progress: count.nullable().describe("How far the task is while it runs, percent"),
  })
  .describe("One frame with its last run")
  .meta({ id: "Frame" });

export const FramePage = z
  .object({
    frames: z.array(Frame),
    next: count.optional().describe("Pass as `after` for the next page"),
  })
  .meta({ id: "FramePage" });

export const Run = z
  .object({
    attempt: count.describe("From 1 on"),
    slave: z.string().nullable(),
    startedAt: time,
    endedAt: time.nullable().describe("null while it runs"),
    outcome: z.enum(outcomes).nullable().describe("How it ended"),
    code: z.int().nullable().describe("As a shell says it: 128 + n for signal n"),
    message: z.string().nullable().describe("What went wrong, in words"),
    seconds: z.number().describe("So far, or from start to end; all frames of the task"),
    cpuSeconds: z.number().nullable(),
    memoryMb: count.nullable().describe("Most memory of one process"),
    counts: z.boolean().describe("Whether it counts against the job's retries"),
  })
  .describe("One attempt at a task")
  .meta({ id: "Run" });

export const Licence = z
  .object({ name: licenceName, total: count.describe("Tasks that may use one at a time"), used: count })
  .describe("A licence that the farm counts")
  .meta({ id: "Licence" });

export const Owner = z
  .object({
    name: z.string(),
    weight: z.number().describe("Its share among owners of jobs with the same priority; 1 is usual"),
    running: count.describe("Tasks of its jobs that run now"),
  })
  .describe("Somebody who has jobs")
  .meta({ id: "Owner" });

export const MasterSeen = z
  .object({
    id: z.uuid().describe("Of its process"),
    address: z.string().describe("Where slaves, clients and other masters reach it"),
    port: count,
    software: z.string().describe("Its release"),
    keepsHouse: z.boolean().describe("Whether it is the one that finds lost slaves and does what is due"),
    startedAt: time,
    seenAt: time.describe("When it said last that it is there: it does every few seconds"),
  })
  .describe("A master of the farm")
  .meta({ id: "MasterSeen" });

/** What a kind of job is, as programs and forms see it. `fields` is a JSON schema. */
export const KindInfo = z
  .object({
    name: z.string(),
    title: z.string(),
    about: z.string(),
    program: z.string(),
    each: z.enum(["range", "frame"]),
    fields: z.array(
      z.object({
        name: z.string(),
        label: z.string(),
        hint: z.string(),
        variable: z.string(),
        path: z.boolean(),
        required: z.boolean(),
        type: z.enum(["text", "number", "choice"]),
        choices: z.array(z.string()).optional(),
        default: z.union([z.string(), z.number()]).optional(),
      }),
    ),
    exitCodes: ExitCodes,
    output: OutputRules,
  })
  .describe("A kind of job")
  .meta({ id: "KindInfo" });

export const Reason = z
  .object({
    because: z.string().describe("A word for programs"),
    text: z.string().describe("The same for people"),
    slaves: z.array(z.string()).describe("The slaves that it keeps, at most 20 of them"),
    count: count.describe("How many slaves"),
  })
  .describe("What keeps slaves from a job")
  .meta({ id: "Reason" });

export const Why = z
  .object({
    text: z.string().describe("The answer in a few lines"),
    couldRun: z.boolean().describe("Whether a task would be handed out if a slave asked now"),
    job: z.string().nullable().describe("What keeps the job or frame from running on any slave"),
    reasons: z.array(Reason),
  })
  .describe("Why a job, frame or slave is not running")
  .meta({ id: "Why" });

export const Done = z
  .object({
    tasks: count.describe("Tasks that moved at once"),
    killing: count.describe("Runs that are being killed first; their tasks move when they have ended"),
  })
  .describe("What a command did")
  .meta({ id: "Done" });

export type Job = z.infer<typeof Job>;
export type JobDetail = z.infer<typeof JobDetail>;
export type Frame = z.infer<typeof Frame>;
export type FramePage = z.infer<typeof FramePage>;
export type Run = z.infer<typeof Run>;
export type Licence = z.infer<typeof Licence>;
export type Owner = z.infer<typeof Owner>;
export type MasterSeen = z.infer<typeof MasterSeen>;
export type KindInfo = z.infer<typeof KindInfo>;
export type Reason = z.infer<typeof Reason>;
export type Why = z.infer<typeof Why>;

export type Done = z.infer<typeof Done>;
