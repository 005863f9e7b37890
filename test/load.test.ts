// Load of other programs takes slots away.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { averageTasks, foreignSlots, freeSlots } from "../lib/load";

describe("slots that other programs take", () => {
  const cases: [load: number, limit: number | null, running: number, slots: number][] = [
    [0, 1, 0, 0],
    [3, 1, 0, 3],
    [3, 1, 2, 1],
    [3, 1, 5, 0],
    [3.4, 1, 1, 2],
    [3.5, 1, 1, 3],
    [4, 0.8, 0, 5],
    [16, 16, 1, 0],
    [100, null, 0, 0],
    [Number.NaN, 1, 0, 0],
  ];
  test.each(cases)("load %p at a limit of %p with %p tasks running: %p", (load, limit, running, slots) => {
    expect(foreignSlots(load, limit, running)).toBe(slots);
  });

  test("and those in use are not free; there are never fewer than none", () => {
    expect(freeSlots(8, 3, 2)).toBe(3);
    expect(freeSlots(8, 6, 2)).toBe(0);
    expect(freeSlots(2, 9, 2)).toBe(0);
  });
});

const load = fc.double({ min: 0, max: 1000, noNaN: true });
const small = fc.nat(64);

test("more load never frees a slot, and tasks of the farm are not taken for somebody else's", () => {
  fc.assert(
    fc.property(
      load,
      load,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      small,
      small,
      (a, b, limit, running, slots) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const free = (now: number) => freeSlots(slots, foreignSlots(now, limit, running), running);
        expect(free(more)).toBeLessThanOrEqual(free(less));
        expect(foreignSlots(running * limit, limit, running)).toBe(0);
      },
    ),
  );
});

test("tasks that have just ended fade out of the load as the load average forgets them", () => {
  expect(averageTasks(4, 0, 0)).toBe(4);
  expect(averageTasks(4, 0, 60_000)).toBeCloseTo(4 / Math.E);
  expect(averageTasks(0, 4, 600_000)).toBeCloseTo(4, 2);
  expect(averageTasks(averageTasks(4, 1, 20_000), 1, 40_000)).toBeCloseTo(averageTasks(4, 1, 60_000));
});
