// Where the jobscript of a job lies.
import { logFolder } from "../logs";
import type { Queue } from "./open";

/** The log folder of a job, by which its jobscript is named too; undefined when that lies somewhere already, or the job is gone. */
export async function folderToPlace(queue: Queue, id: number): Promise<string | undefined> {
  const [row] = await queue.sql`select log_name from job where id = ${id} and script ->> 'path' is null`;
  return row && logFolder({ id, logName: row.log_name });
}

/** Tells slaves, with the tasks handed out from now on, where the jobscript lies. False when the job is gone. */
export async function placeScript(queue: Queue, id: number, path: string): Promise<boolean> {
  const placed = await queue.sql`
    update job set script = jsonb_set(script, '{path}', to_jsonb(${path}::text)) where id = ${id} and script is not null`;
  return placed.count === 1;
}
