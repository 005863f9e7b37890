// What crosses the wire between clients and master or slave; what slaves and masters say to each other is in sync.ts. Types are
// inferred from here; docs and OpenAPI come from here.
import { z } from "zod";
import { ExitCodes, OutputRules } from "./rules";
import { exitRules, jobStates, needs, outcomes, slaveStates, taskStates } from "./states";

export { ports } from "./ports";

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
/** Several pools in a word: sorted, each once. */
const pools = z
  .string()
  .max(1000)
  .regex(
    /^[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64})*$/,
    "pools are names of letters, digits, '.', '_' or '-', with commas between",
  )
  .transform(sortedWords)
  .describe("Pools of slaves, with commas between; a slave of any of them may run it");
/** Operating systems by the names slaves have for them; empty: any. */
const systems = z
  .string()
  .max(200)
  .regex(
    /^([A-Za-z0-9]{1,20}(,[A-Za-z0-9]{1,20})*)?$/,
    "operating systems are names as LINUX, OSX or WINDOWS, with commas between",
  )
  .transform((names) => sortedWords(names.toUpperCase()))
  .describe("Only slaves with these operating systems, as LINUX,OSX; empty: any");
export const licenceName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "a licence is 1 to 64 letters, digits, '.', '_' or '-'")
  .describe("Name of a licence");

function sortedWords(names: string): string {
  return [...new Set(names.split(","))].sort().join(",");
}

const day = 86_400_000;
const durationMs = (most: number) => z.int().min(1000).max(most);
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a variable's name is letters, digits and '_'");

const ofJob = {
  name: line(200).min(1).describe("Name of the job, as people see it"),
  priority: z.int().min(0).max(1_000_000).describe("Higher goes first; 500 is usual"),
  pool: pools,
  retries: z.int().min(0).max(1000).describe("How often a failed task is tried again before it is failed"),
  owner: line(100).describe("Whose job it is"),
  os: systems,
  memoryMb: z.int().min(0).max(100_000_000).describe("Memory that a task needs, MB"),
  gpus: z.int().min(0).max(64).describe("GPUs that a task gets for itself"),
  licences: z
    .record(licenceName, z.int().min(1).max(1000))
    .refine((licences) => Object.keys(licences).length <= 16, "at most 16 licences")
    .describe("Licences that a task needs, by name"),
  maxSlots: z.int().min(1).max(1_000_000).nullable().describe("Tasks at a time in all; null: no limit"),
  maxPerSlave: z.int().min(1).max(4096).nullable().describe("Tasks at a time on one slave; null: no limit"),
  notBefore: z.iso.datetime({ offset: true }).nullable().describe("Nothing starts before this time"),
  blocked: z.array(line(100).min(1)).max(1000).describe("Slaves that get nothing of it, by name or number"),
  after: z
    .array(z.strictObject({ job: z.int().min(1).max(largest), until: z.enum(needs).default("finished") }))
    .max(100)
    .describe("Jobs it waits for: until they are finished, have ended, or frame by frame"),
  exitMeanings: ExitCodes,
  output: OutputRules,
  retryDelayMs: z
    .int()
    .min(0)
    .max(day)
    .describe("Before a failed task is tried again; doubled with each failure, up to an hour"),
  frameTimeoutMs: durationMs(30 * day)
    .nullable()
    .describe("A frame that takes longer has failed; null: it may"),
  silenceMs: durationMs(30 * day)
    .nullable()
    .describe("A task that prints nothing for so long has failed; null: it may"),
  slaveFailures: z
    .int()
    .min(0)
    .max(1000)
    .describe("A slave on which so many tasks failed gets no more of it; 0: it does"),
  maxFailures: z.int().min(0).max(1_000_000).describe("So many failed tasks stop the job; 0: they do not"),
  deleteAfterMs: z
    .int()
    .min(0)
    .max(3650 * day)
    .nullable()
    .describe("Deleted so long after its end; 0: once it is finished; null: kept"),
};

