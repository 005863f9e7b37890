// The queue's database: brought up to date once, masters wake each other, updates stay cheap.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { agreeOnToken } from "../../lib/queue/farm";
import { listen, openQueue, type Queue, type Wake, wake } from "../../lib/queue/open";
import { newDatabase, testServer } from "../postgres";
import { clear, ended, handOut, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(queue));

/** What a queue is told from now on, and a wait for something of it. */
async function news(of: Queue) {
  const heard: Wake[] = [];
  let look = () => {};
  await listen(of, (wake) => {
    heard.push(wake);
    look();
  });
  const until = (wanted: (heard: Wake[]) => boolean) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`heard only ${JSON.stringify(heard)}`)), 10_000);
      look = () => {
        if (!wanted(heard)) return;
        clearTimeout(late);
        resolve();
      };
      look();
    });
  return { heard, until };
}

test("a master that stands still in the middle of a transaction keeps others waiting for some seconds only", async () => {
  const other = await openQueue({ url: stage.url });
  const job = await submitted(queue);
  const { promise: asleep, resolve: wakeUp } = Promise.withResolvers<void>();
  const { promise: locked, resolve: locks } = Promise.withResolvers<void>();
  const stuck = other.sql.begin(async (tx) => {
    await tx`select from job where id = ${job} for update`;
    locks();
    await asleep;
    await tx`select 1`;
  });
  stuck.catch(() => {});
  await locked;
  expect(await queue.sql`select id from job where id = ${job} for update`).toHaveLength(1);
  wakeUp();
  expect(stuck).rejects.toThrow();
  await stuck.catch(() => {});
  await other.close();
});

test("three masters that start at once on an empty database all open it, and it is set up once", async () => {
  const url = await newDatabase(await testServer());
  const queues = await Promise.all([1, 2, 3].map(() => openQueue({ url })));
  const tables = await queues[0]!.sql`select tablename from pg_tables where schemaname = 'public' order by 1`;
  const steps = await queues[0]!
    .sql`select count(*)::int as all, count(distinct hash)::int as once from drizzle.__drizzle_migrations`;
  expect(tables.map((row) => row.tablename)).toEqual([
    "delivery",
    "dependency",
    "event",
    "farm",
    "history",
    "job",
    "leftover",
    "licence",
    "master",
    "notice",
    "owner",
    "run",
    "slave",
  ]);
  expect(steps[0]!.all).toBe(steps[0]!.once);
  for (const one of queues) expect(await submitted(one)).toBeGreaterThan(0);
  await Promise.all(queues.map((queue) => queue.close()));
});

test("opening again keeps every job", async () => {
  const job = await submitted(queue, { name: "kept" });
  const again = await openQueue({ url: stage.url });
  const rows = await again.sql`select id, name from job`;
  expect([...rows]).toEqual([{ id: job, name: "kept" }]);
  await again.close();
});

test("a database that is not there is an error, at once", async () => {
  const missing = stage.url.replace(/[^/]+$/, "nowhere");
  await expect(openQueue({ url: missing })).rejects.toThrow(/nowhere/);
});

test("all masters agree on the token of the first", async () => {
  const tokens = await Promise.all(["a", "b", "c"].map((suggestion) => agreeOnToken(queue, suggestion)));
  expect(new Set(tokens).size).toBe(1);
  expect(await agreeOnToken(queue, "later")).toBe(tokens[0]!);
});

test("a submission on one master wakes all", async () => {
  const other = await openQueue({ url: stage.url });
  const [here, there] = [await news(queue), await news(other)];
  const before = [here.heard.length, there.heard.length];
  await submitted(queue);
  const woken = (since: number) => (heard: typeof here.heard) => heard.slice(since).some(({ work }) => work === true);
  await here.until(woken(before[0]!));
  await there.until(woken(before[1]!));
  await other.close();
});

test("who listens is woken once at the beginning, as what came before was not heard", async () => {
  const other = await openQueue({ url: stage.url });
  await (await news(other)).until((heard) => heard.some(({ work }) => work === true));
  await other.close();
});

