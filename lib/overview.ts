// The farm in one view, as its page shows it: how it is now, how it was, and what needs a person.
import { z } from "zod";
import { jobStates } from "./states";
import { count, time } from "./wire";

const amount = z.number().min(0);

/** How slaves are: those that are online, told apart by what keeps them from work, and those that are not. */
export const slaveWays = ["online", "off_hours", "draining", "disabled", "problem", "sick", "lost", "gone"] as const;
export type SlaveWay = (typeof slaveWays)[number];

const slots = {
  busy: amount.describe("Slots with a task"),
  free: amount.describe("Slots that could take one now"),
  closed: amount.describe("Slots that take none, by settings, hours, foreign load or trouble"),
  lost: amount.describe("Slots of slaves that are lost"),
};

/** What was counted once in a while; null where no master came to do so. */
const seldom = amount.nullable();

export const FarmNow = z
  .object({
    at: time,
    slots: z.object(slots),
    slaves: z.partialRecord(z.enum(slaveWays), count).describe("Slaves by how they are"),
    jobs: z.partialRecord(z.enum(jobStates), count).describe("Jobs by state"),
    tasks: z
      .object({ waiting: amount, running: amount, stopped: amount })
      .describe("Tasks of jobs that have not ended; `stopped`: those that wait in a stopped job"),
    stuck: count.describe("Runs whose processes cannot be ended"),
  })
  .describe("How the farm is")
  .meta({ id: "FarmNow" });

export const FarmHistory = z
  .object({
    stepMs: z.int().describe("From one point to the next; points in which no master ran are not there"),
    points: z.array(
      z.object({
        at: time.describe("When its time begins"),
        frames: amount.describe("Frames finished in it"),
        failed: amount.describe("Runs failed in it"),
        waiting: seldom.describe(
          "Tasks that waited, those of stopped jobs left out; null, as slots, where nobody counted",
        ),
        busy: seldom,
        free: seldom,
        closed: seldom,
        lost: seldom,
      }),
    ),
  })
  .describe("How the farm was, oldest first")
  .meta({ id: "FarmHistory" });

export const Attention = z
  .object({
    jobs: z
      .array(
        z.object({
          id: count,
          name: z.string(),
          owner: z.string(),
          state: z.enum(jobStates),
          stopReason: z.string().nullable(),
          failedTasks: count,
        }),
      )
      .describe("Jobs that failed, stopped themselves, or have failed tasks; newest first, at most 100"),
    jobCount: count.describe("How many such jobs there are in all"),
    slaves: z
      .array(
        z.object({
          id: count,
          name: z.string(),
          way: z.enum(slaveWays),
          text: z.string().describe("What is wrong, for people"),
        }),
      )
      .describe("Slaves that are sick, lost, in trouble, or hold what cannot be ended; at most 100"),
    slaveCount: count,
    errors: z
      .array(
        z.object({
          text: z.string().describe("The message, with its numbers left out where they differ"),
          tasks: count,
          jobs: z.array(count).describe("All of those above that say it"),
          slaves: z.array(z.string()).describe("At most 20"),
          example: z.object({ job: count, frame: z.int() }),
        }),
      )
      .describe("Failed tasks that say the same, most first, at most 20 sets"),
  })
  .describe("What needs a person")
  .meta({ id: "Attention" });

export type FarmNow = z.infer<typeof FarmNow>;
export type FarmHistory = z.infer<typeof FarmHistory>;
export type Attention = z.infer<typeof Attention>;
