// Owners and their shares.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { listen } from "../../lib/queue/open";
import { listOwners, setWeight } from "../../lib/queue/owners";
import { until } from "../farm";
import { clear, newQueue, submitted } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

test("owners of jobs that have not ended are listed with what runs of all their jobs, others are not", async () => {
  const { queue } = stage;
  for (const owner of ["ann", "ann", "bob"]) await submitted(queue, { owner, frames: "1-9" });
  const ended = await submitted(queue, { owner: "cleo" });
  await queue.sql`update job set waiting = '{}', finished = '{[0,1)}' where id = ${ended}`;
  await queue.sql`update job set waiting = '{[3,9)}', running = '{[0,3)}' where owner = 'ann'`;
  expect(await listOwners(queue)).toEqual([
    { name: "ann", weight: 1, running: 6 },
    { name: "bob", weight: 1, running: 0 },
  ]);
});

test("a weight is kept for owners without jobs too, and the usual one takes it back", async () => {
  const { queue } = stage;
  await submitted(queue, { owner: "ann" });
  expect(await setWeight(queue, "ann", 0.1)).toEqual({ name: "ann", weight: 0.1, running: 0 });
  expect(await setWeight(queue, "dee", 1000)).toEqual({ name: "dee", weight: 1000, running: 0 });
  expect(await listOwners(queue)).toEqual([
    { name: "ann", weight: 0.1, running: 0 },
    { name: "dee", weight: 1000, running: 0 },
  ]);
  expect(await setWeight(queue, "dee", 1)).toEqual({ name: "dee", weight: 1, running: 0 });
  expect(await setWeight(queue, "ann", 1)).toEqual({ name: "ann", weight: 1, running: 0 });
  expect(await listOwners(queue)).toEqual([{ name: "ann", weight: 1, running: 0 }]);
});

test("masters are woken by a new weight", async () => {
  let woken = 0;
  await listen(stage.queue, ({ work }) => {
    if (work) woken++;
  });
  await until(async () => woken > 0 || undefined, "the first wake");
  const before = woken;
  await setWeight(stage.queue, "ann", 2);
  await until(async () => woken > before || undefined, "a wake for the weight");
});
