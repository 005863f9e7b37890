// The map of a job: the state of all its tasks at once.
import { expect, test } from "bun:test";
import { finish } from "../../lib/queue/control";
import { readMap } from "../../lib/queue/read-map";
import { JobMap } from "../../lib/views";
import { ended, handOut, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

test("the map has every task in its set, as the protocol says it, and what keeps those that wait", async () => {
  const first = await submitted(queue);
  const job = await submitted(queue, {
    frames: "1-9x2,20",
    block: 2,
    order: "reverse",
    after: [{ job: first, until: "finished" }],
  });
  const map = await readMap(queue, job);
  expect(JobMap.parse(map)).toEqual(map);
  expect(map).toEqual({
    frames: "1-9x2,20",
    order: "reverse",
    block: 2,
    tasks: 3,
    waiting: "{[0,3)}",
    running: "{}",
    finished: "{}",
    failed: "{}",
    held: "{[0,3)}",
    resting: "{}",
  });
  // What a person calls finished is held no more.
  await finish(queue, job, "20");
  expect(await readMap(queue, job)).toMatchObject({ waiting: "{[1,3)}", held: "{[1,3)}", finished: "{[0,1)}" });
});

test("the map tells what ran, and what rests until it is tried again", async () => {
  const job = await submitted(queue, { frames: "1-4", retryDelayMs: 60_000 });
  const [one, two, three] = await handOut(queue, slave(1, 3));
  await tell(queue, ended(one!), ended(two!, 1));
  expect(three).toBeDefined();
  expect(await readMap(queue, job)).toMatchObject({
    waiting: "{[1,2),[3,4)}",
    running: "{[2,3)}",
    finished: "{[0,1)}",
    failed: "{}",
    held: "{}",
    resting: "{[1,2)}",
  });
});

test("there is no map of a job that there is not", async () => {
  await expect(readMap(queue, 999)).rejects.toMatchObject({ kind: "unknown", message: "there is no job 999" });
});
