// Who is called lost, and who is not yet.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type House, keepHouse } from "../../lib/master/housekeeping";
import type { Queue } from "../../lib/queue/open";
import { until } from "../farm";
import { met, newQueue } from "../queue/stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());

const leaseMs = 800;
const stateOf = async (id: number) => (await queue.sql`select state from slave where id = ${id}`)[0]?.state;
const still = { writeBeats: async () => {}, findUnheard: async () => {}, moved: new Set<number>() };
const heardNow = (id: number) => queue.sql`update slave set seen_at = now() where id = ${id}`;
const isLost = (id: number) =>
  until(async () => (await stateOf(id)) === "lost" || undefined, "the silent slave to be lost");

/** A house whose lock a test gives and takes. */
function house(more: Partial<House> = {}) {
  const lock = {
    keepsHouse: true,
    letGo() {},
    async houseTime() {
      if (!this.keepsHouse) return undefined;
      return (await queue.sql`select extract(epoch from clock_timestamp())::float8 * 1000 as at`)[0]!.at as number;
    },
  };
  const kept = keepHouse({ queue, dispatcher: still, pulse: lock, leaseMs, tidy: async () => {}, ...more });
  return { lock, [Symbol.asyncDispose]: () => kept.stop() };
}

test("a master that stood still gives its slaves a lease's time to call again, and no longer", async () => {
  const id = await met(queue, "s1");
  await using _ = house();
  // Past the patience of the start.
  for (let left = leaseMs * 1.5; left > 0; left -= 100) {
    await heardNow(id);
    await Bun.sleep(100);
  }
  Bun.sleepSync(leaseMs * 2);
  await Bun.sleep(leaseMs / 2);
  expect(await stateOf(id)).toBe("online");
  await isLost(id);
});

test("a master that does not keep house calls nobody lost; when it begins to, slaves have a lease's time", async () => {
  const id = await met(queue, "s2");
  let kept = 0;
  await using ours = house({
    tidy: async (forAll) => {
      if (forAll) kept++;
    },
  });
  ours.lock.keepsHouse = false;
  await Bun.sleep(leaseMs * 2);
  expect(await stateOf(id)).toBe("online");
  const before = kept;
  ours.lock.keepsHouse = true;
  await until(async () => kept > before || undefined, "it to keep house");
  expect(await stateOf(id)).toBe("online");
  await isLost(id);
});

test("a database that was away gives slaves a lease's time, since nobody could write that they called", async () => {
  const id = await met(queue, "s3");
  let away = false;
  let calls = true;
  let tries = 0;
  await using _ = house({
    dispatcher: {
      ...still,
      writeBeats: async () => {
        tries++;
        if (away) throw new Error("away");
        if (calls) await heardNow(id);
      },
    },
  });
  await until(async () => tries > 6 || undefined, "the first patience to be over");
  away = true;
  calls = false;
  const before = tries;
  await until(async () => tries > before + 6 || undefined, "a lease without the database");
  away = false;
  await until(async () => tries > before + 8 || undefined, "it to be back");
  expect(await stateOf(id)).toBe("online");
  await isLost(id);
});

test("a tidying step that fails again and again keeps no slave from being found lost, and is taken again", async () => {
  const id = await met(queue, "s4");
  let tries = 0;
  await using _ = house({
    leaseMs: 200,
    tidy: async () => {
      tries++;
      throw new Error("disk full");
    },
  });
  await isLost(id);
  await until(async () => tries > 1 || undefined, "another try");
});