export const Submission = z
  .strictObject({
    name: ofJob.name,
    kind: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, "a kind is small letters, digits and '-'")
      .optional()
      .describe("The kind of job, which writes its jobscript; then there is no command"),
    fields: z
      .record(z.string().max(64), z.union([text(4096), z.number(), z.boolean()]))
      .default({})
      .describe("The fields of the kind"),
    command: z
      .array(text(32_768))
      .min(1)
      .max(4096)
      .refine((words) => words[0] !== "", "the program may not be empty")
      .optional()
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
    os: ofJob.os.default(""),
    memoryMb: ofJob.memoryMb.default(0),
    gpus: ofJob.gpus.default(0),
    licences: ofJob.licences.default({}),
    maxSlots: ofJob.maxSlots.default(null),
    maxPerSlave: ofJob.maxPerSlave.default(null),
    notBefore: ofJob.notBefore.default(null),
    blocked: ofJob.blocked.default([]),
    after: ofJob.after.default([]),
    exitMeanings: ofJob.exitMeanings.default({}),
    output: ofJob.output.default({}),
    retryDelayMs: ofJob.retryDelayMs.default(0),
    frameTimeoutMs: ofJob.frameTimeoutMs.default(null),
    silenceMs: ofJob.silenceMs.default(null),
    slaveFailures: ofJob.slaveFailures.default(3),
    maxFailures: ofJob.maxFailures.default(1000),
    deleteAfterMs: ofJob.deleteAfterMs.default(null),
  })
  .refine((job) => (job.kind === undefined) !== (job.command === undefined), "give either a command or a kind")
  .describe("A job as it is submitted");

export const JobChange = z
  .strictObject({
    name: ofJob.name.optional(),
    priority: ofJob.priority.optional(),
    pool: ofJob.pool.optional(),
    retries: ofJob.retries.optional(),
    owner: ofJob.owner.optional(),
    os: ofJob.os.optional(),
    memoryMb: ofJob.memoryMb.optional(),
    gpus: ofJob.gpus.optional(),
    licences: ofJob.licences.optional(),
    maxSlots: ofJob.maxSlots.optional(),
    maxPerSlave: ofJob.maxPerSlave.optional(),
    notBefore: ofJob.notBefore.optional(),
    after: ofJob.after.optional(),
    exitMeanings: ofJob.exitMeanings.optional(),
    retryDelayMs: ofJob.retryDelayMs.optional(),
    frameTimeoutMs: ofJob.frameTimeoutMs.optional(),
    silenceMs: ofJob.silenceMs.optional(),
    slaveFailures: ofJob.slaveFailures.optional(),
    maxFailures: ofJob.maxFailures.optional(),
    deleteAfterMs: ofJob.deleteAfterMs.optional(),
    env: z.record(variableName, text(32_768)).optional().describe("All variables of the jobscript"),
    fields: z
      .record(z.string().max(64), z.union([text(4096), z.number(), z.boolean()]))
      .optional()
      .describe("Fields of the kind to change; the jobscript stays as it is"),
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
    stopped: z.boolean().describe("A person or its own rule stopped it: running tasks end, no new ones start"),
    stopReason: z.string().nullable().describe("Why it stopped itself"),
    kind: z.string().nullable(),
    after: z.array(z.int()).describe("Jobs it waits for"),
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
  fields: z.record(z.string(), z.unknown()).nullable().describe("Fields of its kind"),
  script: z.string().nullable().describe("The jobscript that its kind wrote, in sh"),
  scriptPath: z.string().nullable().describe("Where slaves that share the folder find it"),
  os: z.string(),
  memoryMb: count,
  gpus: count,
  licences: z.record(z.string(), z.int()),
  maxSlots: count.nullable(),
  maxPerSlave: count.nullable(),
  notBefore: time.nullable(),
  blocked: z.array(z.string()).describe("Slaves that a person keeps from it"),
  setAside: z
    .array(z.object({ slave: z.string(), failures: count }))
    .describe("Slaves that get no more of it, since too many of its tasks failed there"),
  needs: z.array(z.object({ job: count, until: z.enum(needs), state: z.enum(jobStates) })),
  neededBy: z.array(count).describe("Jobs that wait for this one"),
  exitMeanings: ExitCodes,
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
  secondsLeft: z
    .number()
    .nullable()
    .describe("Until it is finished, if it goes on as now; null when that can not be said"),
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
    cpuSeconds: z.number().nullable().describe("CPU time of the last run, all its frames"),
    memoryMb: count.nullable().describe("Most memory of one process of the last run"),
    progress: count.nullable().describe("How far the task is while it runs, percent"),
  })
  .describe("One frame with its last run");

