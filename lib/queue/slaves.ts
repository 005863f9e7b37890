// The master's picture of the slaves, and which of their runs are still theirs.

import type { Sync } from "../sync";
import type { RunKey } from "../wire";
import { type Queue, type Tx, wake } from "./open";

/** What a slave says of itself that seldom changes. */
export type Picture = Pick<
  Sync,
  | "instance"
  | "home"
  | "name"
  | "port"
  | "software"
  | "os"
  | "cpus"
  | "cpu"
  | "memoryMb"
  | "gpus"
  | "settings"
  | "problem"
> & { address: string };

/** What changes all the time. `running`: its live processes, `free`: tasks it can take, `stuck`: runs that cannot be ended. */
export type Beat = Pick<
  Sync,
  "load" | "load5" | "load15" | "freeMemoryMb" | "memoryLeftMb" | "gpusLeft" | "foreignSlots" | "inHours" | "free"
> & { id: number; running: number; stuck: number; leaving: boolean };

/** A sign of life: of which process of the slave, and how long ago, ms. */
export type Heard = Beat & Pick<Sync, "instance"> & { ageMs: number };

/** `heardMs`: so long ago was another process heard that lives by the same key: that one is the slave, and nothing was written. */
export type Met = { id: number; heardMs?: number };

/** A slave that calls, as it describes itself. */
export type Calling = Picture & Omit<Beat, "id" | "leaving"> & { key: string };

/**
 * Writes slaves as they describe themselves, new or known by their keys, and calls them online: unless a key is a copy. Another process
 * than the last one takes its place when that is its last life (the same home cannot have two at a time), or when that one is lost or has
 * left and its tasks were taken back: they may still run there, and must not be told to this one as if it had missed the order. Slaves of
 * release 0.1 do not say what process they are, and are believed. Answers each, in order.
 */
export async function meet(queue: Queue, slaves: readonly Calling[]): Promise<Met[]> {
  const met: Met[] = [];
  // One row can be written only once by a statement: of several that have the same key the second has its turn after the first.
  const sameKey = Map.groupBy(
    slaves.map((slave, at) => ({ slave, at })),
    ({ slave }) => slave.key.toLowerCase(),
  );
  for (let turn = 0; ; turn++) {
    const theirs = [...sameKey.values()].flatMap((calls) => calls.slice(turn, turn + 1));
    if (theirs.length === 0) return met;
    const rows = await meetOnce(
      queue,
      theirs.map(({ slave }) => slave),
    );
    for (const { slave, at } of theirs) met[at] = rows.get(slave.key.toLowerCase())!;
  }
}

/** The same for slaves with different keys; by their keys. */
async function meetOnce(queue: Queue, slaves: readonly Calling[]): Promise<Map<string, Met>> {
  // Rows are locked in the order of their numbers, as by every statement that writes many slaves.
  const written = await queue.sql`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(slaves)}::json) as given(key uuid, name text, address text, port int, software text, os text,
        cpus int, cpu text, load real, load5 real, load15 real, "memoryMb" int, "freeMemoryMb" int, "memoryLeftMb" int, gpus int, "gpusLeft" int,
        "foreignSlots" int, "inHours" boolean, settings jsonb, running int, free int, problem text, instance uuid, home text, stuck int)
    ), locked as materialized (select id from slave where key in (select key from given) order by id for update)
    insert into slave (key, name, address, port, software, os, cpus, cpu, load, load5, load15, memory_mb, free_memory_mb, memory_left_mb, gpus,
      gpus_left, foreign_slots, in_hours, settings, running, free, problem, instance, home, stuck)
    select key, name, address, port, software, os, cpus, coalesce(cpu, ''), load, coalesce(load5, 0), coalesce(load15, 0), "memoryMb",
      "freeMemoryMb", "memoryLeftMb", gpus, "gpusLeft", "foreignSlots", "inHours", settings, running, free, problem, instance, home, stuck
    from given where (select count(*) from locked) >= 0
    on conflict (key) do update set name = excluded.name, address = excluded.address, port = excluded.port, software = excluded.software,
      os = excluded.os, cpus = excluded.cpus, cpu = excluded.cpu, load = excluded.load, load5 = excluded.load5, load15 = excluded.load15,
      memory_mb = excluded.memory_mb, free_memory_mb = excluded.free_memory_mb, memory_left_mb = excluded.memory_left_mb, gpus = excluded.gpus,
      gpus_left = excluded.gpus_left, foreign_slots = excluded.foreign_slots, in_hours = excluded.in_hours, settings = excluded.settings,
      running = excluded.running, free = excluded.free, problem = excluded.problem, instance = excluded.instance, home = excluded.home,
      stuck = excluded.stuck, state = 'online', seen_at = now()
    where slave.instance is null or excluded.instance is null or slave.instance = excluded.instance or slave.home = excluded.home
      or slave.state <> 'online' and not exists (
        select from job
        cross join lateral unnest(job.running) as piece
        cross join lateral generate_series(lower(piece), upper(piece) - 1) as running(task)
        join run on run.job = job.id and run.task = running.task and run.ended_at is null
        where job.state in ('running', 'stopped') and run.slave = slave.id)
    returning id, key`;
  const met = new Map(written.map(({ id, key }) => [key as string, { id } as Met]));
  const taken = slaves.map(({ key }) => key.toLowerCase()).filter((key) => !met.has(key));
  if (taken.length === 0) return met;
  const others = await queue.sql`
    select id, key, greatest(0, extract(epoch from now() - seen_at) * 1000)::int8::text as ms
    from slave where key in (select value::uuid from json_array_elements_text(${JSON.stringify(taken)}::json))`;
  for (const { id, key, ms } of others) met.set(key, { id, heardMs: Number(ms) });
  return met;
}

