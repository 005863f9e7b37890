// What a farm that came back may not do again: give out numbers that it gave out before, and tell what it told.
import type postgres from "postgres";
import type { BackupHeader } from "../local/backup-file";
import { quoted } from "./backup-tables";
import { jump } from "./events";

type Tx = postgres.TransactionSql;

/** So many numbers are passed over: they may have been given out after the backup, and are in logs and in the records of slaves. */
const gap = 1000;
const dayMs = 24 * 3_600_000;

/** The first numbers that may be given out now: of jobs, and of attempts at tasks of the jobs that came back. */
export type Numbers = { job: number; attempt: number };

/**
 * The numbers go on behind those that were given out; with `since`, behind those that may have been given out since then. Returns that of
 * the next job.
 */
export async function goOn(tx: Tx, sequences: BackupHeader["sequences"], since: Date | undefined): Promise<number> {
  let nextJob = 1;
  for (const { table, column, last } of sequences) {
    const skipped = since === undefined ? 0 : table === "job" ? await jobsSince(tx, since) : gap;
    const given = last + skipped;
    if (table === "job") nextJob = given + 1;
    if (given > 0) await tx`select setval(pg_get_serial_sequence(${quoted(table)}, ${column}), ${given})`;
  }
  return nextJob;
}

/** As many jobs as may have come since: twice as many a day as on the last day. */
async function jobsSince(tx: Tx, since: Date): Promise<number> {
  const [day] = await tx`
    select coalesce(max(id) - min(id), 0)::int as jobs from job where submitted_at > ${since}::timestamptz - interval '1 day'`;
  const days = Math.max(0, Date.now() - since.getTime()) / dayMs;
  return Math.max(gap, Math.ceil(2 * day!.jobs * days));
}

/**
 * Attempts at any task of the jobs that came back go on behind all there are: a slave may hold one that was handed out after the backup.
 * Returns the first.
 */
export async function passOverAttempts(tx: Tx): Promise<number> {
  const [most] = await tx`
    select ${gap}::int + greatest(0, (select max(attempt) from run), (select max(attempts_from) from job)) as attempt`;
  await tx`update job set attempts_from = ${most!.attempt}`;
  return most!.attempt + 1;
}

/** Where the events of the backup go at first. */
export async function rowsBefore(tx: Tx): Promise<string> {
  await tx`create temp table event_before (like event) on commit drop`;
  return "event_before";
}

/**
 * Events go by numbers of transactions, which are another server's: all become part of this transaction, in their order. What nobody
 * was told of is told from here on.
 */
export async function tellAgain(tx: Tx, columns: string[], sequences: BackupHeader["sequences"]): Promise<void> {
  if (columns.length === 0) return;
  const base = (sequences.find(({ table }) => table === "event")?.last ?? 0) + jump;
  const others = columns.filter((name) => name !== "tx" && name !== "id").map(quoted);
  const [made] = await tx.unsafe(`
    with moved as (
      insert into event (tx, id, ${others.join(", ")}) overriding system value
      select pg_current_xact_id(), ${base} + row_number() over (order by tx, id), ${others.join(", ")} from event_before
      returning 1)
    select count(*)::int as events from moved`);
  await tx`select setval(pg_get_serial_sequence('event', 'id'), ${base + made!.events})`;
  await tx`
    update farm set notified_up_to = pg_current_xact_id()::text || '-' || ${base}::bigint + (
      select count(*) from event_before
      where (tx, id) <= (split_part(notified_up_to, '-', 1)::xid8, split_part(notified_up_to, '-', 2)::bigint))
    where notified_up_to is not null`;
}
