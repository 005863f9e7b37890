// In which order the blocks of a job are handed out.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  allBlocks,
  blockOfTask,
  blocksOfTasks,
  firstReached,
  type Order,
  parseOrder,
  taskOfBlock,
  tasksOfBlocks,
} from "../lib/order";

const orders: Order[] = ["forward", "reverse", "bisect", "coarse:1", "coarse:2", "coarse:3", "coarse:10", "coarse:999"];
const blocks = (order: Order, count: number) =>
  Array.from({ length: count }, (_, task) => blockOfTask(order, count, task));

/** The same order as a list, by looking at every block. */
function naive(order: Order, count: number): number[] {
  const all = Array.from({ length: count }, (_, block) => block);
  if (order === "forward") return all;
  if (order === "reverse") return all.reverse();
  if (order === "bisect") {
    if (count < 3) return all;
    const found = [0, count - 1];
    let gaps: [number, number][] = [[0, count - 1]];
    while (gaps.length > 0) {
      gaps = gaps.flatMap(([low, high]): [number, number][] => {
        if (high - low < 2) return [];
        const middle = Math.floor((low + high) / 2);
        found.push(middle);
        return [
          [low, middle],
          [middle, high],
        ];
      });
    }
    return found;
  }
  const every = Number(order.slice(7));
  return [...all.filter((block) => block % every === 0), ...all.filter((block) => block % every !== 0)];
}

describe("an order shows its purpose", () => {
  test("forward renders as written, reverse from the end", () => {
    expect(blocks("forward", 5)).toEqual([0, 1, 2, 3, 4]);
    expect(blocks("reverse", 5)).toEqual([4, 3, 2, 1, 0]);
  });

  test("coarse:N renders every Nth first, then the rest", () => {
    expect(blocks("coarse:4", 10)).toEqual([0, 4, 8, 1, 2, 3, 5, 6, 7, 9]);
    expect(blocks("coarse:1", 3)).toEqual([0, 1, 2]);
    expect(blocks("coarse:100", 4)).toEqual([0, 1, 2, 3]);
  });

  test("bisect renders first, last, middle, quarters, ...", () => {
    expect(blocks("bisect", 9)).toEqual([0, 8, 4, 2, 6, 1, 3, 5, 7]);
    expect(blocks("bisect", 1)).toEqual([0]);
    expect(blocks("bisect", 2)).toEqual([0, 1]);
  });

  test("bisect cuts the widest gap first: no gap is ever wider than two others", () => {
    const count = 300;
    const done: number[] = [];
    for (const block of blocks("bisect", count)) {
      done.push(block);
      if (done.length < 3) continue;
      const sorted = [...done].sort((a, b) => a - b);
      const gaps = sorted.slice(1).map((to, i) => to - sorted[i]!);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.min(...gaps) + 2);
    }
  });
});

describe("an order is written by a person", () => {
  test("the four orders are read", () => {
    for (const text of ["forward", "reverse", "bisect", "coarse:10", "coarse:999999999"]) {
      expect(parseOrder(text)).toBe(text as Order);
    }
  });

  for (const text of [
    "",
    "Forward",
    "coarse",
    "coarse:",
    "coarse:0",
    "coarse:-1",
    "coarse:1.5",
    "coarse:1e3",
    "coarse:1000000000",
    "bisect ",
    "forward\n",
    "coarse:٣",
  ]) {
    test(`${JSON.stringify(text)} is refused with what there is`, () => {
      expect(() => parseOrder(text)).toThrow(/forward, reverse, bisect, or coarse:N/);
    });
  }
});