/**
 * Writes the gathered signs of life of many slaves in one statement; one that is older than what is known, since its master could not
 * write it and the slave moved on to another, changes nothing. Returns the slaves of which another process has taken the place of
 * the one that gave it: that counts no more.
 */
export async function heard(queue: Queue, beats: readonly Heard[]): Promise<number[]> {
  if (beats.length === 0) return [];
  // Rows are locked in the order of their numbers. Joined to them, what is given would be compared each with all: no hash tables are
  // made on these connections.
  const followed = await queue.sql`
    with given as (
      select * from json_to_recordset(${JSON.stringify(beats)}::json) as given(id int, load real, load5 real, load15 real, "freeMemoryMb" int, "memoryLeftMb" int,
        "gpusLeft" int, "foreignSlots" int, "inHours" boolean, running int, free int, stuck int, leaving boolean, instance uuid, "ageMs" float8)
    ), locked as materialized (
      select given.*, slave.instance is distinct from given.instance as followed from slave join given using (id) order by id for update of slave
    ), written as (
      update slave set load = told.load, load5 = coalesce(told.load5, 0), load15 = coalesce(told.load15, 0), free_memory_mb = told."freeMemoryMb",
        memory_left_mb = told."memoryLeftMb", gpus_left = told."gpusLeft", foreign_slots = told."foreignSlots", in_hours = told."inHours",
        running = told.running, free = told.free, stuck = told.stuck, seen_at = now() - told."ageMs" * interval '1 millisecond',
        state = case when told.leaving then 'gone' else 'online' end
      from locked as told
      where slave.id = told.id and not told.followed and slave.seen_at <= now() - told."ageMs" * interval '1 millisecond'
    )
    select id from locked where followed`;
  // Jobs that it alone could render may be for slaves which they set aside.
  if (beats.some(({ leaving }) => leaving)) await wake(queue.sql, { work: true });
  return followed.map((row) => row.id as number);
}

/** How far a run is, percent, as the slave says that has it. */
export type Progress = RunKey & { readonly slave: number; readonly percent: number };

/**
 * Writes how far runs are. What slaves say of runs that are not theirs counts for nothing. Those that a round ends at this moment are
 * passed over: the two would wait for each other, perhaps in a circle.
 */
export async function progressed(queue: Queue, runs: readonly Progress[]): Promise<void> {
  if (runs.length === 0) return;
  await queue.sql`
    with further as (
      select run.job, run.task, run.attempt, given.percent
      from json_to_recordset(${JSON.stringify(runs)}::json) as given(job int, task int, attempt int, percent int, slave int)
      join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt and run.slave = given.slave
        and run.ended_at is null
      for update of run skip locked
    )
    update run set progress = further.percent
    from further where run.job = further.job and run.task = further.task and run.attempt = further.attempt`;
}

/** Says of open runs that their slaves cannot end their processes. */
export async function markStuck(queue: Queue, runs: readonly (RunKey & { slave: number })[]): Promise<void> {
  if (runs.length === 0) return;
  await queue.sql`
    with told as (
      select run.job, run.task, run.attempt
      from json_to_recordset(${JSON.stringify(runs)}::json) as given(job int, task int, attempt int, slave int)
      join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt and run.slave = given.slave
        and run.ended_at is null and run.message is null
      for update of run skip locked
    )
    update run set message = 'its processes cannot be ended: they are killed again and again, and it keeps its slot until they are gone'
    from told where run.job = told.job and run.task = told.task and run.attempt = told.attempt`;
}

/** Of the runs that a slave holds, those it should end: no longer its own, deleted, or unwanted. */
export async function notTheirs(
  tx: Tx,
  held: readonly (RunKey & { slave: number })[],
): Promise<(RunKey & { slave: number })[]> {
  if (held.length === 0) return [];
  return tx`
    select given.job, given.task, given.attempt, given.slave
    from json_to_recordset(${JSON.stringify(held)}::json) as given(job int, task int, attempt int, slave int)
    left join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt and run.slave = given.slave
    where run.job is null or run.ended_at is not null or run.wish is not null`;
}

/** A run that has not ended, and what it takes of its slave. Memory in MB. */
export type OpenRun = RunKey & { readonly slave: number; readonly memoryMb: number; readonly gpus: number };

/**
 * The open runs of these slaves. They are found through the running sets of the jobs: few, whatever the history. Whose they are is looked
 * up in a hash table, which a subquery under a coalesce has.
 */
export async function openRuns(tx: Tx | Queue["sql"], slaves: readonly number[]): Promise<OpenRun[]> {
  if (slaves.length === 0) return [];
  return tx`
    select run.job, run.task, run.attempt, run.slave, job.memory_mb as "memoryMb", job.gpus
    from job
    cross join lateral unnest(job.running) as piece
    cross join lateral generate_series(lower(piece), upper(piece) - 1) as running(task)
    join run on run.job = job.id and run.task = running.task and run.ended_at is null
    where job.state in ('running', 'stopped') and coalesce(run.slave in (select value::int from json_array_elements_text(${JSON.stringify(slaves)}::json)), false)
    order by run.job, run.task`;
}
