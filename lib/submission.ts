// A job as it is submitted, and what of it can be changed.
import { z } from "zod";
import { NewNotice } from "./events";
import { jobReasons } from "./notices";
import { patternProblem } from "./pictures";
import { ExitCodes, OutputRules } from "./rules";
import { exitRules, needs } from "./states";
import { largest, licenceName, line, text } from "./wire";

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
  pictures: line(4096)
    .min(1)
    .check(({ value, issues }) => {
      const problem = patternProblem(value);
      if (problem) issues.push({ code: "custom", message: problem, input: value });
    })
    .nullable()
    .describe("Where its pictures are, as /mnt/x/shot.####.png; null: nobody says, or its kind does"),
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

const notify = NewNotice.omit({ job: true, owner: true }).extend({
  on: z.array(z.enum(jobReasons)).min(1).default(["finished", "failed"]).describe("What of"),
});

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
    pictures: ofJob.pictures.default(null),
    retryDelayMs: ofJob.retryDelayMs.default(0),
    frameTimeoutMs: ofJob.frameTimeoutMs.default(null),
    silenceMs: ofJob.silenceMs.default(null),
    slaveFailures: ofJob.slaveFailures.default(3),
    maxFailures: ofJob.maxFailures.default(1000),
    deleteAfterMs: ofJob.deleteAfterMs.default(null),
    notify: z.array(notify).max(20).default([]).describe("Who is told what becomes of it, by mail or at a web hook"),
  })
  .refine((job) => (job.kind === undefined) !== (job.command === undefined), "give either a command or a kind")
  .describe("A job as it is submitted")
  .meta({ id: "Submission" });

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
    pictures: ofJob.pictures.optional(),
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
  .describe("What of a job can be changed")
  .meta({ id: "JobChange" });

export type Submission = z.infer<typeof Submission>;
export type JobChange = z.infer<typeof JobChange>;
