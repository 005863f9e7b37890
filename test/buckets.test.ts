// Times become buckets that a person can read: none too fine, none too coarse, none lost.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bucketsOf, mostBuckets } from "../lib/buckets";

const anyTimes = fc
  .tuple(fc.nat(200_000_000), fc.constantFrom(1, 20, 5000, 600_000, 90_000_000))
  .chain(([from, spread]) => fc.array(fc.integer({ min: from, max: from + spread }), { minLength: 1, maxLength: 50 }));

test("every time is in exactly one bucket, the one that it belongs to", () => {
  fc.assert(
    fc.property(anyTimes, (times) => {
      for (const { from, to, runs } of bucketsOf(times))
        expect(runs).toBe(times.filter((time) => time / 1000 >= from && time / 1000 < to).length);
      expect(bucketsOf(times).reduce((sum, { runs }) => sum + runs, 0)).toBe(times.length);
    }),
  );
});

test("buckets follow each other without gaps, begin and end where there is something, and are at most forty", () => {
  fc.assert(
    fc.property(anyTimes, (times) => {
      const buckets = bucketsOf(times);
      expect(buckets.length).toBeLessThanOrEqual(mostBuckets);
      for (const [at, { from, to }] of buckets.entries()) {
        expect(to).toBeGreaterThan(from);
        if (at > 0) expect(from).toBe(buckets[at - 1]!.to);
      }
      expect(buckets[0]!.runs).toBeGreaterThan(0);
      expect(buckets.at(-1)!.runs).toBeGreaterThan(0);
    }),
  );
});

test("times that differ get twenty buckets or more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 1_000_000_000 }), fc.nat(1_000_000_000), (spread, least) => {
      fc.pre(spread >= (least + spread) / 25);
      // With both at the end of the usual, nothing is far out.
      expect(bucketsOf([least, least + spread, least + spread]).length).toBeGreaterThanOrEqual(mostBuckets / 2);
    }),
  );
});

describe("widths are those that people reckon in", () => {
  test.each([
    [0, 4000, 0.2],
    [20_000, 95_000, 2],
    [60_000, 3_600_000, 120],
    [0, 100 * 3_600_000, 4 * 3600],
  ])("from %i to %i ms", (least, most, width) => {
    const [first] = bucketsOf([least, most, most]);
    expect(first!.to - first!.from).toBeCloseTo(width, 6);
  });
});

test("one frame that takes a hundred times as long leaves the others apart from each other", () => {
  const times = [...Array.from({ length: 99 }, (_, at) => 10_000 + at * 100), 2_000_000];
  const buckets = bucketsOf(times);
  expect(buckets.filter(({ runs }) => runs > 0).length).toBeGreaterThan(10);
  expect(buckets.at(-1)).toMatchObject({ runs: 1 });
});

test("without times there are no buckets", () => {
  expect(bucketsOf([])).toEqual([]);
});
