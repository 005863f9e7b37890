// Hands out tasks to the slaves that ask, in one short transaction under row locks.
import { setOfTasks, sizeOf } from "../sets";
import { candidates, foremost, type Lane, lanesOf } from "./candidates";
import { moveTasks } from "./move";
import type { Move } from "./moves";
import { busy, type JobNeeds, misfit, type SlaveNow, unready } from "./obstacles";
import type { Tx } from "./open";
import { type Assignment, type Farm, plan } from "./plan";
import { countLicences, countShares } from "./shares";

/** A task handed out, with its attempt and what it takes of its slave. */
export type Handed = Assignment & { readonly attempt: number; readonly memoryMb: number; readonly gpus: number };

/** The most jobs looked at in one round, and by what factor each look is longer than the one before. */
const most = { candidates: 4000, factor: 8 } as const;

/** What was handed out. `again`: there may be more for these slaves, beyond the most that one round looks at (`now`), or in jobs that another master had locked (`soon`). */
export type Assigned = { handed: Handed[]; again: "now" | "soon" | undefined; released: boolean };

/**
 * Plans and writes. `ended`: tasks that go from running to finished at the same time; they are moved in any case, and in
 * the same statement as what their jobs hand out. `released`: jobs that waited for what ended may start now.
 */
export async function assign(tx: Tx, slaves: readonly SlaveNow[], ended: readonly Move[] = []): Promise<Assigned> {
  const asking = slaves.filter((slave) => !unready(slave) && !busy(slave));
  const { planned, jobs, again } = await planFor(tx, asking, ended);
  const released = await moveTasks(tx, together(ended, planned));
  if (planned.length === 0) return { handed: [], again, released };
  const rows = await tx`
    insert into run (job, task, attempt, slave)
    select given.job, given.task, 1 + greatest(
      (select max(attempt) from run where run.job = given.job and run.task = given.task),
      (select attempts_from from job where id = given.job)), given.slave
    from json_to_recordset(${JSON.stringify(planned)}::json) as given(job int, task int, slave int)
    returning job, task, attempt, slave`;
  const handed = rows.map((row): Handed => {
    const { memoryMb, gpus } = jobs.get(row.job)!;
    return { job: row.job, task: row.task, attempt: row.attempt, slave: row.slave, memoryMb, gpus };
  });
  return { handed, again, released };
}

type Planned = { planned: Assignment[]; jobs: Map<number, JobNeeds>; again: Assigned["again"] };

async function planFor(tx: Tx, all: readonly SlaveNow[], ended: readonly Move[]): Promise<Planned> {
  const jobs = new Map<number, JobNeeds>();
  const nothing = { planned: [], jobs, again: undefined };
  if (all.length === 0) return nothing;
  const { lanes, sick } = await lanesOf(tx, [...new Set(all.flatMap(({ pools }) => pools))]);
  const asking = all.filter(({ id }) => !sick.has(id));
  const fitting = lanes.filter((lane) => asking.some((slave) => !misfit(lane, slave)));
  if (fitting.length === 0) return nothing;
  // Their rows still count what has ended as running.
  const gone = new Map(ended.map((move) => [move.job, sizeOf(move.finished ?? [])]));
  const farm = await farmNow(tx, fitting, gone);
  const licensed = fitting.filter((lane) =>
    Object.entries(lane.licences).every(([name, needs]) => (farm.licences.get(name) ?? 0) >= needs),
  );
  const open = await foremost(tx, licensed, farm.shares);

  const free = asking.reduce((sum, slave) => sum + slave.free, 0);
  let slaves: readonly SlaveNow[] = asking;
  let locked = false;
  // Most rounds need one look. When jobs were found that none of these slaves may run, others behind them are looked for.
  for (let look = free; ; look *= most.factor) {
    const limit = Math.min(look, most.candidates);
    const found = await candidates(tx, {
      lanes: open,
      asking,
      shares: farm.shares,
      gone,
      seen: [...jobs.keys()],
      limit,
    });
    for (const job of found.jobs) jobs.set(job.id, job);
    slaves = await withOpenRuns(tx, slaves, found.jobs);
    locked ||= found.locked;
    const planned = plan([...jobs.values()], slaves, farm);
    const enough = planned.length >= free || !found.cut;
    if (!enough && !locked && jobs.size < most.candidates) continue;
    const more = !enough || (planned.length < free && open.length < licensed.length);
    const again = locked ? "soon" : more && planned.length > 0 ? "now" : undefined;
    return { planned, jobs, again };
  }
}

/**
 * The slaves with the runs of those of these jobs that limit how many a slave may have, as the database has them: another master may have
 * handed out one of which the slave has not heard yet. The jobs are locked.
 */
async function withOpenRuns(
  tx: Tx,
  slaves: readonly SlaveNow[],
  jobs: readonly JobNeeds[],
): Promise<readonly SlaveNow[]> {
  const limited = jobs.filter(({ maxPerSlave, running }) => maxPerSlave !== null && running > 0).map(({ id }) => id);
  if (limited.length === 0) return slaves;
  const rows = await tx`
    select run.job, run.slave, count(*)::int as runs
    from job
    cross join lateral unnest(job.running) as piece
    cross join lateral generate_series(lower(piece), upper(piece) - 1) as running(task)
    join run on run.job = job.id and run.task = running.task and run.ended_at is null
    where job.id in (select value::int from json_array_elements_text(${JSON.stringify(limited)}::json))
    group by run.job, run.slave`;
  const open = Map.groupBy(rows, (row) => row.slave as number);
  return slaves.map((slave) => {
    const more = (open.get(slave.id) ?? []).flatMap(({ job, runs }) =>
      Array<number>(Math.max(0, runs - slave.jobs.filter((one) => one === job).length)).fill(job),
    );
    return more.length === 0 ? slave : { ...slave, jobs: [...slave.jobs, ...more] };
  });
}

/** What the jobs of these lanes share: licences, locked until the end of the transaction, and what owners have running. */
async function farmNow(tx: Tx, lanes: readonly Lane[], gone: ReadonlyMap<number, number>): Promise<Farm> {
  const names = new Set(lanes.flatMap(({ licences }) => Object.keys(licences)));
  const licences = names.size === 0 ? new Map<string, number>() : await countLicences(tx, [...names], gone);
  const owners = new Set(lanes.map(({ owner }) => owner));
  // An owner alone has no one to share with.
  const shares = owners.size < 2 ? new Map() : await countShares(tx, gone);
  return { licences, shares };
}

/** One move a job. */
function together(ended: readonly Move[], planned: readonly Assignment[]): Move[] {
  const moves = new Map(ended.map((move) => [move.job, move]));
  for (const [job, given] of Map.groupBy(planned, (assignment) => assignment.job)) {
    moves.set(job, { ...moves.get(job), job, running: setOfTasks(given.map(({ task }) => task)) });
  }
  return [...moves.values()];
}
