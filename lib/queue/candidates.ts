// The jobs that a round looks at: the best of those that some asking slave may run, locked.
import { common, formatSet, parseSet } from "../sets";
import { type Fit, type JobNeeds, type Lasting, type SlaveNow, setAside, startable } from "./obstacles";
import type { Queue, Tx } from "./open";
import { noShare, type Share } from "./plan";

/** Jobs that are alike to the plan but for their numbers: what does not fit one of them fits none. */
export type Lane = Fit & { lane: string; owner: string; licences: Record<string, number> };

/** More different lanes than this are not read in one round, and of those that fit somebody not more looked at. */
const mostLanes = { read: 20_000, looked: 2000 } as const;

/**
 * The lanes of the jobs that have something to hand out to slaves of these pools, and the slaves that are sick. Found by skipping
 * through the index, first from one list of pools to the next, then from lane to lane of those that fit: what other pools have waiting
 * costs nothing.
 */
export async function lanesOf(tx: Tx, pools: readonly string[]): Promise<{ lanes: Lane[]; sick: Set<number> }> {
  const [found] = await tx`
    with recursive pools as (
      (select pool from job where claimable order by lane limit 1)
      union all
      select next.pool from pools cross join lateral (
        select job.pool from job where claimable and lane >= pools.pool || '}' order by lane limit 1) as next
    ), lanes as (
      select first.* from pools cross join lateral (
        select lane, job.pool, os, memory_mb, gpus, licences, owner from job
        where claimable and lane > pools.pool || '|' and lane < pools.pool || '}' order by lane limit 1) as first
      where string_to_array(pools.pool, ',') && (select array_agg(value) from json_array_elements_text(${JSON.stringify(pools)}::json))
      union all
      select next.* from lanes cross join lateral (
        select job.lane, job.pool, job.os, job.memory_mb, job.gpus, job.licences, job.owner from job
        where claimable and job.lane > lanes.lane and job.lane < lanes.pool || '}' order by job.lane limit 1) as next
    )
    select
      (select json_agg(read) from (
        select lane, pool, os, memory_mb as "memoryMb", gpus, licences, owner from lanes limit ${mostLanes.read}) as read) as lanes,
      (select json_agg(id) from slave where sick_since is not null) as sick`;
  return { lanes: found!.lanes ?? [], sick: new Set(found!.sick ?? []) };
}

/**
 * The lanes worth a look: all, or of very many those with the most important jobs, and among equals those of the owners with the least
 * share. What is handed out raises that, so that next time it is the turn of others.
 */
