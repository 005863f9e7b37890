// Who is called lost, and who is not yet.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Dispatcher } from "../../lib/master/dispatch";
import { keepHouse } from "../../lib/master/housekeeping";
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
const still = { writeBeats: async () => {}, moved: new Set<number>() } as Dispatcher;
const heardNow = (id: number) => queue.sql`update slave set seen_at = now() where id = ${id}`;

test("a master that stood still gives its slaves a lease's time to call again, and no longer", async () => {
  const id = await met(queue, "s1");
  const house = keepHouse(queue, still, leaseMs, async () => {});
  try {
    // Past the patience of the start.
    for (let left = leaseMs * 1.5; left > 0; left -= 100) {
      await heardNow(id);
      await Bun.sleep(100);
    }
    Bun.sleepSync(leaseMs * 2);
    await Bun.sleep(leaseMs / 2);
    expect(await stateOf(id)).toBe("online");
    await until(async () => (await stateOf(id)) === "lost" || undefined, "the silent slave to be lost");
  } finally {
    await house.stop();
  }
});

test("a tidying step that fails again and again keeps no slave from being found lost, and is taken again", async () => {
  const id = await met(queue, "s2");
  let tries = 0;
  const house = keepHouse(queue, still, 200, async () => {
    tries++;
    throw new Error("disk full");
  });
  try {
    await until(async () => (await stateOf(id)) === "lost" || undefined, "the silent slave to be lost");
    await until(async () => tries > 1 || undefined, "another try");
  } finally {
    await house.stop();
  }
});
