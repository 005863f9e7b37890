// What crosses the wire between clients and master or slave; what slaves and masters say to each other is in sync.ts. Types are
// inferred from here; docs and OpenAPI come from here.
import { z } from "zod";
import { exitRules, jobStates, outcomes, slaveStates, taskStates } from "./states";

/** Ports of the original, kept. */
export const ports = { master: 1234, slave: 2345 } as const;

/** The largest request body, bytes. */
export const largestBody = 1024 * 1024;

/** Text for people and programs: neither Postgres nor a process argument can hold a NUL or half a character. */
export const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !value.includes("\0"), "may not contain a NUL character")
    .refine((value) => value.isWellFormed(), "may not contain half a surrogate pair");
/** Text without line breaks or anything else that steers a terminal. */
export const line = (longest: number) =>
  text(longest).refine((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value), "may not contain control characters");
// What a column of Postgres holds: a larger number would fail the statement for everyone in it.
const largest = 2_147_483_647;
/** A whole number from 0 on. */
export const count = z.int().min(0).max(largest);
const time = z.iso.datetime();

const pool = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "a pool is 1 to 64 letters, digits, '.', '_' or '-'")
  .describe("Name of a pool of slaves");
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a variable's name is letters, digits and '_'");

const ofJob = {
  name: line(200).min(1).describe("Name of the job, as people see it"),
  priority: z.int().min(0).max(1_000_000).describe("Higher goes first; 500 is usual"),
  pool: pool.describe("Only slaves of this pool run the job"),
  retries: z.int().min(0).max(1000).describe("How often a failed task is tried again before it is failed"),
  owner: line(100).describe("Whose job it is"),
};

export const Submission = z
  .strictObject({
    name: ofJob.name,
    command: z
      .array(text(32_768))
      .min(1)
      .max(4096)
      .refine((words) => words[0] !== "", "the program may not be empty")
      .describe("Program and arguments; {frame}, {padframe}, {frames}, {job} and {task} in arguments are replaced"),
    frames: text(900_000).default("1").describe("Frames, for example 1-100, 1-100x5, 10-1 or 1,5,7-9"),
    block: z.int().min(1).max(10_000).default(1).describe("Frames per task"),
    order: text(40).default("forward").describe("forward, reverse, bisect, or coarse:N (every Nth first)"),
    pad: z.int().min(1).max(12).default(4).describe("Digits of a padded frame number"),
    priority: ofJob.priority.default(500),
    pool: ofJob.pool.default("Default"),
    owner: ofJob.owner.default(""),
    retries: ofJob.retries.default(3),
    exitCodes: z
      .enum(exitRules)
      .default("strict")
      .describe("strict: 0 is success; drqueue: as the original, any exit is"),
    env: z.record(variableName, text(32_768)).default({}).describe("Variables for the jobscript"),
    folder: text(4096).optional().describe("Working folder of the jobscript, as the slaves see it"),
    stopped: z.boolean().default(false).describe("Submit without starting"),
  })
  .describe("A job as it is submitted");