export async function foremost(
  tx: Tx,
  lanes: readonly Lane[],
  shares: ReadonlyMap<string, Share>,
): Promise<readonly Lane[]> {
  if (lanes.length <= mostLanes.looked) return lanes;
  const rows = await tx`
    with named as materialized (select 'waiting' as idle, 'running' as busy)
    select best.priority, best.id from json_array_elements_text(${JSON.stringify(lanes.map(({ lane }) => lane))}::json)
      with ordinality as wanted(lane, at) cross join named left join lateral (
        (select priority, id from job where job.lane = wanted.lane and state = named.idle and claimable order by priority desc, id limit 1)
        union all
        (select priority, id from job where job.lane = wanted.lane and state = named.busy and claimable order by priority desc, id limit 1)
        order by priority desc, id limit 1
      ) as best on true order by wanted.at`;
  const placed = lanes.map((lane, at) => {
    const { running, weight } = shares.get(lane.owner) ?? noShare;
    return { lane, priority: rows[at]!.priority ?? -1, place: running / weight, id: rows[at]!.id };
  });
  placed.sort((a, b) => b.priority - a.priority || a.place - b.place || a.id - b.id);
  return placed.slice(0, mostLanes.looked).map(({ lane }) => lane);
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
 * The states come from a table of their own: with constants Postgres, where statistics know of few running jobs, walks the index of
 * states, for each lane over all running jobs. Joining each chosen job to its locked row would compare each with all.
 */
export async function candidates(
  tx: Tx,
  { lanes, asking, shares, gone, seen, limit }: Wanted,
): Promise<{ jobs: JobNeeds[]; locked: boolean; cut: boolean }> {
  if (lanes.length === 0) return { jobs: [], locked: false, cut: false };
  const wanted = lanes.map(({ lane, owner }) => ({ lane, ...(shares.get(owner) ?? noShare) }));
  const ended = JSON.stringify([...gone.keys()]);
  const open = tx`claimable and (not_before is null or not_before <= now())
    and (max_slots is null or running_count < max_slots or id in (select value::int from json_array_elements_text(${ended}::json)))
    ${seen.length === 0 ? tx`` : tx`and id not in (select value::int from json_array_elements_text(${JSON.stringify(seen)}::json))`}`;
  const rows = await tx`
    with named as materialized (
      select 'waiting' as idle, 'running' as busy
    ), best as materialized (
      select found.*, wanted.running, wanted.weight
      from json_to_recordset(${JSON.stringify(wanted)}::json) as wanted(lane text, running float8, weight float8) cross join named
      cross join lateral (
        (select id, owner, priority, running_count from job where job.lane = wanted.lane and state = named.idle and ${open}
          order by priority desc, id limit ${limit})
        union all
        (select id, owner, priority, running_count from job where job.lane = wanted.lane and state = named.busy and ${open}
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
    select counted.wanted, locked.* from (select count(*)::int as wanted from chosen) as counted left join locked on true`;
  const got = rows.filter((row) => row.waiting !== null);
  const found = rows[0]!.wanted as number;
  const judged = await slavesToJudge(tx, got);
  const jobs = got.map((row): JobNeeds => needsOf(row, gone.get(row.id) ?? 0, judged));
  const retrying = got.flatMap((row, at) => {
    const tasks = row.retrying === "{}" ? [] : common(parseSet(row.retrying), startable(jobs[at]!));
    return tasks.length === 0 ? [] : [{ job: row.id as number, tasks: formatSet(tasks) }];
  });
  const spared = await failedOn(tx, retrying, limit + mostRetried, new Set(asking.map(({ id }) => id)));
  return {
    jobs: jobs.map((job) => ({ ...job, spared: spared.get(job.id) ?? job.spared })),
    locked: got.length < found,
    cut: found >= limit,
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

/**
 * All slaves that are here, as far as it matters whether they could ever run a task: for setAside, which says who gets no more of these
 * jobs. None when no slave has failed enough for that, as mostly.
 */
export async function slavesToJudge(
  sql: Tx | Queue["sql"],
  // biome-ignore lint/suspicious/noExplicitAny: rows of any query that has these columns
  jobs: readonly any[],
): Promise<Lasting[]> {
  const judged = jobs.some(
    (row) =>
      row.slave_failures > 0 &&
      Object.values(row.blamed as Record<string, number>).some((failures) => failures >= row.slave_failures),
  );
  if (!judged) return [];
  const rows = await sql`select id, state, sick_since, settings, os, memory_mb, gpus from slave where state = 'online'`;
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

/** Of more of a job's tasks that failed than this, and than can be handed out, it is not looked up on which slaves. */
const mostRetried = 1000;

/** For each job the tasks that wait to be tried again, the `most` lowest, with those of the slaves on which they failed. */
async function failedOn(
  tx: Tx,
  retrying: { job: number; tasks: string }[],
  most: number,
  asking: ReadonlySet<number>,
): Promise<Map<number, Map<number, Set<number>>>> {
  const spared = new Map<number, Map<number, Set<number>>>();
  if (retrying.length === 0) return spared;
  // By `offset 0` the runs are looked up task by task: else all runs of the job may be read for each, 14 s for 20,000 tasks.
  const rows = await tx`
    select given.job, waiting.task, failed.slave
    from json_to_recordset(${JSON.stringify(retrying)}::json) as given(job int, tasks int4multirange)
    cross join lateral (
      select task from unnest(given.tasks) as piece cross join lateral generate_series(lower(piece), upper(piece) - 1) as task limit ${most}
    ) as waiting
    left join lateral (
      select slave from run where run.job = given.job and run.task = waiting.task and counts offset 0
    ) as failed on true`;
  for (const { job, task, slave } of rows) {
    const tasks = spared.getOrInsertComputed(job, () => new Map<number, Set<number>>());
    const slaves = tasks.getOrInsertComputed(task, () => new Set<number>());
    if (slave !== null && asking.has(slave)) slaves.add(slave);
  }
  return spared;
}
