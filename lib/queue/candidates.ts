// The jobs that a round looks at: the best of those that some asking slave may run, locked.
import { common, formatSet, parseSet } from "../sets";
import { type Fit, type JobNeeds, type Lasting, type SlaveNow, setAside, startable } from "./obstacles";
import type { Queue, Tx } from "./open";
import type { Share } from "./plan";

/** Jobs that are alike to the plan but for their numbers: what does not fit one of them fits none. */
export type Lane = Fit & { lane: string; owner: string; licences: Record<string, number> };

/** More different lanes than this are not looked at in one round. */
const mostLanes = 2000;

/** The lanes of all jobs that have something to hand out, found by skipping through their index, and the slaves that are sick. */
export async function lanesOf(tx: Tx): Promise<{ lanes: Lane[]; sick: Set<number> }> {
  const [lanes, sick] = await Promise.all([
    tx<Lane[]>`
      with recursive lanes as (
        (select lane, pool, os, memory_mb, gpus, licences, owner from job where claimable order by lane limit 1)
        union all
        select next.* from lanes cross join lateral (
          select job.lane, job.pool, job.os, job.memory_mb, job.gpus, job.licences, job.owner from job
          where claimable and job.lane > lanes.lane order by job.lane limit 1) as next
      )
      select lane, pool, os, memory_mb as "memoryMb", gpus, licences, owner from lanes limit ${mostLanes}`,
    tx`select id from slave where sick_since is not null`,
  ]);
  return { lanes: [...lanes], sick: new Set(sick.map((row) => row.id as number)) };
}

/** What is looked for. `gone`: tasks by job that have ended, which their rows still count as running; `seen`: jobs that are known already. */
export type Wanted = {
  lanes: readonly Lane[];
  asking: readonly SlaveNow[];
  shares: ReadonlyMap<string, Share>;
  gone: ReadonlyMap<number, number>;
  seen: readonly number[];
  limit: number;
};

/**
 * The best jobs of these lanes, locked. Jobs with nothing running and jobs with something running are two walks along one index:
 * `running_count` changes with every task and is therefore not in it, but few jobs run at a time and many wait. Of all that the walks
 * find those are taken that the plan would take if each gave one task: by priority, then by the share its owner would have before it.
 */
export async function candidates(
  tx: Tx,
  { lanes, asking, shares, gone, seen, limit }: Wanted,
): Promise<{ jobs: JobNeeds[]; locked: boolean; cut: boolean }> {
  if (lanes.length === 0) return { jobs: [], locked: false, cut: false };
  const wanted = lanes.map(({ lane, owner }) => ({ lane, ...(shares.get(owner) ?? { running: 0, weight: 1 }) }));
  const ended = JSON.stringify([...gone.keys()]);
  const open = tx`claimable and (not_before is null or not_before <= now())
    and (max_slots is null or running_count < max_slots or id in (select value::int from json_array_elements_text(${ended}::json)))
    ${seen.length === 0 ? tx`` : tx`and id not in (select value::int from json_array_elements_text(${JSON.stringify(seen)}::json))`}`;
  const rows = await tx`
    with best as materialized (
      select found.*, wanted.running, wanted.weight
      from json_to_recordset(${JSON.stringify(wanted)}::json) as wanted(lane text, running float8, weight float8) cross join lateral (
        (select id, owner, priority, running_count from job where job.lane = wanted.lane and state = 'waiting' and ${open}
          order by priority desc, id limit ${limit})
        union all
        (select id, owner, priority, running_count from job where job.lane = wanted.lane and state = 'running' and ${open}
          order by priority desc, running_count, id limit ${limit})
      ) as found
    ), chosen as (
      select id from (
        select id, priority, running_count,
          (running + row_number() over (partition by owner, priority order by running_count, id) - 1) / weight as place
        from best) as placed
      order by priority desc, place, running_count, id limit ${limit}
    ), locked as (
      select id, priority, owner, pool, os, memory_mb, gpus, licences, max_slots, max_per_slave, blocked, blamed, slave_failures,
        running_count, waiting, held, resting, retrying
      from job where id in (select id from chosen) and claimable for update skip locked
    )
    select chosen.id as wanted, locked.* from chosen left join locked using (id)`;
  const got = rows.filter((row) => row.waiting !== null);
  const judged = got.some((row) =>
    Object.values(row.blamed as Record<string, number>).some((n) => n >= row.slave_failures),
  )
    ? await lasting(tx)
    : [];
  const jobs = got.map((row): JobNeeds => needsOf(row, gone.get(row.id) ?? 0, judged));
  const retrying = got.flatMap((row, at) => {
    const tasks = row.retrying === "{}" ? [] : common(parseSet(row.retrying), startable(jobs[at]!));
    return tasks.length === 0 ? [] : [{ job: row.id as number, tasks: formatSet(tasks) }];
  });
  const spared = await failedOn(tx, retrying, new Set(asking.map(({ id }) => id)));
  return {
    jobs: jobs.map((job) => ({ ...job, spared: spared.get(job.id) ?? job.spared })),
    locked: got.length < rows.length,
    cut: rows.length >= limit,
  };
}

/** A job's row as the plan needs it. `gone`: tasks that the row still counts as running. */
// biome-ignore lint/suspicious/noExplicitAny: a row of any query that has these columns
export function needsOf(row: any, gone: number, slaves: readonly Lasting[]): JobNeeds {
  const fit = { pool: row.pool, os: row.os, memoryMb: row.memory_mb, gpus: row.gpus };
  return {
    ...fit,
    id: row.id,
    priority: row.priority,
    owner: row.owner,
    stopped: row.stopped ?? false,
    early: row.early ?? false,
    running: row.running_count - gone,
    waiting: parseSet(row.waiting),
    held: parseSet(row.held),
    resting: parseSet(row.resting),
    spared: new Map(),
    licences: row.licences,
    maxSlots: row.max_slots,
    maxPerSlave: row.max_per_slave,
    blocked: row.blocked,
    setAside: setAside({ ...fit, blocked: row.blocked, blamed: row.blamed }, row.slave_failures, slaves),
  };
}

/** All slaves, as far as it matters whether they could ever run a task. */
export async function lasting(tx: Tx | Queue["sql"]): Promise<Lasting[]> {
  const rows = await tx`select id, state, sick_since, settings, os, memory_mb, gpus from slave where state = 'online'`;
  return rows.map((row) => ({
    id: row.id,
    away: false,
    sick: row.sick_since !== null,
    enabled: row.settings.enabled,
    draining: row.settings.drain,
    pools: row.settings.pools,
    os: row.os,
    memoryMb: row.memory_mb - row.settings.leaveMb,
    gpus: row.gpus,
  }));
}

/** For each job the tasks that wait to be tried again, with those of the slaves on which they failed. */
async function failedOn(
  tx: Tx,
  retrying: { job: number; tasks: string }[],
  asking: ReadonlySet<number>,
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
    if (slave !== null && asking.has(slave)) slaves.add(slave);
  }
  return spared;
}
