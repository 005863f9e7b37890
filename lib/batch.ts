// Many jobs that are submitted as a whole, and their names for each other.
import { z } from "zod";
import { nearest } from "./kinds/nearest";
import { needs } from "./states";
import { Submission } from "./submission";
import { largest } from "./wire";

/** The most jobs of one list. */
const mostJobs = 1000;

/** The largest body with many jobs, bytes: a thousand jobs of 16 KB each, where a request about one thing has 1 MB. */
export const largestBatch = 16 * 1024 * 1024;

const idPattern = /^[A-Za-z_][A-Za-z0-9._-]{0,63}$/;
export const jobId = z
  .string()
  .regex(idPattern, "an id is a letter, then letters, digits, '.', '_' or '-', 64 in all")
  .describe("By this name other jobs of the same list wait for it");
const jobNumber = z.int().min(1).max(largest);
export const until = z.enum(needs).default("finished");
const whichJob = { error: "write the number of a job, or the id of one in this list" };
const wire = Submission.shape;

/** A list of jobs. */
export const several = <T extends z.ZodType>(job: T) =>
  z.array(job).min(1, "there is no job in the list").max(mostJobs, `at most ${mostJobs} jobs at once`);

export const BatchJob = z
  .strictObject({
    ...wire,
    id: jobId.optional(),
    after: z
      .array(z.strictObject({ job: z.union([jobNumber, jobId], whichJob), until }))
      .max(100)
      .default([])
      .describe("Jobs it waits for, by number, or by id in this list: until finished, ended, or frame by frame"),
  })
  .refine((job) => (job.kind === undefined) !== (job.command === undefined), "give either a command or a kind")
  .describe("A job of a list that is submitted as a whole")
  .meta({ id: "BatchJob" });

export const Batch = z
  .strictObject({ jobs: several(BatchJob) })
  .describe("Jobs that are submitted all or none; the order is free")
  .meta({ id: "Batch" });

export const Submitted = z
  .object({ jobs: z.array(z.object({ id: z.string().optional(), job: z.int() })) })
  .describe("The number of each job, in the order of the list")
  .meta({ id: "SubmittedJobs" });

export type BatchJob = z.infer<typeof BatchJob>;
export type Submitted = z.infer<typeof Submitted>;
type Named = { readonly id?: string | undefined; readonly after?: NewBatchJob["after"] };
/** A job of a list, without what it leaves at its default. */
export type NewBatchJob = z.input<typeof BatchJob>;

/** The first fault in one line; `known` are the fields that there are. */
export function faultOf(error: z.ZodError, known: readonly string[] = Object.keys(BatchJob.shape)): string {
  const issue = error.issues[0]!;
  const path = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  if (issue.code === "invalid_key") return short(`${path}${issue.issues[0]?.message ?? issue.message}`);
  if (issue.code !== "unrecognized_keys") return short(`${path}${issue.message}`);
  const [key = ""] = issue.keys;
  const [near] = issue.path.length === 0 ? nearest(key, known, 1) : [];
  return short(`${path}there is no field '${key}'${near === undefined ? "" : `: did you mean ${near}?`}`);
}

function short(words: string): string {
  const line = words.replace(/[\s\p{C}]+/gu, " ");
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}

/** A job of a list as errors name it: `jobs[2] (comp)`. */
export function place(at: number, id?: string): string {
  return id === undefined ? `jobs[${at}]` : `jobs[${at}] (${id})`;
}

/** What an error about a job of a list begins with. */
export function beginning(at: number, id?: string): string {
  return `${place(at, id)}: `;
}

/** The id of what may be a job. */
export function idOf(job: unknown): string | undefined {
  const id = (job as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" && idPattern.test(id) ? id : undefined;
}

/**
 * Throws an error in one line when two jobs have one id, an id is nobody's, or jobs wait for each other in a circle. It begins with what
 * `where` says of the job.
 */
export function checkNames(jobs: readonly Named[], where = beginning): void {
  const places = new Map<string, number>();
  jobs.forEach(({ id }, at) => {
    const other = id === undefined ? undefined : places.get(id);
    if (other !== undefined) throw new Error(`${where(at, id)}id: jobs[${other}] has the same`);
    if (id !== undefined) places.set(id, at);
  });
  jobs.forEach(({ id, after = [] }, at) => {
    const named = new Set<string | number>();
    for (const { job } of after) {
      if (named.has(job)) throw new Error(`${where(at, id)}after: job ${job} is named twice`);
      named.add(job);
      if (typeof job === "number" || places.has(job)) continue;
      const [near] = nearest(job, [...places.keys()], 1);
      const meant = near === undefined ? "" : `: did you mean ${near}?`;
      throw new Error(`${where(at, id)}after: there is no job '${job}' in this list${meant}`);
    }
  });
  refuseCircle(jobs, places, where);
}

function refuseCircle(jobs: readonly Named[], places: ReadonlyMap<string, number>, where: typeof beginning): void {
  const done = new Set<string>();
  const walk = (id: string, path: string[]): void => {
    const start = path.indexOf(id);
    if (start >= 0) {
      const circle = [...path.slice(start), id];
      const shown = circle.length > 20 ? [...circle.slice(0, 10), "...", ...circle.slice(-9)] : circle;
      throw new Error(`${where(places.get(id)!, id)}after: it would wait for itself: ${shown.join(" → ")}`);
    }
    if (done.has(id)) return;
    for (const { job } of jobs[places.get(id)!]!.after ?? []) if (typeof job === "string") walk(job, [...path, id]);
    done.add(id);
  };
  for (const id of places.keys()) walk(id, []);
}
