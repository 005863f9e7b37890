// The masters of one database: each says that it is there, and one that it keeps house.
import { expect, test } from "bun:test";
import { announce, forgetMasters, listMasters, withdraw } from "../../lib/queue/masters";
import { stagedQueue } from "./stage";

const queue = await stagedQueue();

let port = 1234;
const self = (more: Partial<Parameters<typeof announce>[1]> = {}) => ({
  id: crypto.randomUUID(),
  address: "farm1",
  port: port++,
  software: "1.0",
  keepsHouse: false,
  ...more,
});
const unseenFor = (id: string, time: string) =>
  queue.sql`update master set seen_at = now() - ${time}::interval, started_at = now() - ${time}::interval where id = ${id}`;

test("a master is listed from its first word on until it takes its leave", async () => {
  const [first, second] = [self(), self({ address: "farm2", port: 1 })];
  await announce(queue, first);
  await announce(queue, second);
  const listed = await listMasters(queue);
  expect(listed).toMatchObject([first, second]);
  expect(Date.now() - Date.parse(listed[0]!.seenAt)).toBeLessThan(60_000);
  await withdraw(queue, first.id);
  expect(await listMasters(queue)).toMatchObject([second]);
});

test("what a master says again is seen now, and was started then", async () => {
  const one = self();
  await announce(queue, one);
  await unseenFor(one.id, "10 minutes");
  await announce(queue, { ...one, port: 2 });
  const [listed] = await listMasters(queue);
  expect(listed!.port).toBe(2);
  expect(Date.parse(listed!.seenAt) - Date.parse(listed!.startedAt)).toBeGreaterThan(500_000);
});

test("a master that was killed and started again is listed once", async () => {
  const killed = self({ address: "farm3" });
  await announce(queue, killed);
  const again = self({ address: "farm3", port: killed.port });
  await announce(queue, again);
  expect((await listMasters(queue)).filter(({ address }) => address === "farm3")).toMatchObject([again]);
});

test("of two masters that say they keep house the last one does", async () => {
  const [first, second] = [self({ keepsHouse: true }), self({ keepsHouse: true })];
  await announce(queue, first);
  await announce(queue, second);
  expect((await listMasters(queue)).map(({ keepsHouse }) => keepsHouse)).toEqual([false, true]);
});

test("a master that stopped without a word is listed for an hour", async () => {
  const [early, late] = [self(), self()];
  for (const one of [early, late]) await announce(queue, one);
  await unseenFor(early.id, "61 minutes");
  await unseenFor(late.id, "59 minutes");
  await forgetMasters(queue);
  expect((await listMasters(queue)).map(({ id }) => id)).toEqual([late.id]);
});
