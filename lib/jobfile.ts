// Job files: jobs as a person writes them down, and the schema that says how.
import { z } from "zod";
import { megabytes, milliseconds, sizePattern, timePattern, timeText } from "./amounts";
import { BatchJob, checkNames, faultOf, idOf, jobId, type NewBatchJob, place, several, until } from "./batch";
import type { Need } from "./states";
import { Submission } from "./submission";

const wire = Submission.shape;

// What people write differs from the wire in the spelling only: the wire's own schemas check what it becomes.

const words = z.union([z.string(), z.number()], { error: "write a text, in quotes if it looks like something else" });
const list = z
  .union([z.string(), z.array(z.string())], { error: "write a name, or a list of names" })
  .transform((names) => (typeof names === "string" ? names : names.join(",")));
const sizeHow = { error: "write a size, as 500M or 4G; a plain number is MB" };
const size = z
  .union([z.number().min(0, sizeHow), z.string().regex(sizePattern, sizeHow)], sizeHow)
  .transform((size) => megabytes(`${size}`) ?? 0);
const needHow = { error: "write 12, the id of another job, or {job: comp, until: finished, ended or frames}" };
const oneNeed = z.union([words, z.strictObject({ job: words, until })], needHow);

/** A need as the wire has it; digits are a job's number also when they are a text. */
function needOf(given: z.infer<typeof oneNeed>): { job: string | number; until?: Need } {
  const { job, ...rest } = typeof given === "object" ? given : { job: given };
  return { job: typeof job === "string" && /^\d+$/.test(job) ? Number(job) : job, ...rest };
}

type Field = z.ZodType;

/** A field of the wire without its default, which the `defaults` of a file may say otherwise. */
function inside(field: Field): Field {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional ? inside(field.unwrap() as Field) : field;
}

/** A field that may be left out. Who reads the schema sees what it is then. */
function optional(field: Field, written = inside(field)): Field {
  const description = field.description ?? inside(field).description;
  return written.optional().meta({
    ...(description !== undefined && { description }),
    ...(field instanceof z.ZodDefault && { default: field.def.defaultValue }),
  });
}

/** A field that may be written in another way, which becomes what the wire wants. */
function spelled(field: Field, written: Field): Field {
  return optional(field, written.pipe(inside(field) as never));
}

/** A field in ms that is written as a time, or null where the wire has null. */
function time(field: Field): Field {
  const whole = inside(field);
  const ms = (whole instanceof z.ZodNullable ? whole.unwrap() : whole) as z.ZodInt;
  const [least, most] = [ms.minValue!, ms.maxValue!];
  const error = `write a time from ${timeText(least)} to ${timeText(most)}, as 30s, 20m or 2h`;
  const written = z
    .string({ error })
    .regex(timePattern, error)
    .transform((text) => milliseconds(text)!)
    .refine((ms) => ms >= least && ms <= most, error);
  return optional(field, whole instanceof z.ZodNullable ? written.nullable() : written);
}

/** A job of a file. Times, sizes and lists may be written as people do; what is left out comes from `defaults`, or is as usual. */
const GivenJob = z
  .strictObject({
    ...Object.fromEntries(Object.entries(wire).map(([name, field]) => [name, optional(field)])),
    $schema: z.string().optional().describe("Address of this schema, for editors"),
    id: jobId.optional(),
    name: wire.name.optional().describe("Name of the job; else its id, or the name of its scene or program"),
    command: spelled(
      wire.command,
      z.array(words, { error: "write a list of words, as [render, -f, 1]" }).transform((all) => all.map(String)),
    ),
    frames: spelled(wire.frames, words.transform(String)),
    pool: spelled(wire.pool, list),
    os: spelled(wire.os, list),
    blocked: spelled(
      wire.blocked,
      z.array(words).transform((slaves) => slaves.map(String)),
    ),
    env: spelled(
      wire.env,
      z
        .record(z.string(), words)
        .transform((env) => Object.fromEntries(Object.entries(env).map(([name, value]) => [name, `${value}`]))),
    ),
    notBefore: z
      .string()
      .nullable()
      .optional()
      .describe("Nothing starts before: 22:00, +2h, 2026-12-24 or 2026-12-24T22:00"),
    after: spelled(
      BatchJob.shape.after,
      z
        .union([oneNeed, z.array(oneNeed)], needHow)
        .transform((given) => (Array.isArray(given) ? given : [given]).map(needOf)),
    ),
    memory: spelled(wire.memoryMb, size),
    retryDelay: time(wire.retryDelayMs),
    frameTimeout: time(wire.frameTimeoutMs),
    silence: time(wire.silenceMs),
    deleteAfter: time(wire.deleteAfterMs),
  })
  .meta({
    id: "JobOfFile",
    description: "A job; memory: 4G and silence: 10m say the same as memoryMb: 4096 and silenceMs: 600000",
  });