export const JobChange = z
  .strictObject({
    name: ofJob.name.optional(),
    priority: ofJob.priority.optional(),
    pool: ofJob.pool.optional(),
    retries: ofJob.retries.optional(),
    owner: ofJob.owner.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "nothing to change")
  .describe("What of a job can be changed");

const counts = z.object({ total: count, waiting: count, running: count, finished: count, failed: count });

export const Job = z
  .object({
    id: count,
    name: z.string(),
    owner: z.string(),
    pool: z.string(),
    priority: z.int(),
    state: z.enum(jobStates),
    stopped: z.boolean().describe("A person stopped it: running tasks end, no new ones start"),
    frames: z.string().describe("Its frames as text"),
    frameCounts: counts.describe("Frames by state"),
    taskCounts: counts.describe("Tasks by state"),
    block: count,
    submittedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .describe("A job as lists show it");

export const JobDetail = Job.extend({
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  folder: z.string().nullable(),
  order: z.string(),
  pad: count,
  retries: count,
  exitCodes: z.enum(exitRules),
  logFolder: z.string().describe("Folder of its logs, below the slaves' log folder"),
  runningFrames: z.string(),
  failedFrames: z.string(),
  frameSeconds: z.number().nullable().describe("Mean seconds per frame of the last 200 finished runs"),
}).describe("A job with all its settings");

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
  })
  .describe("One frame with its last run");

export const Slave = z
  .object({
    id: count,
    name: z.string(),
    state: z.enum(slaveStates),
    address: z.string(),
    port: count,
    os: z.string(),
    cpus: count,
    memoryMb: count,
    freeMemoryMb: count,
    load: z.number().describe("Load average over a minute"),
    slots: count,
    running: count,
    pools: z.array(z.string()),
    enabled: z.boolean(),
    problem: z.string().nullable().describe("Why it takes no tasks, in its own words"),
    version: z.string(),
    seenAt: time,
  })
  .describe("A slave as the master saw it last");

export const Settings = z
  .strictObject({
    slots: z.int().min(0).max(1024).describe("Tasks at a time"),
    pools: z.array(pool).min(1).max(64).describe("Pools it takes tasks of"),
    enabled: z.boolean().describe("Whether it takes tasks at all"),
  })
  .describe("What a slave owns and only its own port changes");

export const SettingsChange = z
  .strictObject({
    slots: Settings.shape.slots.optional(),
    pools: Settings.shape.pools.optional(),
    addPools: z.array(pool).max(64).optional(),
    removePools: z.array(pool).max(64).optional(),
    enabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "nothing to change")
  .describe("Changes of a slave's settings; addPools and removePools leave the other pools as they are");

export const RunKey = z
  .object({ job: count, task: count, attempt: z.int().min(1).max(largest) })
  .describe("Names one attempt at a task, for ever");

export const Range = z
  .strictObject({ frames: text(900_000).optional() })
  .describe("Frames as text; all that fit when left out");

export const Problem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .describe("What went wrong (RFC 9457)");

export const JobFilter = z.object({
  state: z.enum(jobStates).optional(),
  owner: text(100).optional(),
  pool: text(64).optional(),
  name: text(200).optional().describe("Part of the name; * stands for anything"),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .describe("Only jobs with a smaller number: the next page"),
});

export type Submission = z.infer<typeof Submission>;
export type JobChange = z.infer<typeof JobChange>;
export type Job = z.infer<typeof Job>;
export type JobDetail = z.infer<typeof JobDetail>;
export type Frame = z.infer<typeof Frame>;
export type Slave = z.infer<typeof Slave>;
export type Settings = z.infer<typeof Settings>;
export type SettingsChange = z.infer<typeof SettingsChange>;
export type RunKey = z.infer<typeof RunKey>;
export type Problem = z.infer<typeof Problem>;
export type JobFilter = z.infer<typeof JobFilter>;

/** Only what names a run, of something that has more. */
export function keyOf({ job, task, attempt }: RunKey): RunKey {
  return { job, task, attempt };
}

/** A run's name as text: file names, map keys, log lines. */
export function runName({ job, task, attempt }: RunKey): string {
  return `${job}.${task}.${attempt}`;
}

export const Done = z
  .object({
    tasks: count.describe("Tasks that moved at once"),
    killing: count.describe("Runs that are being killed first; their tasks move when they have ended"),
  })
  .describe("What a command did");
export type Done = z.infer<typeof Done>;

export const FramePage = z.object({
  frames: z.array(Frame),
  next: count.optional().describe("Pass as `after` for the next page"),
});
export type FramePage = z.infer<typeof FramePage>;

export const SlaveState = z
  .object({
    name: z.string(),
    id: count.nullable().describe("Its number at the master; null before the first contact"),
    settings: Settings,
    problem: z.string().nullable(),
    connected: z.boolean().describe("Whether the master answered the last sync"),
    unsent: count.describe("Ended runs that the master does not know yet"),
    runs: z.array(RunKey.extend({ pid: z.int().nullable(), log: z.string(), seconds: z.number() })),
  })
  .describe("A slave as it sees itself, from its own port");
export type SlaveState = z.infer<typeof SlaveState>;
