// The rows of a long list are read as far as they are in sight, and again when something happened to them.
import { expect, test } from "bun:test";
import type { Job } from "../../../lib/client";
import { JobRows } from "../../../lib/page/jobs/rows";
import { until } from "../../farm";

const list = Array.from({ length: 100_000 }, (_, at) => 100_000 - at);
const job = (id: number, name = "") => ({ id, name }) as Job;

/** Rows of a farm in which every job is there but those whose number is divisible by 7; what was asked for is kept. */
function stage() {
  const asked: number[][] = [];
  const state = { name: "first", fails: false, errors: [] as unknown[] };
  const rows = new JobRows(
    async (jobs) => {
      asked.push(jobs);
      if (state.fails) throw new Error("no master answers");
      return jobs.filter((id) => id % 7 !== 0).map((id) => job(id, state.name));
    },
    (error) => {
      if (error !== undefined) state.errors.push(error);
    },
  );
  return { rows, asked, state, [Symbol.dispose]: () => rows.close() };
}
const known = (rows: JobRows, id: number) =>
  until(async () => (rows.get(id) === undefined ? undefined : true), `job ${id}`);

test("what is in sight is read with the rest of its pages, what flies past is not", async () => {
  using it = stage();
  for (let at = 0; at < 90_000; at += 1000) it.rows.see(list, at, at + 30);
  it.rows.see(list, 50_090, 50_120);
  await known(it.rows, list[50_120]!);
  expect(it.asked).toEqual([list.slice(50_000, 50_100), list.slice(50_100, 50_200)]);
  expect(it.rows.get(list[50_095]!)).toMatchObject({ id: list[50_095] });
  expect(it.rows.get(7 * 7130)).toBeNull();
  expect(it.rows.get(list[0]!)).toBeUndefined();
});

test("what happened to jobs in sight is read in one go, and nothing of the others until they come into sight", async () => {
  using it = stage();
  it.rows.see(list, 0, 20);
  await known(it.rows, list[20]!);
  it.asked.length = 0;
  it.state.name = "second";
  for (let round = 0; round < 100; round++) it.rows.touch([list[3]!, list[8]!, list[90]!, 17]);
  await until(async () => it.rows.get(list[8]!)?.name === "second" || undefined, "the second name");
  expect(it.asked).toEqual([[list[3]!, list[8]!]]);
  expect(it.rows.get(list[4]!)?.name).toBe("first");
  it.rows.see(list, 85, 95);
  await until(async () => it.rows.get(list[90]!)?.name === "second" || undefined, "the other one");
  expect(it.asked.slice(1)).toEqual([[list[90]!]]);
});

test("what cannot be read is told, and read when it can be; what is known stays", async () => {
  using it = stage();
  it.rows.see(list, 0, 10);
  await known(it.rows, list[10]!);
  it.state.fails = true;
  it.rows.touch();
  await until(async () => it.state.errors.length || undefined, "an error");
  expect(it.rows.get(list[1]!)?.name).toBe("first");
  Object.assign(it.state, { fails: false, name: "second" });
  await until(async () => it.rows.get(list[1]!)?.name === "second" || undefined, "the second name");
});

test("however far one scrolls, two thousand rows are kept", async () => {
  using it = stage();
  for (let at = 0; at < 2600; at += 100) {
    it.rows.see(list, at, at + 99);
    await known(it.rows, list[at + 99]!);
  }
  expect(list.filter((id) => it.rows.get(id) !== undefined)).toEqual(list.slice(600, 2600));
});
