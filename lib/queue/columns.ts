// Settings of a job as its columns hold them, for jobs that come and for jobs that are changed.

import type { OutputRules } from "../rules";
import type { JobChange } from "../submission";
import type { Tx } from "./open";
import { Refusal } from "./refusal";

/** What a column is given. */
export type Column = string | number | boolean | null;

type Given = Omit<JobChange, "after" | "fields"> & {
  output?: OutputRules;
  fields?: Record<string, unknown> | null | undefined;
  fieldVariables?: Record<string, string>;
};

const names = {
  name: "name",
  owner: "owner",
  pool: "pool",
  priority: "priority",
  retries: "retries",
  os: "os",
  memoryMb: "memory_mb",
  gpus: "gpus",
  licences: "licences",
  maxSlots: "max_slots",
  maxPerSlave: "max_per_slave",
  notBefore: "not_before",
  exitMeanings: "exit_codes",
  output: "output",
  pictures: "pictures",
  retryDelayMs: "retry_delay_ms",
  frameTimeoutMs: "frame_timeout_ms",
  silenceMs: "silence_ms",
  slaveFailures: "slave_failures",
  maxFailures: "max_failures",
  deleteAfterMs: "delete_after_ms",
  env: "env",
  fields: "fields",
  fieldVariables: "field_variables",
} as const satisfies Record<keyof Given, string>;

/** The columns of what is given; what is left out has none. */
export function columnsOf(given: Given): Record<string, Column> {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(names)) {
    const value = given[name as keyof Given];
    if (value !== undefined)
      columns[column] = value !== null && typeof value === "object" ? JSON.stringify(value) : value;
  }
  return columns;
}

/** Throws a Refusal when the farm does not count one of these licences: the job could never run. */
export async function checkLicences(tx: Tx, licences: Readonly<Record<string, number>>): Promise<void> {
  const needed = Object.keys(licences);
  if (needed.length === 0) return;
  const known = await tx`
    select name from licence where name in (select json_array_elements_text(${JSON.stringify(needed)}::json)) order by name for share`;
  const unknown = needed.find((name) => !known.some((licence) => licence.name === name));
  if (unknown !== undefined)
    throw new Refusal(
      "conflict",
      `there is no licence '${unknown}': drqueue licence set ${unknown} ${licences[unknown]! * 10}`,
    );
}

/** The numbers of slaves given by name, which several may carry, or by number. Throws a Refusal for one that there is not. */
export async function slaveNumbers(tx: Tx, slaves: readonly string[]): Promise<number[]> {
  if (slaves.length === 0) return [];
  const rows = await tx`
    select slave.id, given.name from json_array_elements_text(${JSON.stringify(slaves)}::json) as given(name)
    join slave on slave.name = given.name or slave.id = case when given.name ~ '^[0-9]{1,9}$' then given.name::int end`;
  const unknown = slaves.find((one) => !rows.some(({ name }) => name === one));
  if (unknown !== undefined) throw new Refusal("conflict", `there is no slave '${unknown.slice(0, 60)}'`);
  return [...new Set(rows.map(({ id }) => id as number))].sort((a, b) => a - b);
}
