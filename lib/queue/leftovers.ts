// What is due to go: jobs past their time, and logs and scripts of jobs that went.
import type { Queue, Tx } from "./open";

/** Logs of one deleted job, at a slave or, at 0, at a master. */
export type Leftover = { slave: number; job: number; folder: string };

/** A slave with some of what it is to remove. */
export type SlaveWithLeftovers = { name: string; address: string; port: number; leftovers: Leftover[] };

/**
 * Jobs that have outlived their end by as long as they were to, oldest first, `most` at a time. At 0 only those that finished. A job
 * that failed and still keeps another one waiting stays: that one would start as if its need had been met.
 */
export async function jobsDue(queue: Queue, most: number): Promise<number[]> {
  return due(queue.sql, most);
}

/** Whether a job is still due, asked under its lock: meanwhile a person may have made it wait again. */
export async function isDue(tx: Tx, id: number): Promise<boolean> {
  return (await due(tx, 1, id)).length > 0;
}

async function due(sql: Queue["sql"] | Tx, most: number, only?: number): Promise<number[]> {
  const rows = await sql`
    select id from job
    where delete_after_ms is not null and ended_at + delete_after_ms * interval '1 millisecond' <= now()
      and (state = 'finished' or state = 'failed' and delete_after_ms > 0)
      and not (state = 'failed' and exists (
        select 1 from dependency join job as waiter on waiter.id = dependency.job
        where dependency.needs = job.id and dependency.until <> 'ended' and not isempty(waiter.held)
          and waiter.state in ('waiting', 'running', 'stopped')))
      and (${only ?? null}::int is null or id = ${only ?? null})
    order by ended_at limit ${most}`;
  return rows.map((row) => row.id as number);
}

/** What of deleted jobs each master is to remove from its folders, behind this job, in the order of their numbers. */
export async function leftHere(queue: Queue, after: number, most: number): Promise<Leftover[]> {
  const rows = await queue.sql`
    select slave, job, folder from leftover where slave = 0 and job > ${after} order by job limit ${most}`;
  return rows.map(leftover);
}

/** Slaves that are online and have something to remove, with `mostEach` of it. */
export async function leftAtSlaves(queue: Queue, mostSlaves: number, mostEach: number): Promise<SlaveWithLeftovers[]> {
  const rows = await queue.sql`
    select slave.name, slave.address, slave.port, part.slave, part.job, part.folder
    from (
      select slave.* from slave where state = 'online' and exists (select 1 from leftover where leftover.slave = slave.id)
      order by random() limit ${mostSlaves}
    ) as slave
    cross join lateral (
      select * from leftover where leftover.slave = slave.id order by random() limit ${mostEach}
    ) as part`;
  return [...Map.groupBy(rows, (row) => row.slave as number).values()].map((given) => {
    const { name, address, port } = given[0]!;
    return { name, address, port, leftovers: given.map(leftover) };
  });
}

/** These are gone. */
export async function forget(queue: Queue, gone: readonly Leftover[]): Promise<void> {
  if (gone.length === 0) return;
  await queue.sql`
    delete from leftover using json_to_recordset(${JSON.stringify(gone)}::json) as given(slave int, job int)
    where leftover.slave = given.slave and leftover.job = given.job`;
}

/**
 * Gives up what slaves were to remove that have not been heard of for so long. Returns how many jobs' it was. Masters are not asked what
 * they removed: for them it is forgotten after a week, in which each of them was there.
 */
export async function giveUp(queue: Queue, days: number): Promise<number> {
  await queue.sql`delete from leftover where slave = 0 and deleted_at < now() - interval '1 week'`;
  const rows = await queue.sql`
    delete from leftover where slave <> 0 and not exists (
      select 1 from slave where slave.id = leftover.slave and slave.seen_at > now() - ${days} * interval '1 day')
    returning job`;
  return rows.length;
}

function leftover(row: Record<string, unknown>): Leftover {
  return { slave: row.slave as number, job: row.job as number, folder: row.folder as string };
}
