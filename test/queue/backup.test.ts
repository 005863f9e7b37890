import { afterAll, expect, test } from "bun:test";
import { getTableName } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/pg-core";
import fc from "fast-check";
import type postgres from "postgres";
import { pack } from "../../lib/local/backup-file";
import { readBackup, readPlain } from "../../lib/local/backup-read";
import { backup } from "../../lib/queue/backup";
import { knownMigrations, migrateBy, tables, tablesNow } from "../../lib/queue/backup-tables";
import { Route } from "../../lib/queue/connect";
import { hasGap, latestEvent, readEvents } from "../../lib/queue/events";
import { type OpenQueue, openQueue } from "../../lib/queue/open";
import { serverAt } from "../../lib/queue/place";
import { restore } from "../../lib/queue/restore";
import { tellEvents } from "../../lib/queue/tell";
import * as schema from "../../schema";
import { until } from "../farm";
import { newDatabase, testServer } from "../postgres";
import { clear, handOut, met, slave, submitted } from "./stage";

const open: OpenQueue[] = [];
afterAll(async () => {
  for (const queue of open) await queue.close();
});

async function newFarm(): Promise<OpenQueue> {
  const queue = await openQueue({ url: await newDatabase(await testServer()) });
  open.push(queue);
  await queue.sql`insert into farm (id, token) values (1, 'secret')`;
  return queue;
}

/** What a backup of this farm brings back, in a database of its own. */
async function broughtBack(queue: OpenQueue, { past = true } = {}) {
  const url = await newDatabase(await testServer());
  const restored = await restore(new Route(serverAt({ url })), readPlain(backup(queue.route)), { past });
  const again = await openQueue({ url });
  open.push(again);
  return { restored, queue: again };
}

async function* each<T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}

/** Every row of every table as text, but for events, whose numbers change. */
async function rowsOf(sql: postgres.Sql): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const name of tables.filter((table) => table !== "event")) {
    const rows = await sql.unsafe(`select row_to_json(t)::text as row from "${name}" as t order by 1`);
    found[name] = rows.map(({ row }) => row as string);
  }
  return found;
}

const nasty = fc.oneof(
  fc.constantFrom(
    "",
    "\\.",
    "\\N",
    "\\",
    "\t",
    "\n",
    "\r\n",
    "a\\tb",
    "\\.\n",
    "ü\u2028€😀",
    "'; drop table job; --",
    "{}",
    '"',
    "\u0001\u007f",
  ),
  fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
);

test("whatever stands in a database, the same rows come back", async () => {
  const queue = await newFarm();
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          name: nasty,
          owner: nasty,
          env: nasty,
          message: fc.option(nasty),
          load: fc.float({ noNaN: true, min: 0, max: 1000 }),
        }),
        { maxLength: 20 },
      ),
      async (given) => {
        await clear(queue);
        for (const [at, { name, owner, env, message, load }] of given.entries()) {
          const job = await submitted(queue, { name: "x", frames: "1-20x3,40", env: { A: "b" } });
          const json = JSON.stringify({ [`k${env}`]: env, escaped: "\u0007\\u0041" });
          await queue.sql`update job set name = ${name}, owner = ${owner}, env = ${json}::text::jsonb, stop_reason = ${message} where id = ${job}`;
          const id = await met(queue, `s${at}`, crypto.randomUUID(), { load, problem: message ?? undefined });
          await queue.sql`insert into run (job, task, attempt, slave, message) values (${job}, ${at}, 1, ${id}, ${message})`;
          await queue.sql`insert into notice (job, owner, "on", "to", style, secret) values (${job}, ${owner}, '["failed"]', ${name}, 'mail', ${env})`;
          await queue.sql`insert into owner values (${`${owner}${at}`}, ${load})`;
        }
        const before = await rowsOf(queue.sql);
        const { queue: again, restored } = await broughtBack(queue, { past: false });
        expect(await rowsOf(again.sql)).toEqual(before);
        expect(restored.rows.job).toBe(given.length);
        await again.close();
      },
    ),
    { numRuns: 5 },
  );
}, 60_000);

