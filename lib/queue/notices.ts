// Who is told what: by mail or at a web address; of one job, of all jobs of an owner, or of the whole farm.
import type { NewNotice, Notice } from "../events";
import { jobReasons, styleFor } from "../notices";
import type { Submission } from "../submission";
import { unknownJob } from "./job";
import type { Queue, Tx } from "./open";
import { Refusal } from "./refusal";
import { transact } from "./transact";

/** A notice with its secret, as its messages need it. */
export type NoticeRow = Omit<Notice, "signed" | "problem"> & { secret: string | null };

/** All notices, the oldest first, with what is wrong with the last message of each. */
export async function listNotices(queue: Queue): Promise<Notice[]> {
  return (await read(queue.sql)).map(shown);
}

/** One notice with its secret. Throws a Refusal when there is none of this number. */
export async function findNotice(queue: Queue, id: number): Promise<NoticeRow> {
  const [row] = await read(queue.sql, id);
  if (!row) throw unknownNotice(id);
  return row;
}

/** Adds a notice. Throws a Refusal for a job that there is not, and for reasons or a style that do not go with the rest of it. */
export async function addNotice(queue: Queue, given: NewNotice): Promise<Notice> {
  const strange = given.on.find((reason) => !(jobReasons as readonly string[]).includes(reason));
  if (strange && (given.job !== undefined || given.owner !== undefined))
    throw new Refusal("invalid", `'${strange}' is told of the farm's slaves: leave out job and owner`);
  const style = styleOf(given);
  const added = await transact(queue, async (tx) => {
    if (given.job !== undefined) {
      // Held until it is stored: the notice of a job that is deleted goes with it.
      const [job] = await tx`select from job where id = ${given.job} for key share`;
      if (!job) throw unknownJob(given.job);
    }
    const [row] = await tx`
      insert into notice (job, owner, "on", "to", style, secret)
      values (${given.job ?? null}, ${given.owner ?? null}, ${JSON.stringify(given.on)}::text::jsonb, ${given.to}, ${style}, ${given.secret ?? null})
      returning id`;
    return (await read(tx, row!.id as number))[0]!;
  });
  return shown(added);
}

/** Forgets a notice, and messages of it that have not been sent. Returns what it was. */
export async function removeNotice(queue: Queue, id: number): Promise<Notice> {
  const removed = await transact(queue, async (tx) => {
    const [row] = await read(tx, id);
    const gone = await tx`delete from notice where id = ${id} returning id`;
    if (!row || gone.length === 0) throw unknownNotice(id);
    await tx`delete from delivery where sent_at is null and message ->> 'notice' = ${`${id}`}`;
    return row;
  });
  return shown(removed);
}

/** Stores who is to be told of a job, in the transaction that stores the job. */
export async function storeNotices(tx: Tx, job: number, given: Submission["notify"]): Promise<void> {
  if (given.length === 0) return;
  const rows = given.map((one) => ({ ...one, style: styleOf(one), secret: one.secret ?? null }));
  await tx`
    insert into notice (job, "on", "to", style, secret)
    select ${job}::int, given.on, given.to, given.style, given.secret
    from json_to_recordset(${JSON.stringify(rows)}::json) as given("on" jsonb, "to" text, style text, secret text)`;
}

type Row = NoticeRow & { problem: string | null };

async function read(sql: Queue["sql"] | Tx, id?: number): Promise<Row[]> {
  const rows = await sql`
    select notice.id, notice.to, notice.on, notice.job, notice.owner, notice.style, notice.secret, last.problem
    from notice left join lateral (
      select problem from delivery where message ->> 'notice' = notice.id::text and (sent_at is not null or problem is not null) order by id desc limit 1
    ) as last on true
    where ${id ?? null}::int is null or notice.id = ${id ?? null} order by notice.id`;
  return rows.map((row) => ({ ...row })) as Row[];
}

function shown({ secret, ...row }: Row): Notice {
  return { ...row, signed: secret !== null };
}

function styleOf(given: Pick<NewNotice, "to" | "style">): Notice["style"] {
  try {
    return styleFor(given.to, given.style);
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
}

function unknownNotice(id: number): Refusal {
  return new Refusal("unknown", `there is no notice ${id}: drqueue notify lists them`);
}
