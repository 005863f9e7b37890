// What is known when all is over, as plain data: what people did, what the ledger says, and the rows of the database.
import postgres from "postgres";
import type { Trouble } from "./faults";
import type { Ran } from "./ledger";
import type { Act, Submitted } from "./people";

/** A job's row. The sets are task numbers. */
export type JobRow = {
  id: number;
  name: string;
  tasks: number;
  priority: number;
  stopped: boolean;
  stopReason: string | null;
  block: number;
  spans: { first: number; last: number; step: number }[];
  waiting: number[];
  running: number[];
  finished: number[];
  failed: number[];
};
/** A run's row. `ended`: ms since 1970. */
export type RunRow = {
  job: number;
  task: number;
  attempt: number;
  slave: number;
  ended: number | null;
  outcome: string | null;
  code: number | null;
  message: string | null;
  wish: string | null;
};
export type Bond = { job: number; needs: number; until: "finished" | "ended" | "frames" };

export type Evidence = {
  leaseMs: number;
  /** The most slots a slave had at any time, and how many may use the licence. */
  mostSlots: number;
  licences: number;
  submitted: readonly Submitted[];
  acts: readonly Act[];
  troubles: readonly Trouble[];
  /** Names of slaves by their numbers. */
  slaves: ReadonlyMap<number, string>;
  ran: readonly Ran[];
  torn: readonly string[];
  jobs: readonly JobRow[];
  runs: readonly RunRow[];
  bonds: readonly Bond[];
};

/** Reads the rows, by statements of its own. */
export async function readRows(url: string): Promise<Pick<Evidence, "slaves" | "jobs" | "runs" | "bonds">> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const tasks = (set: string) =>
    sql`array(select generate_series(lower(piece), upper(piece) - 1) from unnest(${sql(set)}) as piece) as ${sql(set)}`;
  try {
    const jobs = await sql<JobRow[]>`
      select id, name, tasks, priority, stopped, stop_reason as "stopReason", block, spans,
        ${tasks("waiting")}, ${tasks("running")}, ${tasks("finished")}, ${tasks("failed")}
      from job order by id`;
    const runs = await sql<RunRow[]>`
      select job, task, attempt, slave, (extract(epoch from ended_at) * 1000)::float8 as ended, outcome, code, message, wish
      from run order by job, task, attempt`;
    const bonds = await sql<Bond[]>`select job, needs, until from dependency`;
    const slaves = await sql`select id, name from slave`;
    return { jobs, runs, bonds, slaves: new Map(slaves.map(({ id, name }) => [id as number, name as string])) };
  } finally {
    await sql.end();
  }
}

/** Jobs that are still under way: something of them runs, or could be handed out now or soon. */
export async function underWay(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql`
      select id, name, waiting::text, running::text, resting::text, held::text, stopped from job
      where not isempty(running) or (not stopped and (not isempty(waiting - held))) order by id`;
    return rows.map((row) => JSON.stringify(row));
  } finally {
    await sql.end();
  }
}

/** What a farm that has ended must not have left in its database. */
export async function leftInDatabase(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const locks = await sql`
      select pid, classid, objid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
    const others = await sql`
      select pid, application_name as program, state, left(query, 80) as query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    return [
      ...locks.map((lock) => `an advisory lock is held: ${JSON.stringify(lock)}`),
      ...others.map((one) => `a connection to the database is open: ${JSON.stringify(one)}`),
    ];
  } finally {
    await sql.end();
  }
}
