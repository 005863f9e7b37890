// Transactions that Postgres undoes since others are in their way are carried out again, whole.
import { expect, test } from "bun:test";
import { transact } from "../../lib/queue/transact";
import { stagedQueue } from "./stage";

const queue = await stagedQueue();
const total = async (name: string) =>
  Number((await queue.sql`select sum(total)::int as all from licence where name like ${name}`)[0]!.all);

test("two transactions that lock the same rows in opposite order are both done in the end, each once", async () => {
  await queue.sql`insert into licence (name, total) values ('a', 0), ('b', 0)`;
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let tries = 0;
  const add = (own: number, first: string, second: string) =>
    transact(queue, async (tx) => {
      tries++;
      await tx`update licence set total = total + 1 where name = ${first}`;
      both[own]!.resolve();
      await both[1 - own]!.promise;
      await tx`update licence set total = total + 1 where name = ${second}`;
    });
  await Promise.all([add(0, "a", "b"), add(1, "b", "a")]);
  expect(await total("_")).toBe(4);
  expect(tries).toBeGreaterThan(2);
});

test("a serialization failure is tried again, a few times", async () => {
  const failure = (times: number) => {
    let tries = 0;
    return transact(queue, async (tx) => {
      await tx`insert into licence (name, total) values ('try' || ${++tries}::int, 1)`;
      if (tries <= times) await tx`do $$ begin raise exception 'in the way' using errcode = '40001'; end $$`;
      return tries;
    });
  };
  expect(await failure(3)).toBe(4);
  // What a try did that was undone is not there.
  expect((await queue.sql`select name from licence`).map(({ name }) => name)).toEqual(["try4"]);
  await queue.sql`delete from licence`;
  await expect(failure(99)).rejects.toThrow("in the way");
});

test("any other error is the caller's at once, with nothing done", async () => {
  let tries = 0;
  const refused = transact(queue, async (tx) => {
    tries++;
    await tx`insert into licence (name, total) values ('x', 1)`;
    throw new Error("no");
  });
  await expect(refused).rejects.toThrow("no");
  expect([tries, await total("x")]).toEqual([1, 0]);
});
