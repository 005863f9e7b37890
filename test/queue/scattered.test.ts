// Jobs whose tasks lie in very many places: each round that moves one of them takes longer, for all slaves.
import { expect, test } from "bun:test";
import { proceed } from "../../lib/queue/control";
import { mostScattered } from "../../lib/queue/move";
import { ended, handOut, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

/** A job of which so many tasks, every third, have failed. */
async function failedInPlaces(places: number): Promise<number> {
  const job = await submitted(queue, { frames: "1-1000000", retries: 0, maxFailures: 100_000, slaveFailures: 0 });
  await queue.sql`
    update job set failed = scattered.tasks, waiting = waiting - done.tasks, finished = done.tasks - scattered.tasks
    from (select range_agg(int4range(at * 3, at * 3 + 1)) as tasks from generate_series(0, ${places - 1}::int) as at) as scattered
      cross join (select int4multirange(int4range(0, ${places * 3}::int)) as tasks) as done
    where id = ${job}`;
  return job;
}

async function failOne(job: number) {
  const [run] = await handOut(queue, slave(1));
  await tell(queue, ended(run!, 1));
  const [row] = await queue.sql`select state, stop_reason from job where id = ${job}`;
  return row;
}

test("a job that fails in too many places stops itself, whatever its limit, and says what to do", async () => {
  const job = await failedInPlaces(mostScattered.places + 1);
  expect(await failOne(job)).toMatchObject({
    state: "stopped",
    stop_reason:
      "tasks that failed lie in more than 10000 places, as many as a job may have: finish or requeue those first",
  });
  await proceed(queue, job);
  // Who continues it all the same gets no further than to its next failure.
  expect(await failOne(job)).toMatchObject({ state: "stopped" });
});

test("a job goes on below that", async () => {
  const job = await failedInPlaces(mostScattered.places / 2);
  expect(await failOne(job)).toMatchObject({ state: "waiting", stop_reason: null });
});
