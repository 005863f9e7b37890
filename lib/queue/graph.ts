// The jobs that a job waits for and those that wait for it, through others as well.
import type { JobGraph } from "../views";
import { unknownJob } from "./job";
import type { Queue } from "./open";

/** The most jobs of a graph. */
const mostJobs = 200;

/** The job among its dependencies; where they are too many, those nearest to it. Throws a Refusal when there is none of this number. */
export async function readGraph({ sql }: Queue, id: number): Promise<JobGraph> {
  // Rows come out of a recursion as it finds them, the nearest first, and what is over the limit is never looked for.
  const [needed, waiting] = await Promise.all([
    sql`with recursive found(job) as (
      select ${id}::int union select dependency.needs from found join dependency on dependency.job = found.job
    ) select job from found limit ${mostJobs + 1}`,
    sql`with recursive found(job) as (
      select ${id}::int union select dependency.job from found join dependency on dependency.needs = found.job
    ) select job from found limit ${mostJobs + 1}`,
  ]);
  const chosen = share(numbersOf(needed), numbersOf(waiting));
  const ids = JSON.stringify(chosen);
  const [jobs, needs] = await Promise.all([
    sql<JobGraph["jobs"]>`
      select id, name, state from job where id in (select value::int from json_array_elements_text(${ids}::json)) order by id`,
    sql<JobGraph["needs"]>`
      with chosen as materialized (select value::int as id from json_array_elements_text(${ids}::json))
      select job, needs, until from dependency where job in (select id from chosen) and needs in (select id from chosen)
      order by job, needs`,
  ]);
  if (!jobs.some((job) => job.id === id)) throw unknownJob(id);
  return { jobs: [...jobs], needs: [...needs], more: needed.length + waiting.length - 1 > chosen.length };
}

/** Both have the job itself first. Half of the room for each side; what one does not need is the other's. */
function share(needed: readonly number[], waiting: readonly number[]): number[] {
  const half = mostJobs / 2;
  const above = needed.slice(0, Math.max(half, mostJobs - (waiting.length - 1)));
  return [...above, ...waiting.slice(1, 1 + mostJobs - above.length)];
}

function numbersOf(rows: readonly Record<string, unknown>[]): number[] {
  return rows.map(({ job }) => job as number);
}
