// Every table of DrQueue, once. Migrations are generated from this file: npm run migration -- --name what_changed
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { EventType, NoticeReason, NoticeStyle } from "./lib/events";
import type { Span } from "./lib/frames";
import type { Order } from "./lib/order";
import type { ExitCodes, OutputRules } from "./lib/rules";
import { formatSet, parseSet, type TaskSet } from "./lib/sets";
import type { Settings } from "./lib/settings";
import type { ExitRule, JobState, Need, Outcome, SlaveState, Wish } from "./lib/states";

const taskSet = customType<{ data: TaskSet; driverData: string }>({
  dataType: () => "int4multirange",
  fromDriver: parseSet,
  toDriver: formatSet,
});

/** A jobscript as it was written for the job: `path` is where masters keep it, for slaves that see that folder. */
export type Script = { path: string | null; sh: string; cmd: string };

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
const emptySet = sql`'{}'::int4multirange`;

/** One row a job, however many frames: its tasks are in four sets. */
export const job = pgTable(
  "job",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    owner: text("owner").notNull(),
    /** A slave of any of these pools may run it: sorted names with commas between. */
    pool: text("pool").notNull(),
    priority: integer("priority").notNull(),
    /** Operating systems as slaves name them, sorted, with commas between; empty: any. */
    os: text("os").notNull().default(""),
    /** What a task needs: memory in MB, and GPUs. */
    memoryMb: integer("memory_mb").notNull().default(0),
    gpus: integer("gpus").notNull().default(0),
    /** Licences a task needs, by name. */
    licences: jsonb("licences").$type<Record<string, number>>().notNull().default({}),
    /** Slots in all and on one slave; null: no limit. */
    maxSlots: integer("max_slots"),
    maxPerSlave: integer("max_per_slave"),
    notBefore: moment("not_before"),
    /** Numbers of slaves that a person keeps from it. */
    blocked: jsonb("blocked").$type<number[]>().notNull().default([]),
    kind: text("kind"),
    /** The kind's fields as a person gave them. */
    fields: jsonb("fields").$type<Record<string, unknown>>(),
    /** The variables that the fields become. */
    fieldVariables: jsonb("field_variables").$type<Record<string, string>>().notNull().default({}),
    script: jsonb("script").$type<Script>(),
    command: jsonb("command").$type<string[]>().notNull(),
    env: jsonb("env").$type<Record<string, string>>().notNull(),
    folder: text("folder"),
    /** The name as its log folder carries it, kept when the job is renamed. */
    logName: text("log_name").notNull(),
    spans: jsonb("spans").$type<Span[]>().notNull(),
    block: integer("block").notNull(),
    fillOrder: text("fill_order").$type<Order>().notNull(),
    pad: integer("pad").notNull(),
    retries: integer("retries").notNull(),
    exitRule: text("exit_rule").$type<ExitRule>().notNull(),
    exitCodes: jsonb("exit_codes").$type<ExitCodes>().notNull().default({}),
    output: jsonb("output").$type<OutputRules>().notNull().default({}),
    /** Where its pictures are, as /mnt/x/shot.####.png; null where nobody said. */
    pictures: text("pictures"),
    /** Before a failed task is tried again; doubled with each failure. */
    retryDelayMs: integer("retry_delay_ms").notNull().default(0),
    /** A frame may take so long, and its program may be silent for so long; null: for ever. */
    frameTimeoutMs: integer("frame_timeout_ms"),
    silenceMs: integer("silence_ms"),
    /** So many failed runs on one slave keep it from the job; 0: never. */
    slaveFailures: integer("slave_failures").notNull().default(3),
    /** How many runs of this job failed on which slave. */
    blamed: jsonb("blamed").$type<Record<string, number>>().notNull().default({}),
    /** So many failed tasks stop the job; 0: never. */
    maxFailures: integer("max_failures").notNull().default(1000),
    stopped: boolean("stopped").notNull(),
    /** Why it stopped itself; null when a person did it. */
    stopReason: text("stop_reason"),
    /** By which its client names the submission: sent again, it is the same job; null where none was given. */
    submission: text("submission"),
    /** Attempts at its tasks have higher numbers: lower ones may have been handed out after the backup it came back from. */
    attemptsFrom: integer("attempts_from").notNull().default(0),
    /** Deleted so long after its end, at 0 only when it finished; null: kept. */
    deleteAfterMs: bigint("delete_after_ms", { mode: "number" }),
    tasks: integer("tasks").notNull(),
    waiting: taskSet("waiting").notNull(),
    running: taskSet("running").notNull().default(emptySet),
    finished: taskSet("finished").notNull().default(emptySet),
    failed: taskSet("failed").notNull().default(emptySet),
    /** Waiting tasks that failed before: the plan looks up which slaves to spare them. A part of `waiting`. */
    retrying: taskSet("retrying").notNull().default(emptySet),
    /** Tasks, in whatever set, that may not start before other jobs did theirs. */
    held: taskSet("held").notNull().default(emptySet),
    /** Waiting tasks that failed and are not to be tried again yet. A part of `retrying`. */
    resting: taskSet("resting").notNull().default(emptySet),
    /** Other jobs wait, or waited, for this one. */
    needed: boolean("needed").notNull().default(false),
    /** Of finished runs: how many, their time in all, and the one that took longest. */
    renderedRuns: integer("rendered_runs").notNull().default(0),
    renderedMs: bigint("rendered_ms", { mode: "number" }).notNull().default(0),
    slowestMs: integer("slowest_ms").notNull().default(0),
    slowestTask: integer("slowest_task"),
    runningCount: integer("running_count").notNull().generatedAlwaysAs(sql`tasks_in(running)`),
    state: text("state")
      .$type<JobState>()
      .notNull()
      .generatedAlwaysAs(
        sql`case when isempty(waiting) and isempty(running) then case when isempty(failed) then 'finished' else 'failed' end when stopped then 'stopped' when isempty(running) then 'waiting' else 'running' end`,
      ),
    claimable: boolean("claimable")
      .notNull()
      .generatedAlwaysAs(sql`not stopped and not isempty(waiting - held - resting)`),
    busy: boolean("busy").notNull().generatedAlwaysAs(sql`not isempty(running)`),
    rests: boolean("rests").notNull().generatedAlwaysAs(sql`not isempty(resting)`),
    /**
     * Jobs of one lane are alike to the plan but for their numbers: what keeps a slave from one keeps it from all. Ordered by bytes
     * (collation C, in the migration), so that the lanes of a pool lie between its name with a '|' and with a '}'.
     */
    lane: text("lane")
      .notNull()
      .generatedAlwaysAs(
        sql`pool || '|' || os || '|' || memory_mb::text || '|' || gpus::text || '|' || licences::text || '|' || owner`,
      ),
    submittedAt: moment("submitted_at").notNull().defaultNow(),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
  },
  (table) => [
    // Only columns that rarely change are indexed, so that moving tasks between the sets stays a heap-only update.
    index("job_candidates")
      .on(table.lane, table.state, table.priority.desc().nullsFirst(), table.id)
      .where(sql`claimable`),
    index("job_state").on(table.state, table.id),
    // Lists are sorted by these, a page at a time.
    index("job_name").on(table.name, table.id),
    index("job_owner").on(table.owner, table.id),
    index("job_priority").on(table.priority, table.id),
    index("job_submitted").on(table.submittedAt, table.id),
    index("job_busy").on(table.owner).where(sql`busy`),
    index("job_rests").on(table.id).where(sql`rests`),
    index("job_not_before").on(table.notBefore).where(sql`not_before is not null`),
    uniqueIndex("job_submission").on(table.submission).where(sql`submission is not null`),
    index("job_delete").on(table.endedAt).where(sql`delete_after_ms is not null`),
    check(
      "job_sets_are_disjoint",
      sql`not (waiting && running) and not (waiting && finished) and not (waiting && failed) and not (running && finished) and not (running && failed) and not (finished && failed) and retrying <@ waiting and resting <@ retrying`,
    ),
    check("job_sets_hold_every_task", sql`waiting + running + finished + failed = int4multirange(int4range(0, tasks))`),
  ],
);

