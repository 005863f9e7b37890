// The one message between slave and master: a slave says how it is and what ended, and hears what to start and to kill.
import { z } from "zod";
import { OutputRules } from "./rules";
import { Settings } from "./settings";
import { endReasons } from "./states";
import { count, line, RunKey, text } from "./wire";

/** Raised when a change would make an older slave or client misunderstand; fields that may be missing do not raise it. */
export const protocolVersion = 2;

/** The oldest that a master understands: that of the release before. */
export const oldestProtocol = 2;

/** How many ended runs one sync carries; the rest waits for the next. With the longest messages it still is a body of under 1 MB. */
export const mostEnded = 200;

/** How many runs one sync mentions as held, and how many of those as stuck. */
export const mostAlive = 8192;
export const mostStuck = 1024;

/** So long a master holds a sync that brings nothing and gets nothing, ms. */
export function holdMs(leaseMs: number): number {
  return Math.min(10_000, leaseMs / 3);
}

/** How many runs may say in one sync how far they are. */
export const mostProgress = 4096;

export const EndedRun = RunKey.extend({
  // One word that is not known may not keep the master from all else that a slave has to say.
  reason: z.enum(endReasons).catch("other"),
  code: z
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe("As a shell says it: 128 + n for signal n; 130 when the jobscript asked for a requeue"),
  message: text(500).optional(),
  ranMs: z.int().min(0).optional().describe("From start to end, by the slave's own clock"),
  cpuMs: z.int().min(0).optional(),
  memoryMb: count.optional().describe("Most memory of one process"),
})
  .describe("A run that ended, as its slave reports it")
  .meta({ id: "EndedRun" });

export const Sync = z
  .object({
    version: z.int(),
    key: z.uuid().describe("The slave's identity, kept in its data folder"),
    instance: z
      .uuid()
      .optional()
      .describe("Of this process: another one with the same key is a copy, or its next life"),
    home: line(64)
      .optional()
      .describe("Of the running system and the data folder: two processes with the same cannot live at a time"),
    name: line(100).min(1),
    software: line(40),
    address: line(255).optional().describe("Where others reach it; else where it calls from"),
    port: z.int().min(0).max(65535),
    os: line(20),
    cpus: count,
    cpu: line(200).optional().describe("Type and speed of its CPUs"),
    memoryMb: count,
    freeMemoryMb: count,
    memoryLeftMb: count.describe("For new tasks: what is free, less what its tasks asked for and what it is to leave"),
    gpus: count.max(64),
    gpusLeft: count.max(64),
    load: z.number().min(0).max(1_000_000).describe("Load average over a minute"),
    load5: z.number().min(0).max(1_000_000).optional().describe("The same over 5 minutes"),
    load15: z.number().min(0).max(1_000_000).optional().describe("The same over 15 minutes"),
    foreignSlots: count.describe("Slots that foreign load takes away"),
    inHours: z.boolean().describe("Whether its weekly hours let it work now"),
    settings: Settings,
    problem: text(500).optional(),
    hello: z.boolean().optional().describe("First sync since it started or lost an answer: answered at once"),
    leaving: z.boolean().optional().describe("It takes its leave: last sync of this slave"),
    running: count.optional().describe("Runs whose processes live now; the others it holds wait for a slot"),
    free: count.max(4096).describe("Tasks it can take now, a few ahead when they are short"),
    alive: z.array(RunKey).max(mostAlive).describe("Runs it holds, not yet ended"),
    progress: z
      .array(RunKey.extend({ percent: z.int().min(0).max(100) }))
      .max(mostProgress)
      .optional()
      .describe("Runs that are further than it said before"),
    stuck: z
      .array(RunKey)
      .max(mostStuck)
      .optional()
      .describe("Runs whose processes cannot be ended: they keep their slots"),
    ended: z.array(EndedRun).max(mostEnded),
  })
  .describe("What a slave tells: who and how it is, what it runs, what ended")
  .meta({ id: "Sync" });

export const Ordered = RunKey.extend({ frames: z.array(z.int()) })
  .describe("A task to start")
  .meta({ id: "Ordered" });

export const JobOrder = z
  .object({
    id: count,
    name: z.string(),
    owner: z.string(),
    pool: z.string(),
    command: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    folder: z.string().nullable(),
    logFolder: z.string(),
    start: z.int(),
    end: z.int(),
    step: z.int(),
    block: count,
    pad: count,
    fieldVariables: z.record(z.string(), z.string()).describe("The fields of its kind"),
    script: z
      .object({ path: z.string().nullable(), sh: z.string(), cmd: z.string() })
      .nullable()
      .describe("The jobscript its kind wrote; else `command` is run"),
    memoryMb: count,
    gpus: count,
    frameTimeoutMs: count.nullable(),
    silenceMs: count.nullable(),
    output: OutputRules,
  })
  .describe("What a slave must know of a job to run its tasks")
  .meta({ id: "JobOrder" });

export const SyncAnswer = z
  .object({
    id: count.describe("The slave's number, DRQUEUE_COMPID"),
    leaseMs: count.describe("A slave not heard of for so long loses its tasks"),
    software: z.string().optional().describe("The master's release"),
    logStore: z
      .uuid()
      .optional()
      .describe(
        "Of the master's log folder, which has a file that says the same: where a slave sees it, they share the folder",
      ),
    taken: z
      .object({ heardMs: count.describe("So long ago was the other one heard") })
      .optional()
      .describe("Another process lives that has this key: nothing of this sync was carried out"),
    jobs: z.array(JobOrder),
    start: z.array(Ordered),
    kill: z.array(RunKey).describe("Runs to end: no longer this slave's, or not wanted"),
  })
  .describe("What the master answers")
  .meta({ id: "SyncAnswer" });

export type EndedRun = z.infer<typeof EndedRun>;
export type Sync = z.infer<typeof Sync>;
export type SyncAnswer = z.infer<typeof SyncAnswer>;
export type Ordered = z.infer<typeof Ordered>;
export type JobOrder = z.infer<typeof JobOrder>;