describe("every order hands out every block once", () => {
  for (const order of orders) {
    test(`${order}, for 0 to 500 blocks`, () => {
      for (let count = 0; count <= 500; count++) {
        const expected = naive(order, count);
        const found = blocks(order, count);
        // One comparison a count: a quarter of a million calls of expect would be most of this test's time.
        if (found.join() !== expected.join()) expect({ count, found }).toEqual({ count, found: expected });
        const all = allBlocks(order, count).join();
        if (all !== expected.join()) expect({ count, all }).toEqual({ count, all: expected.join() });
        const back = found.map((block) => taskOfBlock(order, count, block));
        if (back.some((at, task) => at !== task)) expect({ count, back }).toEqual({ count, back: [...back.keys()] });
      }
      expect(naive(order, 500).toSorted((a, b) => a - b)).toEqual([...Array(500).keys()]);
    });

    test(`${order}, for a billion blocks, wherever one looks`, () => {
      const many = fc.integer({ min: 999_999_000, max: 1_000_000_000 });
      fc.assert(
        fc.property(many, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (count, part) => {
          const task = Math.floor(part * count);
          const block = blockOfTask(order, count, task);
          expect(block).toBeWithin(0, count);
          expect(taskOfBlock(order, count, block)).toBe(task);
          expect(blockOfTask(order, count, taskOfBlock(order, count, task))).toBe(task);
        }),
        { numRuns: 50 },
      );
    });

    test(`${order} has no task and no block outside`, () => {
      for (const count of [0, 1, 2, 3, 10, 1_000_000_000]) {
        for (const outside of [-1, count, count + 1, Number.NaN]) {
          expect(() => blockOfTask(order, count, outside)).toThrow(RangeError);
          expect(() => taskOfBlock(order, count, outside)).toThrow(RangeError);
        }
      }
    });
  }
});

describe("the tasks of a stretch of blocks", () => {
  const stretch = fc
    .tuple(
      fc.constantFrom(...orders),
      fc.nat(200),
      fc.integer({ min: -5, max: 205 }),
      fc.integer({ min: -5, max: 205 }),
    )
    .map(([order, count, a, b]) => ({ order, count, first: a, end: b }));

  test("are those of its blocks, each once", () => {
    fc.assert(
      fc.property(stretch, ({ order, count, first, end }) => {
        const found = tasksOfBlocks(order, count, first, end).flatMap(([from, to]) =>
          Array.from({ length: to - from }, (_, i) => from + i),
        );
        const expected = naive(order, count).flatMap((block, task) => (block >= first && block < end ? [task] : []));
        expect(found.toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("are a few ranges, however many blocks there are", () => {
    for (const order of orders) {
      const ranges = tasksOfBlocks(order, 1_000_000_000, 250_000_000, 750_000_000);
      expect(ranges.length).toBeLessThanOrEqual(31);
      expect(ranges.reduce((sum, [from, to]) => sum + to - from, 0)).toBe(500_000_000);
    }
  });
});

describe("the blocks of a stretch of tasks", () => {
  test("are those of its tasks, each once", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...orders),
        fc.nat(200),
        fc.integer({ min: -5, max: 205 }),
        fc.integer({ min: -5, max: 205 }),
        (order, count, from, to) => {
          const found = blocksOfTasks(order, count, from, to).flatMap(([first, end]) =>
            Array.from({ length: end - first }, (_, i) => first + i),
          );
          const expected = naive(order, count).slice(Math.max(0, from), Math.max(0, to));
          expect(found.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("of all tasks, or of any where blocks follow one another, are one range", () => {
    for (const order of orders) expect(blocksOfTasks(order, 1_000_000_000, 0, 1_000_000_000)).toHaveLength(1);
    expect(blocksOfTasks("reverse", 1_000_000_000, 1, 5)).toEqual([[999_999_995, 999_999_999]]);
    expect(blocksOfTasks("coarse:1000", 1_000_000, 1000, 1_000_000)).toHaveLength(1000);
  });
});

test("firstReached finds the place by halves", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: -5, max: 105 }), (from, length, place) => {
      const to = from + length;
      expect(firstReached(from, to, (task) => task >= place)).toBe(Math.max(from, Math.min(place, to)));
    }),
  );
});
