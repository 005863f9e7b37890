// A database that does not answer is noticed, and found again; of several masters one keeps house.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { isAway } from "../../lib/master/translate";
import { type OpenQueue, openQueue } from "../../lib/queue/open";
import { Pulse, type Tempo } from "../../lib/queue/pulse";
import { until } from "../farm";
import { freeze, newDatabase, startPostgres, type TestServer } from "../postgres";

let server: TestServer;
let queue: OpenQueue;
beforeAll(async () => {
  server = await startPostgres();
  queue = await openQueue({ url: await newDatabase(server) });
});
afterAll(async () => {
  await queue?.close();
  await server?.stop();
});

const quick: Partial<Tempo> = { beat: 50, answer: 500, silence: 1000, retry: 50 };
function pulse(more: Partial<Tempo> = {}) {
  const changes: boolean[] = [];
  const felt: Pulse = new Pulse(queue, () => changes.push(felt.keepsHouse), { ...quick, ...more });
  return Object.assign(felt, { changes, [Symbol.asyncDispose]: () => felt.stop() });
}
const keeps = (one: Pulse) => until(async () => one.keepsHouse || undefined, "it to keep house");
const works = async () => (await queue.sql`select 1 as one`)[0]!.one === 1;
const failure = (query: () => Promise<unknown>) =>
  query().then(
    () => undefined,
    (error: Error) => error,
  );

test("of two masters one keeps house, and the other one when that has stopped", async () => {
  const first = pulse();
  await keeps(first);
  await using second = pulse();
  const at = await first.houseTime();
  expect(Math.abs(at! - Date.now())).toBeLessThan(60_000);
  expect(await second.houseTime()).toBeUndefined();
  await first.stop();
  await keeps(second);
  expect([first.changes, second.changes]).toEqual([[true, false], [true]]);
});

test("a master that says nothing for long, as one that is frozen, loses the house and knows it", async () => {
  await using silent = pulse({ beat: 60_000, silence: 300 });
  await keeps(silent);
  await using next = pulse();
  await keeps(next);
  expect(await silent.houseTime().catch(() => undefined)).toBeUndefined();
  expect(silent.keepsHouse).toBe(false);
});

test("a master that lets the house go leaves it to another one", async () => {
  await using first = pulse();
  await keeps(first);
  await using second = pulse();
  first.letGo();
  await keeps(second);
  expect(first.keepsHouse).toBe(false);
});

test("while the database is frozen what is asked and what was asked fails, and all is well when it goes on", async () => {
  await using felt = pulse();
  await keeps(felt);
  expect(await works()).toBe(true);
  const thaw = freeze(server);
  try {
    const waiting = failure(() => queue.sql`select 1`);
    await until(async () => !felt.keepsHouse || undefined, "it to be noticed");
    expect(isAway((await waiting)!)).toBe(true);
    expect(isAway((await failure(async () => queue.sql`select 1`))!)).toBe(true);
    // New connections are accepted by the system, and nobody speaks there.
    await Bun.sleep(1000);
    expect(isAway((await failure(async () => queue.sql`select 1`))!)).toBe(true);
  } finally {
    thaw();
  }
  await keeps(felt);
  expect(await works()).toBe(true);
});

test("a database that was restarted is found again", async () => {
  await using felt = pulse();
  await keeps(felt);
  await server.pause();
  await until(async () => (await failure(async () => queue.sql`select 1`)) ?? undefined, "a failure");
  await until(async () => !felt.keepsHouse || undefined, "the house to be lost");
  await server.resume();
  await keeps(felt);
  await until(async () => (await works().catch(() => false)) || undefined, "it to work again");
});

test("a transaction that was under way when the database froze is not half done", async () => {
  await using felt = pulse();
  await keeps(felt);
  await queue.sql`create table if not exists half (n int)`;
  let thaw = () => {};
  const error = await failure(() =>
    queue.sql.begin(async (tx) => {
      await tx`insert into half values (1)`;
      thaw = freeze(server);
      await tx`insert into half values (2)`;
    }),
  );
  thaw();
  expect(isAway(error!)).toBe(true);
  await keeps(felt);
  await until(async () => (await works().catch(() => false)) || undefined, "it to work again");
  expect(await queue.sql`select n from half`).toHaveLength(0);
});
