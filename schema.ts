// Every table of DrQueue, once. Migrations are generated from this file: npm run migration -- --name what_changed
import { sql } from "drizzle-orm";
import {
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
  uuid,
} from "drizzle-orm/pg-core";
import type { Span } from "./lib/frames";
import type { Order } from "./lib/order";
import { formatSet, parseSet, type TaskSet } from "./lib/sets";
import type { ExitRule, JobState, Outcome, SlaveState, Wish } from "./lib/states";

const taskSet = customType<{ data: TaskSet; driverData: string }>({
  dataType: () => "int4multirange",
  fromDriver: parseSet,
  toDriver: formatSet,
});

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
const emptySet = sql`'{}'::int4multirange`;

/** One row a job, however many frames: its tasks are in four sets. */
export const job = pgTable(
  "job",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull(),
    owner: text("owner").notNull(),
    pool: text("pool").notNull(),
    priority: integer("priority").notNull(),
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
    stopped: boolean("stopped").notNull(),
    tasks: integer("tasks").notNull(),
    waiting: taskSet("waiting").notNull(),
    running: taskSet("running").notNull().default(emptySet),
    finished: taskSet("finished").notNull().default(emptySet),
    failed: taskSet("failed").notNull().default(emptySet),
    /** Waiting tasks that failed before: the plan looks up which slaves to spare them. A part of `waiting`. */
    retrying: taskSet("retrying").notNull().default(emptySet),
    runningCount: integer("running_count").notNull().generatedAlwaysAs(sql`tasks_in(running)`),
    state: text("state")
      .$type<JobState>()
      .notNull()
      .generatedAlwaysAs(
        sql`case when isempty(waiting) and isempty(running) then case when isempty(failed) then 'finished' else 'failed' end when stopped then 'stopped' when isempty(running) then 'waiting' else 'running' end`,
      ),
    claimable: boolean("claimable").notNull().generatedAlwaysAs(sql`not stopped and not isempty(waiting)`),
    submittedAt: moment("submitted_at").notNull().defaultNow(),
    startedAt: moment("started_at"),
    endedAt: moment("ended_at"),
  },
  (table) => [
    // Only columns that rarely change are indexed, so that moving tasks between the sets stays a heap-only update.
    index("job_candidates")
      .on(table.pool, table.state, table.priority.desc().nullsFirst(), table.id)
      .where(sql`claimable`),
    index("job_state").on(table.state, table.id),
    check(
      "job_sets_are_disjoint",
      sql`not (waiting && running) and not (waiting && finished) and not (waiting && failed) and not (running && finished) and not (running && failed) and not (finished && failed) and retrying <@ waiting`,
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
    memoryMb: integer("memory_mb").notNull(),
    freeMemoryMb: integer("free_memory_mb").notNull(),
    load: real("load").notNull(),
    slots: integer("slots").notNull(),
    pools: jsonb("pools").$type<string[]>().notNull(),
    enabled: boolean("enabled").notNull(),
    running: integer("running").notNull(),
    problem: text("problem"),
    state: text("state").$type<SlaveState>().notNull().default("online"),
    seenAt: moment("seen_at").notNull().defaultNow(),
  },
  (table) => [index("slave_name").on(table.name)],
);

/** One row: what all masters of this database share. */
export const farm = pgTable("farm", {
  id: integer("id").primaryKey(),
  token: text("token").notNull(),
});