test("2,000 slaves that are to look after their runs are all told", async () => {
  const ids = Array.from({ length: 2000 }, (_, at) => 2_000_000_000 + at);
  const { heard, until } = await news(queue);
  await wake(queue.sql, { kill: ids });
  await until((all) => all.flatMap(({ kill = [] }) => kill).length === ids.length);
  expect(heard.flatMap(({ kill = [] }) => kill)).toEqual(ids);
});

test("what a transaction tells is heard only if it holds", async () => {
  const { heard, until } = await news(queue);
  await queue.sql
    .begin(async (tx) => {
      await wake(tx, { kill: [1] });
      throw new Error("undone");
    })
    .catch(() => {});
  await wake(queue.sql, { kill: [2] });
  await until((all) => all.some(({ kill }) => kill?.includes(2)));
  expect(heard.flatMap(({ kill = [] }) => kill)).toEqual([2]);
});

test("the sets cannot overlap, nor lose a task, whatever writes them", async () => {
  const job = await submitted(queue, { frames: "1-4" });
  const broken = (set: string) => queue.sql.unsafe(`update job set ${set} where id = ${job}`);
  await expect(broken("running = '{[0,1)}'")).rejects.toThrow("job_sets_are_disjoint");
  await expect(broken("waiting = '{[0,3)}'")).rejects.toThrow("job_sets_hold_every_task");
  await expect(broken("finished = '{[4,5)}'")).rejects.toThrow("job_sets_hold_every_task");
  await expect(broken("waiting = '{[0,3)}', failed = '{[3,4)}', retrying = '{[3,4)}'")).rejects.toThrow("disjoint");
});

test("thousands of tasks of running jobs leave the indexes alone", async () => {
  const { sql } = queue;
  for (let job = 0; job < 5; job++) await submitted(queue, { frames: "1-400" });
  const counts = async () => {
    const [row] = await sql`
      select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'job'`;
    return row!;
  };
  // Each connection writes its numbers when it idles, or is asked to: one for all can be asked.
  await using one = await singleConnection();
  // Something of each job runs all the time.
  await handOut(queue, slave(2, 5));
  const before = await counts();
  for (
    let given = await handOut(one.queue, slave(1, 8));
    given.length > 0;
    given = await handOut(one.queue, slave(1, 8))
  )
    await tell(one.queue, ...given.map((run) => ended(run)));
  await one.queue.sql`select pg_stat_force_next_flush()`;
  await one.queue.sql`select 1`;
  const after = await counts();
  expect(after.all - before.all).toBeGreaterThan(1500);
  expect((after.hot - before.hot) / (after.all - before.all)).toBeGreaterThan(0.9);
});

test("among 20,000 jobs of 50 owners in 3 pools the best are found by an index, not by reading all", async () => {
  await using one = await singleConnection();
  const { sql } = one.queue;
  await sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
    select 'x', 'owner' || n % 50, (array['a', 'b', 'c'])[1 + n % 3], n / 150 % 100, '[]', '{}', 'x', '[]', 1, 'forward', 4, 3, 'strict', false, 9,
      '{[0,9)}' from generate_series(1, 20000) as n`;
  await sql`analyze job`;
  const reads = async () => {
    await sql`select pg_stat_force_next_flush()`;
    const [row] = await sql`
      select pg_stat_user_indexes.idx_tup_read::int as by_index, seq_tup_read::int as one_by_one from pg_stat_user_indexes
      join pg_stat_user_tables using (relid) where indexrelname = 'job_candidates'`;
    return row!;
  };
  const before = await reads();
  const handed = [];
  for (let round = 0; round < 10; round++) handed.push(...(await handOut(one.queue, slave(1, 4, ["a", "b", "c"]))));
  expect(handed).toHaveLength(40);
  const after = await reads();
  const best = await sql`select count(*)::int as tasks from job join run on run.job = job.id where priority = 99`;
  expect(best[0]!.tasks).toBe(40);
  // Of each of the 150 sorts of jobs a few a round, at the most.
  expect(after.by_index - before.by_index).toBeWithin(40, 10 * 150 * 10);
  expect(after.one_by_one - before.one_by_one).toBeLessThan(20_000);
});

async function singleConnection() {
  const sql = postgres(stage.url, { max: 1, onnotice: () => {} });
  const queue: Queue = { sql, db: drizzle(sql), onRenewal: (act) => act(), close: () => sql.end() };
  return { queue, [Symbol.asyncDispose]: queue.close };
}
