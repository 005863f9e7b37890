// Messages on their way: made of events, claimed by the master that sends them, kept until they arrived or were tried for a day.
import type { NoticeReason, NoticeStyle } from "../events";
import { giveUpMs, rememberMs, type Told } from "../notices";
import type { Queue } from "./open";

/**
 * What a delivery holds: the notice and the event it comes from, and what is told. `ready`: all that can be told has been gathered, and
 * a repeated message says the same.
 */
export type Message = { notice: number; event: string; reason: NoticeReason; told: Told; ready?: boolean };

/** A message that this master is to send now. `tries` counts this one. */
export type Delivery = {
  id: number;
  to: string;
  style: NoticeStyle;
  secret: string | null;
  message: Message;
  tries: number;
  /** Names it together with its number over all databases that a farm has had: when it was made, ms. */
  made: string;
};

/**
 * Takes messages that are due, at most one for each address and none for those in `busy`: an address that hangs must not hold up the
 * others. They are another master's again after `leaseMs`, should this one die. Without `mail` mails are left to masters that can.
 */
export async function claim(
  queue: Queue,
  { mail, busy, most, leaseMs }: { mail: boolean; busy: readonly string[]; most: number; leaseMs: number },
): Promise<Delivery[]> {
  const rows = await queue.sql`
    with due as (
      select id, "to", next_at from delivery
      where sent_at is null and next_at <= now() and (${mail} or style <> 'mail')
        and "to" not in (select json_array_elements_text(${JSON.stringify(busy)}::json))
      order by next_at, id limit 1000
    ), first as (
      select distinct on ("to") id from due order by "to", next_at, id
    ), mine as (
      select id from delivery where id in (select id from first) and sent_at is null and next_at <= now()
      order by next_at, id limit ${most} for update skip locked
    )
    update delivery set tries = tries + 1, next_at = now() + ${leaseMs} * interval '1 millisecond'
    where id in (select id from mine)
    returning id, "to", style, secret, message, tries, (extract(epoch from created_at) * 1000)::bigint::text as made`;
  return rows.map((row) => ({ ...row })) as Delivery[];
}

/** Keeps what is told of an event, for all messages about it that are still to be sent. */
export async function keepTold(queue: Queue, event: string, told: Told): Promise<void> {
  await queue.sql`
    update delivery set message = message || ${JSON.stringify({ told, ready: true })}::text::jsonb
    where sent_at is null and message ->> 'event' = ${event}`;
}

/** The message has arrived. */
export async function markSent(queue: Queue, id: number): Promise<void> {
  await queue.sql`update delivery set sent_at = now(), problem = null where id = ${id}`;
}

/** The message has not arrived: it is tried again, or given up a day after it was made. Returns whether it is given up. */
export async function markFailed(queue: Queue, id: number, problem: string, waitMs: number): Promise<boolean> {
  const [row] = await queue.sql`
    update delivery set problem = ${problem}, next_at = case
      when created_at + ${giveUpMs} * interval '1 millisecond' < now() + ${waitMs} * interval '1 millisecond' then 'infinity'
      else now() + ${waitMs} * interval '1 millisecond' end
    where id = ${id} and sent_at is null returning next_at = 'infinity' as given`;
  return row?.given === true;
}

/** Gives up what no master could send for a day, and forgets what was sent or given up a week ago. */
export async function sweepDeliveries(queue: Queue): Promise<void> {
  await queue.sql`
    update delivery set next_at = 'infinity', tries = tries + 1,
      problem = coalesce(problem, 'no master sends mail: start one with DRQUEUE_SMTP and DRQUEUE_MAIL_FROM')
    where sent_at is null and next_at < now() and created_at < now() - ${giveUpMs + 3_600_000} * interval '1 millisecond'`;
  await queue.sql`
    delete from delivery where sent_at < now() - ${rememberMs} * interval '1 millisecond'
      or next_at = 'infinity' and created_at < now() - ${giveUpMs + rememberMs} * interval '1 millisecond'`;
}