/**
 * One attempt at a task. Written when the task is handed out. There is no foreign key to `job`: runs are only written and
 * deleted by who holds the lock on the job's row, and a check per row would double the cost of handing out.
 */
export const run = pgTable(
  "run",
  {
    job: integer("job").notNull(),
    task: integer("task").notNull(),
    attempt: integer("attempt").notNull(),
    slave: integer("slave").notNull(),
    startedAt: moment("started_at").notNull().defaultNow(),
    /** Null while the run is open: handed out, its end not reported. */
    endedAt: moment("ended_at"),
    outcome: text("outcome").$type<Outcome>(),
    code: smallint("code"),
    message: text("message"),
    /** Whether it counts against the job's retries; a person's requeue of the task forgives it. */
    counts: boolean("counts").notNull().default(false),
    /** What a person wants of it while it still runs. */
    wish: text("wish").$type<Wish>(),
    ranMs: integer("ran_ms"),
    cpuMs: integer("cpu_ms"),
    memoryMb: integer("memory_mb"),
    /** How far the task is while it runs, percent. */
    progress: smallint("progress"),
  },
  (table) => [primaryKey({ columns: [table.job, table.task, table.attempt] })],
);

/** A picture of each slave as it described itself last; the slave owns its settings. */
export const slave = pgTable(
  "slave",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    key: uuid("key").notNull().unique(),
    name: text("name").notNull(),
    address: text("address").notNull(),
    port: integer("port").notNull(),
    software: text("software").notNull(),
    os: text("os").notNull(),
    cpus: integer("cpus").notNull(),
    /** Type and speed of its CPUs. */
    cpu: text("cpu").notNull().default(""),
    memoryMb: integer("memory_mb").notNull(),
    freeMemoryMb: integer("free_memory_mb").notNull(),
    load: real("load").notNull(),
    /** Load averages over 5 and 15 minutes. */
    load5: real("load5").notNull().default(0),
    load15: real("load15").notNull().default(0),
    /** What it has for new tasks: its own reckoning of memory (MB) and GPUs. */
    memoryLeftMb: integer("memory_left_mb").notNull().default(0),
    gpus: integer("gpus").notNull().default(0),
    gpusLeft: integer("gpus_left").notNull().default(0),
    settings: jsonb("settings").$type<Settings>().notNull(),
    running: integer("running").notNull(),
    /** Tasks it can take. */
    free: integer("free").notNull().default(0),
    /** Slots that foreign load takes away. */
    foreignSlots: integer("foreign_slots").notNull().default(0),
    /** Whether its weekly hours let it work now. */
    inHours: boolean("in_hours").notNull().default(true),
    problem: text("problem"),
    /** Jobs that others could render and of which a task failed here, since its last success. */
    suspects: jsonb("suspects").$type<number[]>().notNull().default([]),
    /** Since when it is set aside; null when it is well. */
    sickSince: moment("sick_since"),
    /** The process that speaks for it, and the running system and folder it lives in; null for slaves of release 0.1. */
    instance: uuid("instance"),
    home: text("home"),
    /** Runs whose processes it could not end. */
    stuck: integer("stuck").notNull().default(0),
    state: text("state").$type<SlaveState>().notNull().default("online"),
    seenAt: moment("seen_at").notNull().defaultNow(),
  },
  (table) => [index("slave_name").on(table.name), index("slave_sick").on(table.id).where(sql`sick_since is not null`)],
);