test("what is written down is every column of the schema that Postgres does not make itself", async () => {
  const queue = await newFarm();
  for (const { table, columns } of await tablesNow(queue.sql)) {
    const own = Object.values(schema).find((one) => typeof one === "object" && getTableName(one) === table)!;
    const wanted = getTableConfig(own)
      .columns.filter((column) => !column.generated)
      .map((column) => column.name);
    expect(columns.sort()).toEqual(wanted.sort());
  }
  expect((await tablesNow(queue.sql)).map(({ table }) => table)).toEqual([...tables]);
});

test("numbers that may have been given out after the backup are not used again", async () => {
  const queue = await newFarm();
  const id = await met(queue, "s1");
  const job = await submitted(queue, { frames: "1-3" });
  await handOut(queue, slave(id));
  const { queue: again, restored } = await broughtBack(queue);
  expect(restored.running).toBe(1);
  expect(restored.numbers).toEqual({ job: job + 1001, attempt: 1002 });
  expect(await handOut(again, slave(id, 2))).toMatchObject([
    { job, task: 1, attempt: 1002 },
    { job, task: 2, attempt: 1002 },
  ]);
  expect(await submitted(again)).toBe(job + 1001);
  expect(await met(again, "s2")).toBe(id + 1001);
  // Of jobs that came later nobody can know an attempt.
  expect(await handOut(again, slave(id))).toMatchObject([{ job: job + 1001, attempt: 1 }]);

  const twice = await broughtBack(again);
  expect(twice.restored.numbers).toEqual({ job: job + 2002, attempt: 2003 });
  // Nor when nothing happened since the last time.
  const thrice = await broughtBack(twice.queue);
  expect(thrice.restored.numbers).toEqual({ job: job + 3002, attempt: 3003 });
});

test("jobs that came by the thousand every day leave a gap as large", async () => {
  const queue = await newFarm();
  await submitted(queue);
  await queue.sql`alter sequence job_id_seq restart with 5001`;
  const last = await submitted(queue);
  const url = await newDatabase(await testServer());
  const pieces = async function* () {
    for await (const piece of readPlain(backup(queue.route))) {
      if (piece.kind === "header") piece.header.at = new Date(Date.now() - 86_400_000).toISOString();
      yield piece;
    }
  };
  const { numbers } = await restore(new Route(serverAt({ url })), pieces(), { past: true });
  expect(numbers.job - last).toBeGreaterThanOrEqual(10_000);
});

test("what nobody was told of is told, nothing else is, and who read the events before must look anew", async () => {
  const queue = await newFarm();
  await tellEvents(queue, 0);
  await submitted(queue, { name: "told" });
  await queue.sql`insert into notice (owner, "on", "to", style) values (null, '["finished", "attention"]', 'https://x.example', 'json')`;
  await queue.sql`update job set finished = waiting, waiting = '{}' where name = 'told'`;
  while ((await tellEvents(queue, 0)) > 0);
  const told = await latestEvent(queue);
  await submitted(queue, { name: "untold" });
  await queue.sql`update job set finished = waiting, waiting = '{}' where name = 'untold'`;
  // Events are read up to the oldest transaction that is under way on the server, which may be another test's.
  const before = await until(async () => {
    const events = await readEvents(queue, undefined, 1000);
    return events.some(({ data }) => data.name === "untold" && data.state === "finished") ? events : undefined;
  }, "the events to be there");
  const last = before.at(-1)!.id;

  const { queue: again } = await broughtBack(queue);
  // Rows that come back are no news.
  const events = await readEvents(again, undefined, 1000);
  expect(events.map(({ type, data }) => [type, data])).toEqual(before.map(({ type, data }) => [type, data]));
  const messages = async () =>
    (await again.sql`select message #>> '{told,job,name}' as name from delivery order by id`).map(({ name }) => name);
  expect(await messages()).toEqual(["told"]);
  while ((await tellEvents(again, 0)) > 0);
  expect(await messages()).toEqual(["told", "untold"]);
  for (const id of [told, last, "0-0"]) expect([id, await hasGap(again, id)]).toEqual([id, true]);
  expect(await hasGap(again, await latestEvent(again))).toBe(false);
  // Also long after, when as many transactions have been as the old database had.
  const [, number] = last.split("-");
  expect(await hasGap(again, `${(await latestEvent(again)).split("-")[0]}-${number}`)).toBe(true);
  await submitted(again, { name: "new" });
  const news = await until(async () => {
    const since = await readEvents(again, events.at(-1)!.id, 10);
    return since.length > 0 ? since : undefined;
  }, "the news to be there");
  expect(news.map(({ data }) => data.name)).toEqual(["new"]);
});

