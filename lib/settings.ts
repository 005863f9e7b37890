// A slave as its own port and the master show it, and the settings that it owns.
import { z } from "zod";
import { slaveStates } from "./states";
import { count, line, pool, RunKey, text, time } from "./wire";

const mostPaths = 100;
const pathPair = z.object({ farm: text(1000).min(1), here: text(1000).min(1) });

/** What a newer slave has beside these is passed over. */
export const Settings = z
  .object({
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
      .array(pathPair)
      .max(mostPaths)
      .default([])
      .describe("Folders that have another name here than elsewhere in the farm"),
    gpus: z.int().min(0).max(64).nullable().default(null).describe("GPUs it has; null: counted by nvidia-smi"),
  })
  .describe("What a slave owns and only its own port changes")
  .meta({ id: "Settings" });

// Without the defaults of Settings: what is not mentioned stays as it is.
const { slots, enabled, drain, leaveMb, loadLimit, hours, gpus } = Settings.shape;

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
    paths: z.array(pathPair.strict()).max(mostPaths).optional(),
    gpus: gpus.unwrap().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "nothing to change")
  .describe("Changes of a slave's settings; addPools and removePools leave the other pools as they are")
  .meta({ id: "SettingsChange" });

export const Slave = z
  .object({
    id: count,
    name: z.string(),
    state: z.enum(slaveStates),
    address: z.string(),
    port: count,
    os: z.string(),
    cpus: count,
    cpu: z.string().describe("Type and speed of its CPUs"),
    memoryMb: count,
    freeMemoryMb: count,
    load: z.number().describe("Load average over a minute"),
    load5: z.number().describe("Load average over 5 minutes"),
    load15: z.number().describe("Load average over 15 minutes"),
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
    stuck: count.describe("Runs whose processes could not be ended: they keep their slots, memory and GPUs"),
    problem: z.string().nullable().describe("Why it takes no tasks, in its own words"),
    version: z.string(),
    seenAt: time,
  })
  .describe("A slave as the master saw it last")
  .meta({ id: "Slave" });

export const SlaveState = z
  .object({
    name: z.string(),
    id: count.nullable().describe("Its number at the master; null before the first contact"),
    settings: Settings,
    problem: z.string().nullable(),
    connected: z.boolean().describe("Whether the master answered the last sync"),
    unsent: count.describe("Ended runs that the master does not know yet"),
    runs: z.array(
      RunKey.extend({
        pid: z.int().nullable(),
        log: z.string(),
        seconds: z.number(),
        stuck: z.boolean().describe("Its processes cannot be ended: it keeps its slot until they are gone"),
      }),
    ),
  })
  .describe("A slave as it sees itself, from its own port")
  .meta({ id: "SlaveState" });

export type Settings = z.infer<typeof Settings>;
export type SettingsChange = z.infer<typeof SettingsChange>;
export type Slave = z.infer<typeof Slave>;
export type SlaveState = z.infer<typeof SlaveState>;
