// A queue on a database of its own, and short ways to fill and read it.
import { afterAll, beforeEach } from "bun:test";
import type { z } from "zod";
import { assign, type Handed } from "../../lib/queue/assign";
import { moveTasks } from "../../lib/queue/move";
import type { Report } from "../../lib/queue/moves";
import type { JobNeeds, SlaveNow } from "../../lib/queue/obstacles";
import { openQueue, type Queue } from "../../lib/queue/open";
import { report } from "../../lib/queue/report";
import { type Calling, meet } from "../../lib/queue/slaves";
import { submit } from "../../lib/queue/submit";
import type { TaskSet } from "../../lib/sets";
import { Settings } from "../../lib/settings";
import { Submission } from "../../lib/submission";
import { newTables } from "../postgres";

export type Given = Partial<z.input<typeof Submission>>;

/** Opens a queue on a new database. */
export async function newQueue(): Promise<{ queue: Queue; url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const url = await newTables();
  const queue = await openQueue({ url });
  return { queue, url, [Symbol.asyncDispose]: () => queue.close() };
}

/** A queue for the tests of a file: empty before each of them, closed after the last. */
export async function stagedQueue(): Promise<Queue> {
  const stage = await newQueue();
  afterAll(() => stage[Symbol.asyncDispose]());
  beforeEach(() => clear(stage.queue));
  return stage.queue;
}

/** Forgets all jobs, runs and slaves; numbers begin at 1 again. */
export async function clear({ sql }: Queue): Promise<void> {
  await sql`truncate job, run, slave, dependency, licence, owner, leftover, event, notice, delivery, master, history restart identity`;
}

export function submission(given: Given = {}): Submission {
  return Submission.parse({ name: "test", command: ["true"], ...given });
}

export function submitted(queue: Queue, given: Given = {}): Promise<number> {
  return submit(queue, submission(given));
}

export function slave(id: number, free = 1, pools = ["Default"], more: Partial<SlaveNow> = {}): SlaveNow {
  return {
    id,
    name: `s${id}`,
    away: false,
    sick: false,
    problem: null,
    enabled: true,
    draining: false,
    inHours: true,
    pools,
    os: "LINUX",
    memoryLeftMb: 4000,
    gpusLeft: 0,
    foreignSlots: 0,
    free,
    jobs: [],
    ...more,
  };
}

/** A job as the plan sees it, which every slave of pool Default may run. */
export function needs(id: number, waiting: TaskSet = [[0, 1]], more: Partial<JobNeeds> = {}): JobNeeds {
  return {
    id,
    priority: 500,
    owner: "",
    pool: "Default",
    os: "",
    memoryMb: 0,
    gpus: 0,
    licences: {},
    stopped: false,
    early: false,
    running: 0,
    waiting,
    held: [],
    resting: [],
    spared: new Map(),
    maxSlots: null,
    maxPerSlave: null,
    blocked: [],
    setAside: new Map(),
    ...more,
  };
}

/** Settings of a slave as they are when nobody has changed them. */
export const usual = Settings.parse({ slots: 4, pools: ["Default"], enabled: true });

/** A slave as it describes itself when it calls. */
export const calling = (more: Partial<Calling> & Pick<Calling, "key" | "name">): Calling => ({
  address: "127.0.0.1",
  port: 2345,
  software: "1.0",
  os: "LINUX",
  cpus: 4,
  memoryMb: 8000,
  freeMemoryMb: 4000,
  memoryLeftMb: 4000,
  gpus: 0,
  gpusLeft: 0,
  load: 0.5,
  foreignSlots: 0,
  inHours: true,
  settings: usual,
  running: 0,
  free: 4,
  stuck: 0,
  ...more,
});

/** A slave that the queue has met, by its name. */
export async function met(
  queue: Queue,
  name: string,
  key: string = crypto.randomUUID(),
  more: Partial<Calling> = {},
): Promise<number> {
  return (await meet(queue, [calling({ key, name, ...more })]))[0]!.id;
}

/** Hands out what fits, in a transaction. */
export async function handOut(queue: Queue, ...slaves: SlaveNow[]): Promise<Handed[]> {
  const { handed } = await queue.sql.begin((tx) => assign(tx, slaves));
  return handed.sort((a, b) => a.job - b.job || a.task - b.task);
}

/** Reports ends of runs, in a transaction. Returns how many counted. */
export async function tell(queue: Queue, ...reports: Report[]): Promise<number> {
  return await queue.sql.begin(async (tx) => {
    const { counted, moves } = await report(tx, reports);
    await moveTasks(tx, moves);
    return counted.length;
  });
}

/** The report of a run that ended by itself with this code. */
export function ended(
  { job, task, attempt, slave }: Pick<Report, "job" | "task" | "attempt" | "slave">,
  code = 0,
): Report {
  return { job, task, attempt, slave, reason: "exit", code };
}

export type JobRow = { state: string; waiting: string; running: string; finished: string; failed: string };

/** State and sets of a job. */
export async function jobRow({ sql }: Queue, id: number): Promise<JobRow | undefined> {
  const [row] = await sql<JobRow[]>`select state, waiting, running, finished, failed from job where id = ${id}`;
  return row && { ...row };
}

/** The runs of a job as `task.attempt slave outcome`, with `counts` behind those that count. */
export async function runsOf({ sql }: Queue, id: number): Promise<string[]> {
  const rows = await sql`select * from run where job = ${id} order by task, attempt`;
  return rows.map((row) =>
    [`${row.task}.${row.attempt}`, row.slave, row.outcome ?? "open", row.counts ? "counts" : ""].join(" ").trim(),
  );
}
