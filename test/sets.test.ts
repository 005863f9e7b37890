// Sets of tasks, against the sets that JavaScript has.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  common,
  eachTask,
  evenly,
  formatSet,
  holds,
  parseSet,
  setOf,
  setOfTasks,
  sizeOf,
  type TaskSet,
  without,
} from "../lib/sets";

const tasks = fc.array(fc.nat(40), { maxLength: 40 });
const rising = (found: Iterable<number>) => [...new Set(found)].sort((a, b) => a - b);

/** Rising, none empty, none touching the next: the one shape a set has, the same as Postgres's. */
function expectTidy(set: TaskSet): void {
  for (const [i, [from, to]] of set.entries()) {
    expect(to).toBeGreaterThan(from);
    if (i > 0) expect(from).toBeGreaterThan(set[i - 1]![1]);
  }
}

test("ranges in any order become rising ranges that do not touch", () => {
  expect(
    setOf([
      [7, 9],
      [0, 3],
      [3, 5],
      [8, 12],
      [4, 4],
      [20, 15],
    ]),
  ).toEqual([
    [0, 5],
    [7, 12],
  ]);
  expect(setOfTasks([4, 2, 3, 2, 9])).toEqual([
    [2, 5],
    [9, 10],
  ]);
  expect(setOf([])).toEqual([]);
});

test("a set does not change the ranges it was made from", () => {
  const given: [number, number][] = [
    [3, 5],
    [0, 4],
  ];
  setOf(given);
  expect(given).toEqual([
    [3, 5],
    [0, 4],
  ]);
});

test("a billion tasks are two numbers", () => {
  const all = setOf([[0, 1_000_000_000]]);
  expect(sizeOf(all)).toBe(1_000_000_000);
  expect(holds(all, 999_999_999)).toBe(true);
  expect(without(all, [[5, 999_999_999]])).toEqual([
    [0, 5],
    [999_999_999, 1_000_000_000],
  ]);
  expect(eachTask(all).next().value).toBe(0);
});

test("100,000 ranges against 100,000 others", () => {
  const even = setOfTasks(Array.from({ length: 100_000 }, (_, i) => 4 * i));
  const other = setOfTasks(Array.from({ length: 100_000 }, (_, i) => 6 * i));
  expect(sizeOf(common(even, other))).toBe(33_334);
  expect(sizeOf(without(even, other))).toBe(66_666);
  expect(without(even, [[0, 1_000_000]])).toEqual([]);
});

test("an even part of a set lies evenly in it, and is all of it where that is no more than asked for", () => {
  fc.assert(
    fc.property(tasks, fc.integer({ min: 1, max: 50 }), (given, most) => {
      const all = rising(given);
      const found = evenly(setOfTasks(given), most);
      expect(found.length).toBeLessThanOrEqual(most);
      if (all.length <= most) expect(found).toEqual(all);
      const places = found.map((task) => all.indexOf(task));
      for (const [at, place] of places.entries()) expect(place).toBe(at * Math.ceil(all.length / most));
    }),
  );
});

describe("a set of tasks is what a JavaScript set is", () => {
  const pair = fc.tuple(tasks, tasks);

  test("made from tasks, or from ranges that overlap", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(8)), { maxLength: 12 }), (starts) => {
        const ranges = starts.map(([from, length]): [number, number] => [from, from + length]);
        const set = setOf(ranges);
        expectTidy(set);
        expect([...eachTask(set)]).toEqual(
          rising(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))),
        );
      }),
    );
    fc.assert(
      fc.property(tasks, (found) => {
        const set = setOfTasks(found);
        expectTidy(set);
        expect([...eachTask(set)]).toEqual(rising(found));
      }),
    );
  });

  test("in its size and in what it holds", () => {
    fc.assert(
      fc.property(tasks, (found) => {
        const set = setOfTasks(found);
        const model = new Set(found);
        expect(sizeOf(set)).toBe(model.size);
        for (let task = -1; task <= 42; task++) expect(holds(set, task)).toBe(model.has(task));
      }),
    );
  });

  test("in what two have in common, and in one without the other", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [left, right] = [setOfTasks(a), setOfTasks(b)];
        const both = common(left, right);
        const rest = without(left, right);
        expectTidy(both);
        expectTidy(rest);
        expect([...eachTask(both)]).toEqual(rising(new Set(a).intersection(new Set(b))));
        expect([...eachTask(rest)]).toEqual(rising(new Set(a).difference(new Set(b))));
        expect(setOf([...both, ...rest])).toEqual(left);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the text of a set is Postgres's", () => {
  test("of an int4multirange", () => {
    expect(
      formatSet([
        [0, 5],
        [7, 9],
      ]),
    ).toBe("{[0,5),[7,9)}");
    expect(formatSet([])).toBe("{}");
    expect(parseSet("{[0,5),[7,9)}")).toEqual([
      [0, 5],
      [7, 9],
    ]);
    expect(parseSet("{}")).toEqual([]);
  });

  test("what is written is read as the same set", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_147_483_646)), (found) => {
        const set = setOfTasks(found);
        expect(parseSet(formatSet(set))).toEqual(set);
      }),
    );
  });
});
