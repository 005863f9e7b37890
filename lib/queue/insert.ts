// Rows of new jobs. Jobs that come at the same time are stored by one statement.
import { getTableColumns } from "drizzle-orm";
import { job, type Script } from "../../schema";
import { formatSet } from "../sets";
import type { Submission } from "../submission";
import { type Layout, taskCount } from "../tasks";
import { type Column, columnsOf } from "./columns";
import { codeOf } from "./error-code";
import { gathered } from "./gather";
import type { Queue, Tx } from "./open";

/** A submission with what its kind made of its fields: the variables and the jobscript. A job with a command has neither. */
export type Expanded = Omit<Submission, "fields"> & {
  fields: Record<string, unknown> | null;
  fieldVariables?: Record<string, string>;
  script?: Script | null;
};

/** A new job's columns; those that are left out have their defaults, the same ones in every row. */
export type NewRow = Record<string, Column>;

/** The most jobs that one statement stores. */
const mostTogether = 200;

/** `blocked`: numbers of slaves; `submission`: the key it is known by. */
export function rowOf(
  given: Omit<Expanded, "after">,
  layout: Layout,
  blocked: readonly number[],
  submission: string | null,
): NewRow {
  const tasks = taskCount(layout);
  return {
    field_variables: "{}",
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
    submission,
    tasks,
    waiting: formatSet([[0, tasks]]),
  };
}

/** The type of each column. */
const types = new Map(Object.values(getTableColumns(job)).map((column) => [column.name, column.getSQLType()]));

/** Stores jobs and wakes the masters. Returns their numbers, in order. */
export async function insert(sql: Queue["sql"] | Tx, rows: readonly NewRow[]): Promise<number[]> {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const list = (word: (name: string) => string) => sql.unsafe(names.map(word).join(", "));
  const stored = await sql`
    with stored as (
      insert into job (${list((name) => name)}) select ${list((name) => `${name}::${types.get(name)}`)}
      from rows from (json_to_recordset(${JSON.stringify(rows)}::json) as (${list((name) => `${name} text`)})) with ordinality
        as given(${list((name) => name)}, place)
      order by place returning id
    )
    select id, (select pg_notify('drqueue', '{"work":true}')) from stored order by id`;
  return stored.map(({ id }) => id as number);
}

const together = new WeakMap<Queue, (row: NewRow) => Promise<number>>();

/** Stores a job with those that come at the same time. Returns its number. */
export function insertTogether(queue: Queue, row: NewRow): Promise<number> {
  const insertOne = together.getOrInsertComputed(queue, () =>
    gathered((rows: readonly NewRow[]) => insert(queue.sql, rows), {
      most: mostTogether,
      // One row against the rules of the table, such as a key that is taken.
      undone: (error) => /^2[23]/.test(codeOf(error) ?? ""),
    }),
  );
  return insertOne(row);
}

/** The name as part of a folder's name on any file system. */
function logName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80);
}