const Defaults = z.strictObject((({ id: _, ...rest }) => rest)(GivenJob.shape) as Record<string, z.ZodType>).meta({
  id: "DefaultsOfFile",
  description: "What all jobs have that say nothing else; of env, fields and licences each job has its own and these",
});

const ManyJobs = z
  .strictObject({
    $schema: z.string().optional().describe("Address of this schema, for editors"),
    defaults: Defaults.optional(),
    jobs: several(GivenJob),
  })
  .describe("Jobs that are submitted all or none; the order is free");

const JobFile = z
  .union([GivenJob, ManyJobs, several(GivenJob)])
  .describe("A job file of DrQueue: a job, or a list of jobs that may wait for each other");

/** The same before its jobs are looked at, so that what is wrong with one can be said with its name. */
const List = ManyJobs.extend({ defaults: z.unknown().optional(), jobs: several(z.unknown()) });

/** The JSON schema of job files. */
export function jobFileSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(JobFile, { io: "input" }) as Record<string, unknown>;
  return { $schema, title: "DrQueue job file", ...rest };
}

const shortNames = {
  memory: "memoryMb",
  retryDelay: "retryDelayMs",
  frameTimeout: "frameTimeoutMs",
  silence: "silenceMs",
  deleteAfter: "deleteAfterMs",
} as const;
const merged = ["env", "fields", "licences"];

type Fields = Record<string, unknown>;
/** What a file is read with: how the clock here reads a point in time, and what a command line says that counts more than the file. */
export type Reading = { time: (text: string) => string; over?: Partial<NewBatchJob> };

/**
 * The jobs that a file means, as the wire wants them. `given` is what a parser made of its text. Throws an error in one line that begins
 * with the job and the field.
 */
export function jobsOf(given: unknown, { time, over = {} }: Reading): NewBatchJob[] {
  if (given === null || given === undefined) throw new Error("there is no job in it");
  const many = Array.isArray(given) ? { jobs: given } : isMap(given) && "jobs" in given ? given : undefined;
  if (!many) {
    const job = jobOf(given, {}, { time, over }, "");
    checkNames([job], () => "");
    return [job];
  }
  const { jobs, defaults } = check(List, many, "", Object.keys(List.shape));
  const usual = spelledOut(
    check(Defaults, defaults ?? {}, "defaults: ", Object.keys(Defaults.shape)),
    time,
    "defaults: ",
  );
  const read = jobs.map((job, at) => jobOf(job, usual, { time, over }, `${place(at, idOf(job))}: `));
  checkNames(read);
  return read;
}

function jobOf(given: unknown, usual: Fields, { time, over = {} }: Reading, where: string): NewBatchJob {
  if (!isMap(given)) throw new Error(`${where}write fields, as name: shot7, frames: 1-100, command: [render, shot7]`);
  const own = spelledOut(check(GivenJob, given, where, Object.keys(GivenJob.shape)), time, where);
  const job = laid(laid(usual, own), over);
  const whole = { ...job, name: job.name ?? nameOf(job) };
  check(BatchJob, whole, where, []);
  return whole as NewBatchJob;
}

/** One set of fields above another. */
function laid(below: Fields, above: Fields): Fields {
  const both = merged.filter((name) => isMap(below[name]) && isMap(above[name]));
  return {
    ...below,
    ...above,
    ...Object.fromEntries(both.map((name) => [name, { ...(below[name] as Fields), ...(above[name] as Fields) }])),
  };
}

/** The fields by the names of the wire. */
function spelledOut(given: Fields, time: Reading["time"], where: string): Fields {
  const { $schema: _, ...fields } = given;
  for (const [short, name] of Object.entries(shortNames)) {
    if (!(short in fields)) continue;
    if (name in fields) throw new Error(`${where}${short}: ${name} says the same: write one of them`);
    fields[name] = fields[short];
    delete fields[short];
  }
  if (typeof fields.notBefore === "string") {
    try {
      fields.notBefore = time(fields.notBefore);
    } catch (error) {
      throw new Error(`${where}notBefore: ${(error as Error).message}`);
    }
  }
  return fields;
}

/** A name for a job that has none. */
function nameOf({ id, fields, command, kind }: Fields): string | undefined {
  const scene = isMap(fields) ? fields.scene : undefined;
  const named = id ?? scene ?? (command as string[] | undefined)?.[0] ?? kind;
  const last = /[^/\\]*$/.exec(`${named ?? ""}`)![0].replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  return last.slice(0, 200).toWellFormed() || "job";
}

/** What a schema makes of a value. Throws an error with the first thing that is wrong. */
function check<T>(schema: z.ZodType<T>, value: unknown, where: string, known: readonly string[]): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new Error(`${where}${faultOf(error, known)}`);
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
