// The numbers of long lists: the same jobs in the same order as their pages have.
import { beforeEach, expect, test } from "bun:test";
import { type JobNumbersFilter, jobSorts } from "../../lib/lists";
import { listJobs, listNumbers } from "../../lib/queue/read";
import { stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();
const total = 30;

beforeEach(async () => {
  for (let at = 0; at < total; at++)
    await submitted(queue, {
      name: ["beauty", "Beauty", "100%", "a,b"][at % 4]!,
      owner: ["", "ana", "bob"][at % 3]!,
      priority: [0, 500, 1_000_000][at % 3]!,
      pool: at % 2 ? "maya" : "Default,nuke",
      stopped: at % 5 === 0,
    });
});

test("a list has its numbers in the order of its pages, however it is sorted and filtered", async () => {
  const filters: Partial<JobNumbersFilter>[] = [
    {},
    { owner: "ana" },
    { state: ["stopped", "failed"] },
    { pool: "nuke", name: "b*y" },
  ];
  for (const given of filters)
    for (const sort of jobSorts.flatMap((name) => [name, `-${name}` as const])) {
      const filter = { ...given, sort };
      const { jobs } = await listJobs(queue, { ...filter, limit: 1000 });
      const numbers = jobs.map(({ id }) => id);
      expect(numbers.length).toBeGreaterThan(0);
      expect(await listNumbers(queue, filter)).toEqual({ jobs: numbers, total: numbers.length });
    }
});

test("newest first when nobody says how; a filter that fits none has none", async () => {
  expect((await listNumbers(queue, {})).jobs).toEqual(Array.from({ length: total }, (_, at) => total - at));
  expect(await listNumbers(queue, { kind: "blender" })).toEqual({ jobs: [], total: 0 });
});

test("of more jobs than are told at once the first ones are told, and how many there are", async () => {
  expect(await listNumbers(queue, { sort: "id" }, 4)).toEqual({ jobs: [1, 2, 3, 4], total });
  expect(await listNumbers(queue, { owner: "bob", sort: "-id" }, 4)).toEqual({ jobs: [30, 27, 24, 21], total: 10 });
});
