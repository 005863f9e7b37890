// Slaves that are not heard of any more lose their tasks.
import type postgres from "postgres";
import { lockWithDependents } from "./dependencies";
import { moveTasks } from "./move";
import { movesOf } from "./moves";
import { type Queue, wake } from "./open";
import { openRuns } from "./slaves";
import { transact } from "./transact";

/**
 * Calls slaves lost that were silent for `leaseMs` at this moment of the database's clock, in ms; now when it is left out. Others may have
 * to take jobs of which they failed tasks. Returns their names.
 */
export async function findLost(queue: Queue, leaseMs: number, at?: number): Promise<string[]> {
  const rows = await queue.sql`
    update slave set state = 'lost', running = 0, free = 0
    where id in (
      select id from slave where state = 'online' and seen_at < coalesce(to_timestamp(${at ?? null}::float8 / 1000), now()) - ${leaseMs} * interval '1 millisecond' order by id for update skip locked)
    returning name`;
  if (rows.length > 0) await wake(queue.sql, { work: true });
  return rows.map((row) => row.name as string);
}

/** Makes the tasks wait again that slaves took with them which are lost or gone. Does not count against retries. Returns how many. */
export async function takeBack(queue: Queue): Promise<number> {
  const away = await queue.sql`select id from slave where state in ('lost', 'gone')`;
  if ((await openRuns(queue.sql, idsOf(away))).length === 0) return 0;
  return transact(queue, async (tx) => {
    // Jobs before slaves, as a round has them that blames slaves for what failed. The slaves are locked so that none of them comes
    // back and gets tasks while its tasks are taken.
    const jobs = new Set((await openRuns(tx, idsOf(away))).map(({ job }) => job));
    await lockWithDependents(tx, [...jobs]);
    const slaves = idsOf(await tx`select id from slave where state in ('lost', 'gone') order by id for update`);
    // Which runs are open is asked again under the locks; those of other jobs are for the next time.
    const runs = (await openRuns(tx, slaves)).filter(({ job }) => jobs.has(job));
    const ended = await tx`
      update run set ended_at = now(), outcome = case when wish is null then 'lost' else 'killed' end
      from json_to_recordset(${JSON.stringify(runs)}::json) as given(job int, task int, attempt int)
      where run.job = given.job and run.task = given.task and run.attempt = given.attempt and run.ended_at is null
      returning run.job, run.task, run.attempt, run.wish`;
    const moves = movesOf(
      ended.map((run) => ({
        given: { job: run.job, task: run.task, attempt: run.attempt },
        verdict: { outcome: "lost", counts: false, next: run.wish === "finish" ? "finished" : "waiting" },
      })),
    );
    await moveTasks(tx, moves);
    await wake(tx, { work: true });
    return ended.length;
  });
}

function idsOf(rows: readonly postgres.Row[]): number[] {
  return rows.map((row) => row.id as number);
}
