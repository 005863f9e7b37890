// How lists of jobs, slaves and frames are filtered, sorted and cut into pages. A page says in `next` where the next one begins.
import { z } from "zod";
import { Job } from "./protocol";
import { Slave } from "./settings";
import { jobStates, slaveStates, taskStates } from "./states";
import { text } from "./wire";

/** One or several words of a list, with commas between. */
const anyOf = <T extends string>(words: readonly T[]) =>
  z
    .string()
    .regex(
      new RegExp(`^(${words.join("|")})(,(${words.join("|")}))*$`),
      `one of ${words.join(", ")}, or several by comma`,
    )
    .transform((given) => given.split(",") as T[]);

const numbersOf = (what: string) =>
  z
    .string()
    .regex(/^\d{1,9}(,\d{1,9}){0,499}$/, `up to 500 numbers of ${what}, with commas between`)
    .transform((given) => given.split(",").map(Number));

// Of a list sorted by -priority, and of slaves by name.
const exampleCursor = "WyItcHJpb3JpdHkiLCI1MDAiLDEwMDBd";
const exampleSlaveCursor = "WyJuYW1lIiwicmFjazEiLDNd";

const cursor = text(2000).min(1).describe("`next` of the page before; with the same sort and filters");

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** What lists of jobs are sorted by. */
export const jobSorts = ["id", "name", "owner", "priority", "state", "submitted"] as const;
export type JobSort = (typeof jobSorts)[number];

export const JobFilter = z.strictObject({
  state: anyOf(jobStates)
    .optional()
    .meta({ description: "Only jobs in one of these states", examples: ["waiting,running"] }),
  owner: text(100)
    .optional()
    .meta({ description: "Only jobs of this owner", examples: ["ana"] }),
  pool: text(64)
    .optional()
    .meta({ description: "Only jobs of this pool", examples: ["Default"] }),
  kind: text(40)
    .optional()
    .meta({ description: "Only jobs of this kind", examples: ["blender"] }),
  name: text(200)
    .optional()
    .meta({ description: "Part of the name; * stands for anything", examples: ["shot*"] }),
  jobs: numbersOf("jobs")
    .optional()
    .meta({ description: "Only these, by number, at most 500", examples: ["12,15"] }),
  sort: z
    .enum([...jobSorts, ...jobSorts.map((name) => `-${name}` as const)])
    .optional()
    .meta({ description: "By what, with - falling; else -id, newest first", examples: ["-priority"] }),
  limit: limit(10_000, 100).meta({ description: "At most so many", examples: [20] }),
  cursor: cursor.optional().meta({ examples: [exampleCursor] }),
  before: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .meta({ description: "Only jobs with a smaller number", examples: [1000] }),
});

const next = z.string().optional().describe("Pass as `cursor` for the next page; not there at the end");

export const JobPage = z.object({ jobs: z.array(Job), next }).meta({ id: "JobPage" });

/** The most numbers of jobs that are told at once. */
export const mostNumbers = 200_000;

export const JobNumbersFilter = JobFilter.omit({ limit: true, cursor: true, before: true, jobs: true });

export const JobNumbers = z
  .object({
    jobs: z.array(z.int()).describe("Numbers in the order asked for, the first 200,000 at most"),
    total: z.int().describe("How many there are"),
  })
  .describe("Which jobs a list has, without what they are")
  .meta({ id: "JobNumbers" });

export const SlaveFilter = z.strictObject({
  state: anyOf(slaveStates)
    .optional()
    .meta({ description: "Only slaves in one of these states", examples: ["online,lost"] }),
  pool: text(64)
    .optional()
    .meta({ description: "Only slaves of this pool", examples: ["Default"] }),
  name: text(200)
    .optional()
    .meta({ description: "Part of the name; * stands for anything", examples: ["rack*"] }),
  slaves: numbersOf("slaves")
    .optional()
    .meta({ description: "Only these, by number, at most 500", examples: ["1,2"] }),
  limit: limit(10_000, 10_000).meta({ description: "At most so many", examples: [100] }),
  cursor: cursor.optional().meta({ examples: [exampleSlaveCursor] }),
});

export const SlavePage = z.object({ slaves: z.array(Slave), next }).meta({ id: "SlavePage" });

export const FrameFilter = z.strictObject({
  frames: text(900_000)
    .optional()
    .meta({ description: "Only these, in this order; else all of the job in its order", examples: ["1-20"] }),
  state: anyOf(taskStates)
    .optional()
    .meta({
      description:
        "Only frames in one of these states; of a long job a page may then have few, or none, before the last",
      examples: ["waiting,finished"],
    }),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ description: "`next` of the page before", examples: [0] }),
  limit: limit(10_000, 1000).meta({ description: "At most so many", examples: [100] }),
});

/** A filter as programs give it: one state or several. */
type OneOrSeveral<F extends { state?: readonly string[] | undefined }> = Omit<F, "state"> & {
  state?: NonNullable<F["state"]>[number] | NonNullable<F["state"]> | undefined;
};

export type JobNumbersFilter = OneOrSeveral<z.infer<typeof JobNumbersFilter>>;
export type JobNumbers = z.infer<typeof JobNumbers>;
export type JobFilter = OneOrSeveral<z.infer<typeof JobFilter>>;
export type JobPage = z.infer<typeof JobPage>;
export type SlaveFilter = OneOrSeveral<z.infer<typeof SlaveFilter>>;
export type SlavePage = z.infer<typeof SlavePage>;
export type FrameFilter = z.infer<typeof FrameFilter>;
