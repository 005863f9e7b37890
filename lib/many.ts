// One step for many jobs at once, as a person takes it who marked them in a list.
import { z } from "zod";
import { Done } from "./protocol";
import { JobChange } from "./submission";
import { largest } from "./wire";

/** The most jobs of one request. */
export const mostAtOnce = 1000;

const step = <T extends string>(name: T) => z.strictObject({ do: z.literal(name) });

export const JobStep = z.discriminatedUnion("do", [
  step("stop").extend({ kill: z.boolean().default(false).describe("Whether what runs is killed as well") }),
  step("continue"),
  step("requeue"),
  step("kill"),
  step("rerun"),
  step("delete").extend({
    dependents: z.enum(["refuse", "cascade", "release"]).default("refuse"),
  }),
  step("change").extend({ change: JobChange }),
]);

export const ManyJobs = z
  .strictObject({
    jobs: z.array(z.int().min(1).max(largest)).min(1).max(mostAtOnce).describe("Their numbers"),
    step: JobStep,
  })
  .describe("A step to be taken with many jobs: each for itself, as if it were asked for alone")
  .meta({ id: "ManyJobs" });

export const ManyDone = z
  .object({
    done: z.array(z.int()).describe("Jobs with which it was taken"),
    tasks: Done.shape.tasks,
    killing: Done.shape.killing,
    refused: z.array(z.object({ job: z.int(), why: z.string() })),
  })
  .describe("What became of it")
  .meta({ id: "ManyDone" });

/** As it is asked for; a change is given as a change of a single job is. */
export type NewJobStep =
  | Exclude<z.input<typeof JobStep>, { do: "change" }>
  | Extract<z.infer<typeof JobStep>, { do: "change" }>;
export type ManyJobs = z.infer<typeof ManyJobs>;
export type ManyDone = z.infer<typeof ManyDone>;
