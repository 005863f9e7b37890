// Jobs leave the queue.
import { logFolder } from "../logs";
import type { Done } from "../protocol";
import { readLocked, wish } from "./act";
import { holdAnew, lockWithDependents, waitersOf } from "./dependencies";
import { type Queue, type Tx, wake } from "./open";
import { Refusal } from "./refusal";
import { transact } from "./transact";

/** What becomes of jobs that still wait for one that is deleted: it is not deleted then, they are too, or they no longer wait for it. */
export type Dependents = "refuse" | "cascade" | "release";

/**
 * Forgets the job and its runs; its slaves kill what they still run of it. Its logs are left to be removed by them and the masters.
 * Throws a Refusal when there is none of this number, or when others wait for it and nothing was said about them.
 * `agreed` is asked under the locks whether it is still to go.
 */
export async function remove(
  queue: Queue,
  id: number,
  dependents: Dependents = "refuse",
  agreed?: (tx: Tx, id: number) => Promise<boolean>,
): Promise<Done> {
  return transact(queue, async (tx) => {
    const doomed = await locked(tx, id, dependents);
    if (agreed && !(await agreed(tx, id))) return { tasks: 0, killing: 0 };
    let killing = 0;
    for (const job of doomed) killing += await forget(tx, job);
    const gone = JSON.stringify(doomed);
    // Also of jobs that have ended: made to wait again, they would wait for ever.
    const freed = await tx`
      delete from dependency
      where job in (select value::int from json_array_elements_text(${gone}::json))
        or needs in (select value::int from json_array_elements_text(${gone}::json))
      returning job`;
    const left = new Set(freed.map(({ job }) => job as number).filter((job) => !doomed.includes(job)));
    // What it had of licences is others' now.
    if ((await holdAnew(tx, [...left])) || killing > 0) await wake(tx, { work: true });
    return { tasks: 0, killing };
  });
}

/** The jobs, those that wait for others of them before those: so each can be deleted when its turn comes. */
export async function waitersFirst(queue: Queue, jobs: readonly number[]): Promise<number[]> {
  const given = JSON.stringify(jobs);
  const bonds = await queue.sql`
    with given as (select value::int as id from json_array_elements_text(${given}::json))
    select job, needs from dependency where needs in (select id from given) and job in (select id from given)`;
  const waiters = Map.groupBy(bonds, ({ needs }) => needs as number);
  const seen = new Set<number>();
  const order: number[] = [];
  const place = (job: number): void => {
    if (seen.has(job)) return;
    seen.add(job);
    for (const { job: waiter } of waiters.get(job) ?? []) place(waiter);
    order.push(job);
  };
  for (const job of jobs) place(job);
  return order;
}

/** The jobs to delete, locked together with those that wait for them. */
async function locked(tx: Tx, id: number, dependents: Dependents): Promise<number[]> {
  let known = dependents === "cascade" ? await withWaiters(tx, id) : [id];
  await lockWithDependents(tx, known);
  if (dependents === "refuse") {
    const waiters = await waitersOf(tx, [id]);
    if (waiters.length > 0) throw waitedFor(id, waiters);
  }
  if (dependents !== "cascade") return known;
  for (;;) {
    // Others may have begun to wait for them before the locks were had.
    const found = await withWaiters(tx, id);
    if (found.every((one) => known.includes(one))) return found;
    known = found;
    await lockWithDependents(tx, known);
  }
}

/** The job and all that wait for it, for those, and so on. */
async function withWaiters(tx: Tx, id: number): Promise<number[]> {
  const found = new Set([id]);
  for (let next = [id]; next.length > 0; ) {
    next = (await waitersOf(tx, next)).filter((one) => !found.has(one));
    for (const one of next) found.add(one);
  }
  return [...found].sort((a, b) => a - b);
}

/** Returns how many runs are being killed. */
async function forget(tx: Tx, id: number): Promise<number> {
  const job = await readLocked(tx, id);
  const killing = await wish(tx, id, job.running, "requeue");
  // A million runs are read once, to be deleted: which slaves had them comes with it.
  await tx`
    with gone as (delete from run where job = ${id} returning slave)
    insert into leftover (slave, job, folder)
    select slave, ${id}::int, ${logFolder(job)} from (select distinct slave from gone union select 0) as place(slave)`;
  await tx`delete from job where id = ${id}`;
  return killing;
}

function waitedFor(id: number, waiters: readonly number[]): Refusal {
  const most = 10;
  const named = waiters.slice(0, most).join(", ");
  const more = waiters.length > most ? ` and ${waiters.length - most} more` : "";
  const they = waiters.length === 1 ? `job ${named} waits` : `jobs ${named}${more} wait`;
  return new Refusal(
    "conflict",
    `${they} for job ${id}: delete them with it (cascade), or let them go on without it (release)`,
  );
}