test("a database that is used is refused, and a backup that fails half-way leaves nothing", async () => {
  const queue = await newFarm();
  await submitted(queue, { frames: "1-5" });
  await expect(restore(queue.route, readPlain(backup(queue.route)), { past: true })).rejects.toThrow(/not empty/);

  const url = await newDatabase(await testServer());
  const route = new Route(serverAt({ url }));
  const broken = async function* () {
    for await (const piece of readPlain(backup(queue.route)))
      yield piece.kind === "rows" ? { ...piece, bytes: Buffer.from("no number\n") } : piece;
  };
  await expect(restore(route, broken(), { past: true })).rejects.toThrow(/invalid input|missing data/);
  const cut = async function* () {
    for await (const piece of readPlain(backup(queue.route))) {
      if (piece.kind === "tableEnd") throw new Error("cut off");
      yield piece;
    }
  };
  await expect(restore(route, cut(), { past: true })).rejects.toThrow("cut off");
  const sql = route.open({ max: 1 });
  expect(await sql`select relname from pg_class where relnamespace = 'public'::regnamespace`).toEqual([] as never);
  await sql.end();
  await restore(route, readPlain(backup(queue.route)), { past: true });
});

test("a backup of an earlier release comes back in the form of this one", async () => {
  const old = new Route(serverAt({ url: await newDatabase(await testServer()) }));
  const sql = old.open({ max: 1 });
  const steps = knownMigrations();
  // What release 0.1 had.
  await sql.begin(async (tx) => {
    for (const step of steps.slice(0, 8)) await migrateBy(tx, step);
    await tx`insert into farm (id, token) values (1, 'secret')`;
    await tx`
      insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
      values ('old', '', 'Default', 500, '["true"]', '{}', 'old', '[{"first":1,"last":3,"step":1}]', 1, 'forward', 4, 3, 'strict', false, 3, '{[0,3)}')`;
  });
  await sql.end();
  const url = await newDatabase(await testServer());
  const { rows, token } = await restore(new Route(serverAt({ url })), readPlain(backup(old)), { past: true });
  expect([rows.job, token]).toEqual([1, "secret"]);
  const queue = await openQueue({ url });
  open.push(queue);
  expect([...(await queue.sql`select name, submission, state from job`)]).toEqual([
    { name: "old", submission: null, state: "waiting" },
  ]);
  const [applied] = await queue.sql`select count(*)::int as steps from drizzle.__drizzle_migrations`;
  expect(applied!.steps).toBe(steps.length);
});

test("tables that a newer release has changed are not written down by an older one", async () => {
  const queue = await newFarm();
  await queue.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('new', 9999999999999)`;
  await expect(backup(queue.route).next()).rejects.toThrow(/a release newer than .* has changed the database/);
});

test("a backup that nobody reads on ends, and leaves no connection", async () => {
  const queue = await newFarm();
  await queue.sql`insert into run (job, task, attempt, slave, message) select 1, at, 1, 1, repeat('x', 300) from generate_series(1, 100000) as at`;
  const pieces = pack(backup(queue.route));
  await pieces.next();
  await pieces.return(undefined);
  const [left] = await queue.sql`
    select count(*)::int as sessions from pg_stat_activity where datname = current_database() and application_name = 'drqueue backup'`;
  expect(left!.sessions).toBe(0);
});

test("a farm goes on while it is backed up, and the backup is of one moment", async () => {
  const queue = await newFarm();
  await submitted(queue, { name: "before" });
  const pieces = backup(queue.route);
  const read = [(await pieces.next()).value!];
  await submitted(queue, { name: "after" });
  for await (const piece of pieces) read.push(piece);
  const url = await newDatabase(await testServer());
  const packed = await Array.fromAsync(pack(each(read)));
  const stream = new Blob(packed as BlobPart[]).stream();
  const { rows } = await restore(new Route(serverAt({ url })), readBackup(stream), { past: true });
  expect(rows.job).toBe(1);
});
