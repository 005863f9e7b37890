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

test("tables that are in use are changed when they are free; until then it steps back again and again, and lets others go on", async () => {
  const url = await newDatabase(await testServer());
  const sql = postgres(url, { max: 3, onnotice: () => {} });
  const route = new Route(serverAt({ url }));
  await bringUpToDate(route);
  // A master in the middle of something long, which keeps others from a table that every step needs.
  const held = Promise.withResolvers<void>();
  const busy = Promise.withResolvers<void>();
  const long = sql.begin(async (tx) => {
    await tx`lock table drizzle.__drizzle_migrations in access exclusive mode`;
    busy.resolve();
    await held.promise;
  });
  await busy.promise;
  let done = false;
  const migrating = bringUpToDate(route, { lockMs: 200, restMs: 200, allMs: 20_000 }).then(() => {
    done = true;
  });
  const waits = async () => {
    const [row] = await sql`
      select count(*)::int as many from pg_locks
      where database = (select oid from pg_database where datname = current_database()) and not granted`;
    return row!.many > 0;
  };
  for (let times = 0; times < 2; times++) {
    await until(async () => (await waits()) || undefined, "the change to wait");
    await until(async () => !(await waits()) || undefined, "it to step back");
  }
  expect(done).toBe(false);
  held.resolve();
  await Promise.all([long, migrating]);
  expect(done).toBe(true);
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
