// What happened, as triggers wrote it down, for who follows it. Readers go by transaction and number, and only up to the oldest
// transaction that is under way: numbers are given before transactions end, and what commits late must not come in behind a reader.
import type { EventType, FarmEvent } from "../events";
import type { Queue, Tx } from "./open";

/** So long events are kept, ms. */
export const keptMs = 7 * 24 * 3_600_000;
/** No event is forgotten that is younger, ms. */
const youngMs = 24 * 3_600_000;
/** In a farm that came back from a backup the events have numbers so far behind all that it gave before. */
export const jump = 1_000_000;
/** Before the first event. */
const beginning = "0-0";

/** What was read in one go. `unsettled`: more has happened that may not be read before an older transaction ends. */
export type Page = { events: FarmEvent[]; unsettled: boolean };

/** The events after the one with this id, `limit` at most, in order; from the first one on when it is left out. */
export async function readEvents(
  queue: { readonly sql: Queue["sql"] | Tx },
  after: string | undefined,
  limit: number,
): Promise<FarmEvent[]> {
  return (await readPage(queue, after, limit)).events;
}

/** The same, and whether there will be more without anybody being woken for it. */
export async function readPage(
  queue: { readonly sql: Queue["sql"] | Tx },
  after: string | undefined,
  limit: number,
): Promise<Page> {
  const place = partsOf(after ?? beginning);
  if (!place) return { events: [], unsettled: false };
  // One statement, hence one snapshot: a row beside each event, or one without an event.
  const rows = await queue.sql`
    select settled.unsettled, event.tx || '-' || event.id as id, event.type, event.job, event.slave, event.data,
      to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
    from (
      select pg_snapshot_xmin(now) as up_to,
        exists (select from event where tx >= pg_snapshot_xmin(now) and tx < pg_snapshot_xmax(now)) as unsettled
      from pg_current_snapshot() as now
    ) as settled
    left join lateral (
      select * from event where (tx, id) > (${place.tx}::xid8, ${place.id}::bigint) and tx < settled.up_to
      order by tx, id limit ${limit}
    ) as event on true
    order by event.tx, event.id`;
  const events = rows.flatMap((row): FarmEvent[] => {
    if (row.id === null) return [];
    const { id, at, type, job, slave, data } = row;
    return [{ id, at, type: type as EventType, job, slave, data }];
  });
  return { events, unsettled: rows[0]!.unsettled };
}

/** The id of the last event that may be read: who begins here is told all that happens from now on. */
export async function latestEvent(queue: Queue): Promise<string> {
  const [last] = await queue.sql`
    select tx || '-' || id as id from event where tx < pg_snapshot_xmin(pg_current_snapshot())
    order by tx desc, event.id desc limit 1`;
  return (last?.id as string | undefined) ?? beginning;
}

/**
 * Whether events after this one may have been forgotten, or the id is none that this database can have given: then who asks must
 * look at everything anew.
 */
export async function hasGap(queue: Queue, id: string): Promise<boolean> {
  const place = partsOf(id);
  if (!place) return true;
  // The last of what is forgotten is kept: if the oldest one is young, nothing has been forgotten yet. Unless the farm came back from a
  // backup meanwhile: then all its events are far ahead of who knew it before.
  const [answer] = await queue.sql`
    select ${place.tx}::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) or coalesce((
      select oldest.id - ${jump / 2}::int > ${place.id}::bigint or (oldest.tx, oldest.id) > (${place.tx}::xid8, ${place.id}::bigint)
        and oldest.at < now() - ${youngMs} * interval '1 millisecond'
      from (select tx, id, at from event order by tx, id limit 1) as oldest
    ), false) as gap`;
  return answer!.gap;
}

/** Forgets events older than this, a day at least, all but the last of them, `most` in one call. Returns how many. */
export async function forgetEvents(queue: Queue, olderThanMs: number = keptMs, most = 1000): Promise<number> {
  // Always from the beginning of the order, so that hasGap needs to look at the oldest one only. Transactions that the database does
  // not know yet are another one's, of which this is a copy: its numbers would be met again some day.
  const rows = await queue.sql`
    with oldest as (select tx, id, at from event order by tx, id limit ${most + 1}), kept as (
      select tx, id from oldest where at < now() - ${olderThanMs} * interval '1 millisecond' order by tx desc, id desc limit 1
    )
    delete from event using kept where (event.tx, event.id) < (kept.tx, kept.id) returning 1`;
  const foreign = await queue.sql`delete from event where tx >= pg_snapshot_xmax(pg_current_snapshot()) returning 1`;
  return rows.length + foreign.length;
}

/** For comparing ids as texts. */
export function inOrder(id: string): string {
  const [tx = "", number = ""] = id.split("-");
  return `${tx.padStart(20, "0")}-${number.padStart(19, "0")}`;
}

const largest = { tx: 2n ** 64n - 1n, id: 2n ** 63n - 1n };

function partsOf(id: string): { tx: string; id: string } | undefined {
  const [, tx, number] = /^(\d{1,20})-(\d{1,19})$/.exec(id) ?? [];
  if (tx === undefined || number === undefined) return undefined;
  return BigInt(tx) <= largest.tx && BigInt(number) <= largest.id ? { tx, id: number } : undefined;
}
