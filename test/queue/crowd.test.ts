// Very many different jobs, owners and failures: everybody gets his turn, and a round stays short.
import { expect, test } from "bun:test";
import { plan } from "../../lib/queue/plan";
import { handOut, needs, slave, stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();

/** Jobs of one task, each of another owner in turn. */
async function crowd(jobs: number, owners: number): Promise<void> {
  await queue.sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
    select 'crowd', 'owner' || (1000000 + n % ${owners}::int), 'crowd', 500, '["true"]', '{}', 'crowd', '[{"first":1,"last":1,"step":1}]', 1, 'forward',
      4, 3, 'strict', false, 1, '{[0,1)}'
    from generate_series(1, ${jobs}::int) as n`;
}

test("a job is not passed over behind thousands of owners whose jobs are for other slaves", async () => {
  await crowd(2500, 2500);
  const job = await submitted(queue, { pool: "other", owner: "zoe" });
  expect(await handOut(queue, slave(1, 1, ["other"]))).toMatchObject([{ job }]);
});

test("the most important job is first also among thousands of owners", async () => {
  await crowd(2500, 2500);
  const job = await submitted(queue, { pool: "crowd", owner: "zoe", priority: 501 });
  expect(await handOut(queue, slave(1, 1, ["crowd"]))).toMatchObject([{ job }]);
});

test("each of thousands of owners has a task before any has two", async () => {
  await crowd(5000, 2500);
  const owners = async () => (await queue.sql`select distinct owner from job where busy`).length;
  const slaves = Array.from({ length: 5 }, (_, at) => slave(at + 1, 250, ["crowd"]));
  expect(await handOut(queue, ...slaves)).toHaveLength(1250);
  expect(await owners()).toBe(1250);
  expect(await handOut(queue, ...slaves)).toHaveLength(1250);
  expect(await owners()).toBe(2500);
});

test("a job of which twenty thousand tasks failed goes on as any other", async () => {
  const job = await submitted(queue, { frames: "1-1000000" });
  // Every third one failed once, and all of them wait to be tried again.
  await queue.sql`
    update job set waiting = waiting - done.tasks, finished = done.tasks, retrying = done.failed
    from (
      select range_agg(int4range(n * 3 + 1, n * 3 + 3)) as tasks, range_agg(int4range(n * 3, n * 3 + 1)) as failed from generate_series(0, 19999) as n
    ) as done`;
  await queue.sql`
    insert into run (job, task, attempt, slave, ended_at, outcome, counts)
    select ${job}, n, 1, 1, now(), case when n % 3 = 0 then 'failed' else 'finished' end, n % 3 = 0 from generate_series(0, 59999) as n`;
  const handed = await handOut(queue, slave(1, 4), slave(2, 4));
  // They failed on slave 1: there it gets others, which did not.
  expect(handed.filter((run) => run.slave === 2).map(({ task }) => task)).toEqual([0, 3, 6, 9]);
  expect(handed.filter((run) => run.slave === 1)).toHaveLength(4);
}, 5000);

test("thousands of jobs for one busy slave do not hold up the plan for all others", () => {
  const jobs = Array.from({ length: 4000 }, (_, at) => needs(at + 1, [[0, 9]], { pool: "other" }));
  const slaves = Array.from({ length: 30_000 }, (_, at) => slave(at + 1, 1, [at === 0 ? "other" : "Default"]));
  const mine = needs(5000, [[0, 2]], { priority: 1 });
  const planned = plan([...jobs, mine], slaves, { licences: new Map(), shares: new Map() });
  expect(planned.map(({ job }) => job)).toEqual([1, 5000, 5000]);
}, 3000);

test("many slaves and many jobs are brought together in a moment", async () => {
  await crowd(8000, 3);
  const slaves = Array.from({ length: 1000 }, (_, at) => slave(at + 1, 4, ["crowd"]));
  expect(await handOut(queue, ...slaves)).toHaveLength(4000);
}, 30_000);
