// Jobs that wait for other jobs: which of their tasks are held, kept right in the transaction that moves the others' tasks.
import { heldBy, mostScattered, tooScattered, touchedBy, type Upstream } from "../after";
import { common, formatSet, parseSet, setOf, sizeOf, type TaskSet, without } from "../sets";
import { hasEnded, type JobState, type Need } from "../states";
import { type Layout, taskCount } from "../tasks";
import { layoutOf } from "./job";
import type { Move } from "./moves";
import type { Tx } from "./open";
import { Refusal } from "./refusal";

/** A job that waits, or waited, for another. */
type Bond = {
  job: number;
  needs: number;
  until: Need;
  dependent: { layout: Layout; state: JobState; finished: TaskSet };
  upstream: Upstream;
};

/** Until when a job waits for which. */
export type After = readonly { readonly job: number; readonly until: Need }[];

/** All tasks of any job. */
const everything: TaskSet = [[0, 2_147_483_647]];

/**
 * Locks jobs and those that wait for them, as everybody must who moves tasks: whose tasks they hold changes with it. One statement,
 * in the order of their numbers: two transactions can then not wait for each other in a circle.
 */
export async function lockWithDependents(tx: Tx, jobs: readonly number[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx`
    with given as (select value::int as id from json_array_elements_text(${JSON.stringify(jobs)}::json))
    select id from job where id in (
      select id from given union all select dependency.job from dependency join given on dependency.needs = given.id)
    order by id for update`;
}

/**
 * Frees or holds the tasks of the jobs that wait for these, whose tasks have just been moved. Returns whether something became
 * claimable. Costs in proportion to what moved, and one look at an index where nothing can have changed.
 */
export async function release(tx: Tx, moved: readonly Move[]): Promise<boolean> {
  const changed = new Map<number, TaskSet>();
  for (const { job, waiting = [], finished = [], failed = [] } of moved) {
    // What starts to run neither holds nor frees anything.
    const tasks = setOf([...waiting, ...finished, ...failed]);
    if (tasks.length > 0) changed.set(job, tasks);
  }
  if (changed.size === 0) return false;
  // Mostly locked already; one that began to wait since then is locked here.
  const waiters = await tx`
    select dependency.job, dependency.needs, dependency.until,
      case when until = 'frames' then job.spans end as spans, job.block, job.fill_order,
      case when until = 'frames' then upstream.spans end as their_spans, upstream.block as their_block, upstream.fill_order as their_order
    from dependency join job on job.id = dependency.job join job as upstream on upstream.id = dependency.needs
    where dependency.needs in (select value::int from json_array_elements_text(${JSON.stringify([...changed.keys()])}::json))
      and (until = 'frames' or isempty(upstream.waiting) and isempty(upstream.running)
        or not job.held @> int4multirange(int4range(0, job.tasks)))
    order by dependency.job for update of job`;
  const touched = new Map<number, TaskSet>();
  for (const row of waiters) {
    const tasks =
      row.until === "frames" ? touchedBy(theirLayout(row), changed.get(row.needs)!, layoutOfRow(row)) : everything;
    touched.set(row.job, setOf([...(touched.get(row.job) ?? []), ...tasks]));
  }
  return hold(tx, touched);
}

/**
 * Makes a job, which the caller has locked, wait for these and for no others, and holds its tasks. Locks the jobs it waits for.
 * Returns whether something of it became claimable. Throws a Refusal when one of them does not exist or cannot be waited for.
 */
export async function waitFor(tx: Tx, job: number, after: After): Promise<boolean> {
  const needs = after.map((one) => one.job);
  const twice = needs.find((one, at) => needs.indexOf(one) !== at);
  if (twice !== undefined) throw new Refusal("invalid", `after: job ${twice} is named twice`);
  if (needs.includes(job)) throw new Refusal("invalid", `job ${job} cannot wait for itself`);
  await tx`delete from dependency where job = ${job}`;
  if (needs.length > 0) {
    const ids = JSON.stringify(needs);
    const known = await tx`
      select id from job where id in (select value::int from json_array_elements_text(${ids}::json)) order by id for update`;
    const unknown = needs.find((one) => !known.some(({ id }) => id === one));
    if (unknown !== undefined) throw new Refusal("conflict", `after: there is no job ${unknown}`);
    await noteNeeds(
      tx,
      after.map(({ job: needs, until }) => ({ job, needs, until })),
    );
  }
  if (after.some(({ until }) => until === "frames")) await refuseScattered(tx, job);
  return holdAnew(tx, [job]);
}

/** Writes down what jobs wait for; the caller has locked all of them. */
export async function noteNeeds(tx: Tx, bonds: readonly Pick<Bond, "job" | "needs" | "until">[]): Promise<void> {
  const given = JSON.stringify(bonds);
  await tx`
    update job set needed = true
    where id in (select needs from json_to_recordset(${given}::json) as given(needs int)) and not needed`;
  await tx`
    insert into dependency (job, needs, until)
    select job, needs, until from json_to_recordset(${given}::json) as given(job int, needs int, until text)`;
}

/** Throws a Refusal when a job, which is locked, waits frame by frame for one whose frames lie too differently. */
export async function refuseScattered(tx: Tx, job: number): Promise<void> {
  for (const { needs, until, upstream, dependent } of await bonds(tx, "job", [job])) {
    if (until !== "frames" || !tooScattered(upstream.layout, dependent.layout)) continue;
    throw new Refusal(
      "invalid",
      `after: job ${needs} can be waited for frame by frame only with the same frames, block and order, since there are more than ${mostScattered}`,
    );
  }
}

/** Finds out anew which tasks of these jobs must wait, and holds them. Returns whether something became claimable. */
export function holdAnew(tx: Tx, jobs: readonly number[]): Promise<boolean> {
  return hold(tx, new Map(jobs.map((job) => [job, everything])));
}

/** The jobs that still have to wait for one of these, by number; not those that have ended. */
export async function waitersOf(tx: Tx, jobs: readonly number[]): Promise<number[]> {
  const waiting = (await bonds(tx, "needs", jobs)).filter(({ until, upstream, dependent }) => {
    if (hasEnded(dependent.state)) return false;
    return sizeOf(without(heldBy(until, upstream, dependent.layout), dependent.finished)) > 0;
  });
  return [...new Set(waiting.map(({ job }) => job))].sort((a, b) => a - b);
}

/** Writes which of the touched tasks of each job are held. */
async function hold(tx: Tx, touched: ReadonlyMap<number, TaskSet>): Promise<boolean> {
  if (touched.size === 0) return false;
  const held = new Map<number, TaskSet>();
  for (const { job, until, upstream, dependent } of await bonds(tx, "job", [...touched.keys()])) {
    const asked = touched.get(job)!;
    const among = asked === everything ? undefined : common(asked, [[0, taskCount(dependent.layout)]]);
    const tasks = heldBy(until, upstream, dependent.layout, among);
    held.set(job, setOf([...(held.get(job) ?? []), ...tasks]));
  }
  const rows = [...touched].map(([job, tasks]) => ({
    job,
    touched: formatSet(tasks),
    held: formatSet(held.get(job) ?? []),
  }));
  // A job is joined to itself to see what was held before.
  const written = await tx`
    update job set held = job.held - given.touched + given.held
    from json_to_recordset(${JSON.stringify(rows)}::json) as given(job int, touched int4multirange, held int4multirange)
      join job as before on before.id = given.job
    where job.id = given.job and job.held <> job.held - given.touched + given.held
    returning job.claimable and not isempty(job.waiting * (before.held - job.held)) as freed`;
  return written.some(({ freed }) => freed);
}

/** What these jobs wait for (`job`), or what waits for them (`needs`). */
async function bonds(tx: Tx, side: "job" | "needs", jobs: readonly number[]): Promise<Bond[]> {
  const rows = await tx`
    select dependency.*, job.spans, job.block, job.fill_order, job.state, job.finished,
      upstream.spans as their_spans, upstream.block as their_block, upstream.fill_order as their_order, upstream.state as their_state,
      case when until = 'frames' then upstream.finished else '{}' end as their_finished
    from dependency join job on job.id = dependency.job join job as upstream on upstream.id = dependency.needs
    where dependency.${tx(side)} in (select value::int from json_array_elements_text(${JSON.stringify(jobs)}::json))
    order by dependency.job, dependency.needs`;
  return rows.map((row) => ({
    job: row.job,
    needs: row.needs,
    until: row.until,
    dependent: { layout: layoutOfRow(row), state: row.state, finished: parseSet(row.finished) },
    upstream: { layout: theirLayout(row), state: row.their_state, finished: parseSet(row.their_finished) },
  }));
}

// biome-ignore lint/suspicious/noExplicitAny: a row as one of the statements above has it
function layoutOfRow(row: any): Layout {
  return layoutOf({ spans: row.spans, fillOrder: row.fill_order, block: row.block });
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function theirLayout(row: any): Layout {
  return layoutOf({ spans: row.their_spans, fillOrder: row.their_order, block: row.their_block });
}