/** A job that waits for another one: until it is finished, has ended, or frame by frame. */
export const dependency = pgTable(
  "dependency",
  {
    job: integer("job").notNull(),
    needs: integer("needs").notNull(),
    until: text("until").$type<Need>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.needs] }), index("dependency_needs").on(table.needs)],
);

/** Licences that the farm counts: so many tasks may use one at a time. */
export const licence = pgTable("licence", {
  name: text("name").primaryKey(),
  total: integer("total").notNull(),
});

/** Owners whose share is not the usual one. */
export const owner = pgTable("owner", {
  name: text("name").primaryKey(),
  weight: real("weight").notNull(),
});

/** Logs and scripts of deleted jobs that are still to be removed: by a slave, or by a master where `slave` is 0. */
export const leftover = pgTable(
  "leftover",
  {
    slave: integer("slave").notNull(),
    /** The job's number and the name of its log folder. */
    job: integer("job").notNull(),
    folder: text("folder").notNull(),
    deletedAt: moment("deleted_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.slave, table.job] })],
);

/** What a transaction's number is to Postgres: a text here, since it has 64 bits. */
const transaction = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

/**
 * What happened, for who follows it or is to be told. Written by triggers, in the transaction in which it happened. Numbers are given
 * before transactions end and may become visible out of order: who reads goes by transaction and number, and only up to the oldest
 * transaction that is still under way.
 */
export const event = pgTable(
  "event",
  {
    tx: transaction("tx").notNull().default(sql`pg_current_xact_id()`),
    id: bigint("id", { mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    at: moment("at").notNull().defaultNow(),
    type: text("type").$type<EventType>().notNull(),
    job: integer("job"),
    slave: integer("slave"),
    /** Name, owner, states: what a reader wants to know without asking. */
    data: jsonb("data").$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tx, table.id] }), index("event_at").on(table.at)],
);

/** Who is to be told what: by mail or at a web address; of one job, of all jobs of an owner, or of the whole farm. */
export const notice = pgTable(
  "notice",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    job: integer("job"),
    owner: text("owner"),
    on: jsonb("on").$type<NoticeReason[]>().notNull(),
    to: text("to").notNull(),
    style: text("style").$type<NoticeStyle>().notNull(),
    /** The key with which a web address checks that it was us. */
    secret: text("secret"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [index("notice_job").on(table.job).where(sql`job is not null`)],
);

/** A message on its way: kept until it has arrived, or was tried often enough. */
export const delivery = pgTable(
  "delivery",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    to: text("to").notNull(),
    style: text("style").$type<NoticeStyle>().notNull(),
    secret: text("secret"),
    /** What is told, before it is put into the words of its style. */
    message: jsonb("message").$type<Record<string, unknown>>().notNull(),
    tries: integer("tries").notNull().default(0),
    nextAt: moment("next_at").notNull().defaultNow(),
    sentAt: moment("sent_at"),
    /** Why the last try failed. */
    problem: text("problem"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [index("delivery_next").on(table.nextAt).where(sql`sent_at is null`)],
);

/** Masters that use this database: each writes its row every few seconds and removes it when it stops. */
export const master = pgTable("master", {
  /** Of this process. */
  id: uuid("id").primaryKey(),
  /** Where other masters and clients reach it. */
  address: text("address").notNull(),
  port: integer("port").notNull(),
  software: text("software").notNull(),
  /** Whether it is the one that keeps house now. */
  keepsHouse: boolean("keeps_house").notNull().default(false),
  startedAt: moment("started_at").notNull().defaultNow(),
  seenAt: moment("seen_at").notNull().defaultNow(),
});

/** How the farm was, a row for each minute in which a master ran. */
export const history = pgTable("history", {
  at: timestamp("at", { withTimezone: true, mode: "date" }).primaryKey(),
  /** Frames that were finished in it, and runs that failed: each master adds what was reported to it. */
  frames: bigint("frames", { mode: "number" }).notNull().default(0),
  failed: integer("failed").notNull().default(0),
  /** Tasks that waited at its end, and slots; null where no master came to count them. */
  waiting: bigint("waiting", { mode: "number" }),
  busy: integer("busy"),
  free: integer("free"),
  closed: integer("closed"),
  lost: integer("lost"),
});

/** One row: what all masters of this database share. */
export const farm = pgTable("farm", {
  id: integer("id").primaryKey(),
  token: text("token").notNull(),
  /** The last event of which notices were made. */
  notifiedUpTo: text("notified_up_to"),
  /** The oldest protocol a master must speak to work on this database. */
  oldestProtocol: integer("oldest_protocol").notNull().default(2),
});
