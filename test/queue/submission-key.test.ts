// A submission that is sent again under its key is the one that there is.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { Batch } from "../../lib/batch";
import { openQueue } from "../../lib/queue/open";
import { remove } from "../../lib/queue/remove";
import { submit, submitAll } from "../../lib/queue/submit";
import { clear, newQueue, submission } from "./stage";

const stage = await newQueue();
const { queue } = stage;
const other = await openQueue({ url: stage.url });
afterAll(async () => {
  await other.close();
  await stage[Symbol.asyncDispose]();
});
beforeEach(() => clear(queue));

const one = (more: Parameters<typeof submission>[0] = {}) => submission(more);
const several = (...names: string[]) =>
  Batch.parse({ jobs: names.map((name) => ({ name, id: name, command: ["true"] })) }).jobs;
const names = async () => (await queue.sql`select name from job order by id`).map(({ name }) => name);

test("sent again it changes nothing and has the same number; under another key, or none, it is another job", async () => {
  const first = await submit(queue, one({ name: "a" }), "key");
  expect(await submit(queue, one({ name: "b", frames: "1-9" }), "key")).toBe(first);
  expect(await submit(queue, one({ name: "c" }), "another key")).not.toBe(first);
  expect(await submit(queue, one({ name: "d" }))).not.toBe(first);
  expect(await submit(queue, one({ name: "d" }))).not.toBe(first);
  expect(await names()).toEqual(["a", "c", "d", "d"]);
});

test("sent again it is known also when it would be refused by now", async () => {
  const needed = await submit(queue, one());
  const waits = one({ after: [{ job: needed, until: "ended" }] });
  const first = await submit(queue, waits, "key");
  await remove(queue, needed, "release");
  expect(await submit(queue, waits, "key")).toBe(first);
  await expect(submit(queue, waits, "another")).rejects.toThrow(`no job ${needed}`);
});

test("sent to two masters at the same moment it is stored once, also with all that takes a transaction", async () => {
  const needed = await submit(queue, one());
  for (const after of [[], [{ job: needed, until: "ended" as const }]])
    for (let round = 0; round < 10; round++) {
      const key = `${after.length}-${round}`;
      const numbers = await Promise.all(
        [queue, other, queue, other].map((at) => submit(at, one({ name: key, after }), key)),
      );
      expect(new Set(numbers).size).toBe(1);
    }
  expect(await queue.sql`select 1 from job`).toHaveLength(21);
});

test("a list of jobs that is sent again, or to two masters at once, is stored once, whole", async () => {
  const first = await submitAll(queue, several("a", "b", "c"), "key");
  expect(await submitAll(other, several("a", "b", "c"), "key")).toEqual(first);
  for (let round = 0; round < 10; round++) {
    const both = await Promise.all([queue, other].map((at) => submitAll(at, several("x", "y", "z"), `${round}`)));
    expect(both[0]).toEqual(both[1]!);
  }
  expect(await queue.sql`select 1 from job`).toHaveLength(33);
});

test("a list of which some jobs are deleted, or another list, is refused under the same key, and nothing is stored", async () => {
  const [first] = await submitAll(queue, several("a", "b"), "key");
  await expect(submitAll(queue, several("a", "b", "c"), "key")).rejects.toThrow(/use another key/);
  await remove(queue, first!);
  await expect(submitAll(queue, several("a", "b"), "key")).rejects.toThrow(/some are deleted: use another key/);
  expect(await names()).toEqual(["b"]);
});

test("a deleted job's key is free again", async () => {
  const first = await submit(queue, one(), "key");
  await remove(queue, first);
  expect(await submit(queue, one(), "key")).toBe(first + 1);
});
