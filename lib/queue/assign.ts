// Hands out tasks to the slaves that ask, in one short transaction under row locks.
import { parseSet, setOfTasks, sizeOf } from "../sets";
import { type Move, moveTasks } from "./move";
import type { Tx } from "./open";
import { type Assignment, type JobNeeds, plan, type SlaveNow } from "./plan";

/** A task handed out, with its attempt. */
export type Handed = Assignment & { readonly attempt: number };

/** The most jobs looked at in one round; when tasks are left for free slots the caller asks again at once. */
const mostCandidates = 500;

/** What was handed out. `again`: there may be more for these slaves, beyond the most that one round looks at (`now`), or in jobs that another master had locked (`soon`). */
export type Assigned = { handed: Handed[]; again: "now" | "soon" | undefined };

/**
 * Plans and writes. `ended`: tasks that go from running to finished or failed at the same time; they are moved in any case, and in
 * the same statement as what their jobs hand out.
 */
export async function assign(tx: Tx, slaves: readonly SlaveNow[], ended: readonly Move[] = []): Promise<Assigned> {
  const asking = slaves.filter((slave) => slave.enabled && slave.free > 0);
  const { planned, again } = await planFor(tx, asking, ended);
  await moveTasks(tx, together(ended, planned));
  if (planned.length === 0) return { handed: [], again };
  const handed = await tx<Handed[]>`
    insert into run (job, task, attempt, slave)
    select given.job, given.task, 1 + coalesce((select max(attempt) from run where run.job = given.job and run.task = given.task), 0), given.slave
    from json_to_recordset(${JSON.stringify(planned)}::json) as given(job int, task int, slave int)
    returning job, task, attempt, slave`;
  return { handed: [...handed], again };
}

async function planFor(
  tx: Tx,
  asking: readonly SlaveNow[],
  ended: readonly Move[],
): Promise<{ planned: Assignment[]; again: Assigned["again"] }> {
  if (asking.length === 0) return { planned: [], again: undefined };
  const free = asking.reduce((sum, slave) => sum + slave.free, 0);
  const most = Math.min(free, mostCandidates);
  const { jobs, locked, cut } = await candidates(tx, [...new Set(asking.flatMap((slave) => slave.pools))], most);
  // Their rows still count what has ended as running.
  const gone = new Map(ended.map((move) => [move.job, sizeOf(move.finished ?? []) + sizeOf(move.failed ?? [])]));
  const planned = plan(
    jobs.map((job) => ({ ...job, running: job.running - (gone.get(job.id) ?? 0) })),
    asking,
  );
  const again = locked ? "soon" : cut && planned.length > 0 && planned.length < free ? "now" : undefined;
  return { planned, again };
}

/** One move a job. */
function together(ended: readonly Move[], planned: readonly Assignment[]): Move[] {
  const moves = new Map(ended.map((move) => [move.job, move]));
  for (const [job, given] of Map.groupBy(planned, (assignment) => assignment.job)) {
    moves.set(job, { ...moves.get(job), job, running: setOfTasks(given.map(({ task }) => task)) });
  }
  return [...moves.values()];
}

/**
 * The best jobs of these pools, locked. Jobs with nothing running and jobs with something running are two walks along one index:
 * `running_count` changes with every task and is therefore not in it, but few jobs run at a time and many wait.
 */
async function candidates(
  tx: Tx,
  pools: string[],
  most: number,
): Promise<{ jobs: JobNeeds[]; locked: boolean; cut: boolean }> {
  const rows = await tx`
    with best as materialized (
      select found.id from json_array_elements_text(${JSON.stringify(pools)}::json) as wanted(pool) cross join lateral (
        (select id from job where job.pool = wanted.pool and state = 'waiting' and claimable order by priority desc, id limit ${most})
        union all
        (select id from job where job.pool = wanted.pool and state = 'running' and claimable order by priority desc, running_count, id limit ${most})
      ) as found
    ), locked as (
      select id, priority, pool, running_count, waiting, retrying from job
      where id in (select id from best) and claimable for update skip locked
    )
    select best.id, locked.priority, locked.pool, locked.running_count, locked.waiting, locked.retrying
    from best left join locked using (id)`;
  const got = rows.filter((row) => row.waiting !== null);
  const spared = await failedOn(
    tx,
    got.filter((row) => row.retrying !== "{}").map((row) => ({ job: row.id, tasks: row.retrying })),
  );
  const jobs = got.map(
    (row): JobNeeds => ({
      id: row.id,
      priority: row.priority,
      pool: row.pool,
      running: row.running_count,
      waiting: parseSet(row.waiting),
      spared: spared.get(row.id) ?? new Map(),
    }),
  );
  return { jobs, locked: got.length < rows.length, cut: rows.length >= most };
}

/** For each job the tasks that wait to be tried again, with the slaves on which they failed. */
async function failedOn(
  tx: Tx,
  retrying: { job: number; tasks: string }[],
): Promise<Map<number, Map<number, Set<number>>>> {
  const spared = new Map<number, Map<number, Set<number>>>();
  if (retrying.length === 0) return spared;
  const rows = await tx`
    select given.job, waiting.task, run.slave
    from json_to_recordset(${JSON.stringify(retrying)}::json) as given(job int, tasks int4multirange)
    cross join lateral unnest(given.tasks) as piece
    cross join lateral generate_series(lower(piece), upper(piece) - 1) as waiting(task)
    left join run on run.job = given.job and run.task = waiting.task and run.counts`;
  for (const { job, task, slave } of rows) {
    const tasks = spared.getOrInsertComputed(job, () => new Map<number, Set<number>>());
    const slaves = tasks.getOrInsertComputed(task, () => new Set<number>());
    if (slave !== null) slaves.add(slave);
  }
  return spared;
}
