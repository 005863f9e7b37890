// Submissions that are sent again: by its key one is known, and stored once.

import { codeOf } from "./error-code";
import type { Queue } from "./open";
import { Refusal } from "./refusal";

/** The keys of `count` jobs that are submitted together under one. */
export function keysOf(key: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${key}/${at}`);
}

/**
 * The numbers of the jobs that were stored under these keys, in their order; undefined when none was. Throws a Refusal when only some
 * were: the others are deleted, or it was another submission.
 */
async function storedUnder(sql: Queue["sql"], keys: readonly string[]): Promise<number[] | undefined> {
  const rows = await sql`
    select id, submission from job where submission in (select json_array_elements_text(${JSON.stringify(keys)}::json))`;
  if (rows.length === 0) return undefined;
  const byKey = new Map(rows.map((row) => [row.submission as string, row.id as number]));
  return keys.map((key) => {
    const id = byKey.get(key);
    if (id === undefined)
      throw new Refusal(
        "conflict",
        "jobs were submitted with this Idempotency-Key before, and these are not the same, or some are deleted: use another key",
      );
    return id;
  });
}

/**
 * Stores jobs under keys. What was stored under them before, or is at this moment by another master, is not stored again: the numbers are
 * those that it has. That is found out when it fails, so that what is sent once costs no look.
 */
export async function storeOnce(
  queue: Queue,
  keys: readonly string[],
  store: () => Promise<number[]>,
): Promise<number[]> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      // What was accepted then may be refused by now: a job that it waits for is deleted.
      if (!(error instanceof Refusal) && !isTaken(error)) throw error;
      const stored = await storedUnder(queue.sql, keys);
      if (stored) return stored;
      // Deleted between the two: then it is stored.
      if (error instanceof Refusal) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return codeOf(error) === "23505" && (error as { constraint_name?: string }).constraint_name === "job_submission";
}
