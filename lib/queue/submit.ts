// A job enters the queue: one row, whatever its number of frames.
import type { Script } from "../../schema";
import { parseFrames, type Span } from "../frames";
import { parseOrder } from "../order";
import { formatSet } from "../sets";
import type { Submission } from "../submission";
import { type Layout, taskCount } from "../tasks";
import { type Column, checkLicences, columnsOf, slaveNumbers } from "./columns";
import { lockWithDependents, waitFor } from "./dependencies";
import type { Queue, Tx } from "./open";
import { Refusal } from "./refusal";

/** A submission with what its kind made of its fields: the variables and the jobscript. A job with a command has neither. */
export type Expanded = Omit<Submission, "fields"> & {
  fields: Record<string, unknown> | null;
  fieldVariables?: Record<string, string>;
  script?: Script | null;
};

/**
 * Stores the job and wakes the masters: one statement, unless it names slaves, licences or jobs to wait for. Returns its number.
 * Throws a Refusal for frames or an order that do not read, and for what is not there; nothing is stored then.
 */
export async function submit(queue: Queue, given: Expanded): Promise<number> {
  const layout = layoutOf(given);
  if (!given.command && !given.script)
    throw new Refusal("invalid", `a job of kind '${given.kind}' needs its jobscript`);
  const { after, blocked, licences } = given;
  if (after.length + blocked.length + Object.keys(licences).length === 0) return insert(queue.sql, given, layout, []);
  const submitted = await queue.sql.begin(async (tx) => {
    const numbers = await slaveNumbers(tx, blocked);
    // Jobs before licences, as a round locks them.
    await lockWithDependents(
      tx,
      after.map(({ job }) => job),
    );
    await checkLicences(tx, licences);
    const id = await insert(tx, given, layout, numbers);
    if (after.length > 0) await waitFor(tx, id, after);
    return id;
  });
  return submitted as number;
}

async function insert(sql: Queue["sql"] | Tx, given: Expanded, layout: Layout, blocked: number[]): Promise<number> {
  const tasks = taskCount(layout);
  const row: Record<string, Column> = {
    ...columnsOf({ ...given, fields: given.kind === undefined ? null : given.fields }),
    kind: given.kind ?? null,
    script: given.script ? JSON.stringify(given.script) : null,
    command: JSON.stringify(given.command ?? []),
    folder: given.folder ?? null,
    log_name: logName(given.name),
    spans: JSON.stringify(layout.spans),
    block: given.block,
    fill_order: layout.order,
    pad: given.pad,
    exit_rule: given.exitCodes,
    stopped: given.stopped,
    blocked: JSON.stringify(blocked),
    tasks,
    waiting: formatSet([[0, tasks]]),
  };
  const [submitted] = await sql`
    with submitted as (insert into job ${sql(row)} returning id)
    select id, pg_notify('drqueue', '{"work":true}') from submitted`;
  return submitted!.id as number;
}

function layoutOf(given: Expanded): Layout {
  let spans: Span[];
  try {
    spans = parseFrames(given.frames);
    return { spans, order: parseOrder(given.order), block: given.block };
  } catch (error) {
    throw new Refusal("invalid", (error as Error).message);
  }
}

/** The name as part of a folder's name on any file system. */
function logName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80);
}
