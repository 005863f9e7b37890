// A job enters the queue: one row, whatever its number of frames.
import { type BatchJob, beginning, checkNames } from "../batch";
import { parseFrames, type Span } from "../frames";
import { parseOrder } from "../order";
import type { Layout } from "../tasks";
import { checkLicences, slaveNumbers } from "./columns";
import { holdAnew, lockWithDependents, noteNeeds, refuseScattered, waitFor } from "./dependencies";
import { type Expanded, insert, insertTogether, rowOf } from "./insert";
import { storeNotices } from "./notices";
import type { Queue, Tx } from "./open";
import { Refusal } from "./refusal";
import { keysOf, storeOnce } from "./submission-key";
import { transact } from "./transact";

/**
 * Stores the job and wakes the masters: one statement, unless it names slaves, licences or jobs to wait for. Returns its number.
 * Under a key that it was stored under before it changes nothing and returns the number it has.
 * Throws a Refusal for frames or an order that do not read, and for what is not there; nothing is stored then.
 */
export async function submit(queue: Queue, given: Expanded, key?: string): Promise<number> {
  if (key === undefined) return store(queue, given, null);
  const [id] = await storeOnce(queue, [key], async () => [await store(queue, given, key)]);
  return id!;
}

async function store(queue: Queue, given: Expanded, key: string | null): Promise<number> {
  const layout = layoutOf(given);
  const { after, blocked, licences, notify } = given;
  if (after.length + blocked.length + notify.length + Object.keys(licences).length === 0)
    return insertTogether(queue, rowOf(given, layout, [], key));
  return transact(queue, async (tx) => {
    const numbers = await slaveNumbers(tx, blocked);
    // Jobs before licences, as a round locks them.
    await lockWithDependents(
      tx,
      after.map(({ job }) => job),
    );
    await checkLicences(tx, licences);
    const [id] = (await insert(tx, [rowOf(given, layout, numbers, key)])) as [number];
    if (after.length > 0) await waitFor(tx, id, after);
    await storeNotices(tx, id, notify);
    return id;
  });
}

/** One of several jobs that are submitted together: it may wait for others of them by their ids. */
export type Together = Omit<Expanded, "after"> & Pick<BatchJob, "id" | "after">;

/**
 * Stores all of these jobs or none, in one transaction, and wakes the masters once. Returns their numbers. Throws a Refusal in one line that
 * begins with the job. `key` as for one job.
 */
export async function submitAll(queue: Queue, jobs: readonly Together[], key?: string): Promise<number[]> {
  if (key === undefined) return storeAll(queue, jobs);
  const keys = keysOf(key, jobs.length);
  return storeOnce(queue, keys, () => storeAll(queue, jobs, keys));
}

async function storeAll(queue: Queue, jobs: readonly Together[], keys: readonly string[] = []): Promise<number[]> {
  try {
    checkNames(jobs);
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
  const layouts = await each(jobs, layoutOf);
  return transact(queue, async (tx) => {
    const blocked = await each(jobs, ({ blocked }) => slaveNumbers(tx, blocked));
    await lockNeeded(tx, jobs);
    await checkAllLicences(tx, jobs);
    const numbers = await insert(
      tx,
      jobs.map((job, at) => rowOf(job, layouts[at]!, blocked[at]!, keys[at] ?? null)),
    );
    const byId = new Map(jobs.map(({ id }, at) => [id, numbers[at]!]));
    const bonds = jobs.flatMap(({ after }, at) =>
      after.map(({ job, until }) => ({
        job: numbers[at]!,
        needs: typeof job === "number" ? job : byId.get(job)!,
        until,
      })),
    );
    if (bonds.length > 0) {
      await noteNeeds(tx, bonds);
      const byFrames = (job: Together) => job.after.some(({ until }) => until === "frames");
      await each(jobs, async (job, at) => byFrames(job) && (await refuseScattered(tx, numbers[at]!)));
      await holdAnew(tx, [...new Set(bonds.map(({ job }) => job))]);
    }
    await each(jobs, ({ notify }, at) => storeNotices(tx, numbers[at]!, notify));
    return numbers;
  });
}

/** Locks the jobs of the farm that these wait for, with all that wait for them, as everybody does who moves tasks. */
async function lockNeeded(tx: Tx, jobs: readonly Together[]): Promise<void> {
  const needed = new Set(
    jobs.flatMap(({ after }) => after.map(({ job }) => job)).filter((job) => typeof job === "number"),
  );
  if (needed.size === 0) return;
  await lockWithDependents(tx, [...needed]);
  const rows = await tx`
    select id from job where id in (select value::int from json_array_elements_text(${JSON.stringify([...needed])}::json))`;
  const known = new Set<string | number>(rows.map(({ id }) => id));
  await each(jobs, ({ after }) => {
    const unknown = after.find(({ job }) => typeof job === "number" && !known.has(job));
    if (unknown) throw new Refusal("conflict", `after: there is no job ${unknown.job}`);
  });
}

/** Locks the licences of all jobs at once, in the order in which everybody does, and then finds out whose is unknown. */
async function checkAllLicences(tx: Tx, jobs: readonly Together[]): Promise<void> {
  try {
    await checkLicences(tx, Object.assign({}, ...jobs.map(({ licences }) => licences)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await each(jobs, ({ licences }) => checkLicences(tx, licences));
  }
}

/** Does something for one job after the other. A Refusal says which job it is about, in one line. */
async function each<T>(jobs: readonly Together[], act: (job: Together, at: number) => T | Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (const [at, job] of jobs.entries()) {
    try {
      done.push(await act(job, at));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal(error.kind, beginning(at, job.id) + oneLine(error.message));
    }
  }
  return done;
}

/** Without the caret under a text that does not read, which wants lines of its own. */
function oneLine(message: string): string {
  const [first, text] = message.split("\n");
  return text === undefined ? first! : `${first}: '${text.trim()}'`;
}

function layoutOf(given: Pick<Expanded, "command" | "script" | "kind" | "frames" | "order" | "block">): Layout {
  if (!given.command && !given.script)
    throw new Refusal("invalid", `a job of kind '${given.kind}' needs its jobscript`);
  let spans: Span[];
  try {
    spans = parseFrames(given.frames);
    return { spans, order: parseOrder(given.order), block: given.block };
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
}