export const Settings = z
  .strictObject({
    slots: z.int().min(0).max(1024).describe("Tasks at a time"),
    pools: z.array(pool).min(1).max(64).describe("Pools it takes tasks of"),
    enabled: z.boolean().describe("Whether it takes tasks at all"),
    drain: z.boolean().default(false).describe("On its way out: its tasks end, then it may be switched off"),
    leaveMb: z.int().min(0).max(100_000_000).default(0).describe("Memory that it leaves free for others, MB"),
    loadLimit: z
      .number()
      .min(0.01)
      .max(1000)
      .nullable()
      .default(null)
      .describe("Load that one slot stands for: foreign load takes slots away; null: it does not"),
    hours: line(500).default("").describe("When it works, as mon-fri 19:00-08:00, sat-sun; empty: always"),
    paths: z
      .array(z.strictObject({ farm: text(1000).min(1), here: text(1000).min(1) }))
      .max(100)
      .default([])
      .describe("Folders that have another name here than elsewhere in the farm"),
    gpus: z.int().min(0).max(64).nullable().default(null).describe("GPUs it has; null: counted by nvidia-smi"),
  })
  .describe("What a slave owns and only its own port changes");

// Without the defaults of Settings: what is not mentioned stays as it is.
const { slots, enabled, drain, leaveMb, loadLimit, hours, paths, gpus } = Settings.shape;
export const SettingsChange = z
  .strictObject({
    slots: slots.optional(),
    pools: Settings.shape.pools.optional(),
    addPools: z.array(pool).max(64).optional(),
    removePools: z.array(pool).max(64).optional(),
    enabled: enabled.optional(),
    drain: drain.unwrap().optional(),
    leaveMb: leaveMb.unwrap().optional(),
    loadLimit: loadLimit.unwrap().optional(),
    hours: hours.unwrap().optional(),
    paths: paths.unwrap().optional(),
    gpus: gpus.unwrap().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "nothing to change")
  .describe("Changes of a slave's settings; addPools and removePools leave the other pools as they are");

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
    memoryLeftMb: count.describe("For new tasks: what is free, less what its tasks asked for and what it is to leave"),
    gpus: count,
    gpusLeft: count,
    running: count,
    free: count.describe("Tasks it can take now"),
    foreignSlots: count.describe("Slots that foreign load takes away"),
    inHours: z.boolean().describe("Whether its weekly hours let it work now"),
    sickSince: time.nullable().describe("Set aside since tasks of several jobs failed on it that others can render"),
    suspects: z.array(count).describe("Those jobs"),
    settings: Settings,
    problem: z.string().nullable().describe("Why it takes no tasks, in its own words"),
    version: z.string(),
    seenAt: time,
  })
  .describe("A slave as the master saw it last");

export const RunKey = z
  .object({ job: count, task: count, attempt: z.int().min(1).max(largest) })
  .describe("Names one attempt at a task, for ever");

export const Range = z
  .strictObject({ frames: text(900_000).optional() })
  .describe("Frames as text; all that fit when left out");

export const Problem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .describe("What went wrong (RFC 9457)");

export const Licence = z
  .object({ name: licenceName, total: count.describe("Tasks that may use one at a time"), used: count })
  .describe("A licence that the farm counts");
export const Owner = z
  .object({
    name: z.string(),
    weight: z.number().describe("Its share among owners of jobs with the same priority; 1 is usual"),
    running: count.describe("Tasks of its jobs that run now"),
  })
  .describe("Somebody who has jobs");

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
  .describe("A kind of job");

export const Reason = z
  .object({
    because: z.string().describe("A word for programs"),
    text: z.string().describe("The same for people"),
    slaves: z.array(z.string()).describe("The slaves that it keeps, at most 20 of them"),
    count: count.describe("How many slaves"),
  })
  .describe("What keeps slaves from a job");
export const Why = z
  .object({
    text: z.string().describe("The answer in a few lines"),
    couldRun: z.boolean().describe("Whether a task would be handed out if a slave asked now"),
    job: z.string().nullable().describe("What keeps the job or frame from running on any slave"),
    reasons: z.array(Reason),
  })
  .describe("Why a job, frame or slave is not running");

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
export type Licence = z.infer<typeof Licence>;
export type Owner = z.infer<typeof Owner>;
export type KindInfo = z.infer<typeof KindInfo>;
export type Reason = z.infer<typeof Reason>;
export type Why = z.infer<typeof Why>;
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
