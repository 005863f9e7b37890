// Events become messages: in one transaction they are made and the place among the events moves on, so that none is lost or made twice.
import type { FarmEvent } from "../events";
import { reasonOf, type Told } from "../notices";
import type { Message } from "./deliveries";
import { readEvents } from "./events";
import { tellLock } from "./locks";
import type { NoticeRow } from "./notices";
import type { Queue, Tx } from "./open";
import { transact } from "./transact";

const mostEvents = 500;

/**
 * Makes the messages of events that nobody was told of yet. One master at a time does it. Returns how many events it went through: when
 * there are any, there may be more. Slaves that are lost within `gatherMs` come in one message. The first call ever begins from now.
 */
export async function tellEvents(queue: Queue, gatherMs: number): Promise<number> {
  return transact(queue, async (tx) => {
    const [{ mine }] = (await tx`select pg_try_advisory_xact_lock(${tellLock}) as mine`) as unknown as [
      { mine: boolean },
    ];
    if (!mine) return 0;
    // A place that lies ahead of this database is that of another one, of which this is a copy.
    const [farm] = await tx`
      select case when split_part(notified_up_to, '-', 1)::xid8 <= pg_snapshot_xmax(pg_current_snapshot()) then notified_up_to end as at
      from farm where id = 1`;
    if (!farm) return 0;
    if (farm.at === null) {
      await tx`update farm set notified_up_to = pg_snapshot_xmin(pg_current_snapshot())::text || '-0' where id = 1`;
      return 0;
    }
    const events = await readEvents({ sql: tx }, farm.at as string, mostEvents);
    if (events.length === 0) return 0;
    await makeMessages(tx, events, gatherMs);
    await tx`update farm set notified_up_to = ${events.at(-1)!.id} where id = 1`;
    return events.length;
  });
}

async function makeMessages(tx: Tx, events: readonly FarmEvent[], gatherMs: number): Promise<void> {
  const deleted = events.flatMap(({ type, job }) => (type === "job.deleted" && job !== null ? [job] : []));
  if (events.some((event) => reasonOf(event))) {
    const notices = await noticesFor(tx, events);
    const made = events.flatMap((event) => messagesOf(event, notices));
    await insert(
      tx,
      made.filter(({ message }) => message.reason !== "lost"),
      0,
    );
    await gatherLost(
      tx,
      made.filter(({ message }) => message.reason === "lost"),
      gatherMs,
    );
  }
  // Who was told of a job that is no more need not be remembered; what was to be told of it still is.
  if (deleted.length > 0)
    await tx`delete from notice where job in (select value::int from json_array_elements_text(${JSON.stringify(deleted)}::json))`;
}

async function noticesFor(tx: Tx, events: readonly FarmEvent[]): Promise<NoticeRow[]> {
  const jobs = [...new Set(events.flatMap(({ job }) => (job === null ? [] : [job])))];
  return tx<NoticeRow[]>`
    select id, "to", "on", job, owner, style, secret from notice
    where job is null or job in (select value::int from json_array_elements_text(${JSON.stringify(jobs)}::json)) order by id`;
}

type Made = { notice: NoticeRow; message: Message };

/** One message for each address that an event concerns; the notice that is most about this job speaks for an address with several. */
function messagesOf(event: FarmEvent, notices: readonly NoticeRow[]): Made[] {
  const reason = reasonOf(event);
  if (!reason) return [];
  const concerned = notices.filter(
    (one) =>
      one.on.includes(reason) &&
      (one.job === null || one.job === event.job) &&
      (one.owner === null || (event.job !== null && one.owner === (event.data.owner ?? ""))),
  );
  const rank = (one: NoticeRow) => (one.job !== null ? 2 : one.owner !== null ? 1 : 0);
  const chosen = new Map<string, NoticeRow>();
  for (const one of concerned.sort((a, b) => rank(a) - rank(b))) chosen.set(one.to, one);
  const told = toldOf(event, reason);
  return [...chosen.values()].map((notice) => ({
    notice,
    message: { notice: notice.id, event: event.id, reason, told },
  }));
}

/** What the event itself says: the job may be deleted, and the slave well, before anybody looks. */
function toldOf(event: FarmEvent, reason: Message["reason"]): Told {
  const { name, owner, state, stopReason, problem } = event.data as Record<string, string | undefined>;
  if (event.job === null)
    return { reason, at: event.at, slaves: [{ name: name ?? `${event.slave}`, problem: problem ?? null }] };
  return {
    reason,
    at: event.at,
    job: {
      id: event.job,
      name: name ?? "",
      owner: owner ?? "",
      state: (state ?? "waiting") as NonNullable<Told["job"]>["state"],
      stopReason: stopReason ?? null,
    },
  };
}

async function insert(tx: Tx, made: readonly Made[], waitMs: number): Promise<void> {
  if (made.length === 0) return;
  const rows = made.map(({ notice: { to, style, secret }, message }) => ({ to, style, secret, message }));
  await tx`
    insert into delivery ("to", style, secret, message, next_at)
    select given.to, given.style, given.secret, given.message, now() + ${waitMs} * interval '1 millisecond'
    from json_to_recordset(${JSON.stringify(rows)}::json) as given("to" text, style text, secret text, message jsonb)`;
}

/** Lost slaves join the message that still waits for others, else begin one that does. */
async function gatherLost(tx: Tx, made: readonly Made[], gatherMs: number): Promise<void> {
  for (const [, theirs] of Map.groupBy(made, ({ notice }) => notice.id)) {
    const { notice, message } = theirs[0]!;
    const slaves = theirs.flatMap(({ message }) => message.told.slaves ?? []);
    const joined = await tx`
      update delivery
      set message = jsonb_set(message, '{told,slaves}', (message #> '{told,slaves}') || ${JSON.stringify(slaves)}::text::jsonb)
      where sent_at is null and tries = 0 and next_at > now() and message ->> 'notice' = ${`${notice.id}`} and message ->> 'reason' = 'lost'
      returning id`;
    if (joined.length === 0)
      await insert(tx, [{ notice, message: { ...message, told: { ...message.told, slaves } } }], gatherMs);
  }
}
