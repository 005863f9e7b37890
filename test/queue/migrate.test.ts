// Tables are brought up to date while others work on them, and not when they are a newer release's.
import { expect, test } from "bun:test";
import postgres from "postgres";
import { Route } from "../../lib/queue/connect";
import { agreeOnToken } from "../../lib/queue/farm";
import { bringUpToDate } from "../../lib/queue/migrate";
import { openQueue } from "../../lib/queue/open";
import { serverAt } from "../../lib/queue/place";
import { protocolVersion } from "../../lib/sync";
import { until } from "../farm";
import { newDatabase, testServer } from "../postgres";
import { newQueue } from "./stage";

test("a database that newer masters use is refused in words, and left as it is", async () => {
  const stage = await newQueue();
  await agreeOnToken(stage.queue, "token");
  await stage.queue.sql`update farm set oldest_protocol = ${protocolVersion + 1}`;
  await stage[Symbol.asyncDispose]();
  await expect(openQueue({ url: stage.url })).rejects.toThrow(
    `it is used by a newer DrQueue (protocol ${protocolVersion + 1}, this one speaks ${protocolVersion}): start the newer release`,
  );
});

test("a table that is in use is changed when it is free, and who uses it is not held up for long", async () => {
  const url = await newDatabase(await testServer());
  const sql = postgres(url, { max: 3, onnotice: () => {} });
  const route = new Route(serverAt({ url }));
  await bringUpToDate(route);
  // As of the release before the last step.
  const [last] = await sql`select max(id) as id from drizzle.__drizzle_migrations`;
  await sql`delete from drizzle.__drizzle_migrations where id = ${last!.id}`;
  await sql`drop table master`;
  await sql`alter table farm drop column oldest_protocol`;
  await sql`alter table job drop column submission`;
  await sql`alter table slave drop column instance, drop column home, drop column stuck`;
  // A master of that release in the middle of something long.
  const held = Promise.withResolvers<void>();
  const busy = Promise.withResolvers<void>();
  const long = sql.begin(async (tx) => {
    await tx`lock table slave in row exclusive mode`;
    busy.resolve();
    await held.promise;
  });
  await busy.promise;
  let done = false;
  const migrating = bringUpToDate(route, { lockMs: 100, restMs: 100, allMs: 20_000 }).then(() => {
    done = true;
  });
  const waits = async () =>
    (
      await sql`select 1 from pg_locks where database = (select oid from pg_database where datname = current_database()) and not granted`
    ).length > 0;
  // Others wait behind it, then go on, again and again.
  for (let times = 0; times < 2; times++) {
    await until(async () => (await waits()) || undefined, "the change to wait");
    await sql`select count(*) from slave`;
    await until(async () => !(await waits()) || undefined, "it to step back");
  }
  expect(done).toBe(false);
  held.resolve();
  await Promise.all([long, migrating]);
  expect(await sql`select submission from job`).toHaveLength(0);
  await sql.end();
});

test("a table that is in use all the time is told after a while, in words", async () => {
  const url = await newDatabase(await testServer());
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const held = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const other = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4877101)`;
    locked.resolve();
    await held.promise;
  });
  await locked.promise;
  const route = new Route(serverAt({ url }));
  await expect(bringUpToDate(route, { lockMs: 50, restMs: 10, allMs: 200 })).rejects.toThrow(
    /in use all the time: end long transactions on them, or stop the other masters/,
  );
  held.resolve();
  await other;
  await sql.end();
});
