// Which jobs are selected follows what a person does, in any order.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { allOrNone, howMany, moved, nothing, only, rowOf, toggled, without } from "../../../lib/page/jobs/selection";

const list = [50, 40, 30, 20, 10];
const selected = (selection: typeof nothing) => [...selection.selected].sort((a, b) => b - a);

test("with Shift a stretch is selected from where it began, and shrinks again on the way back", () => {
  let now = moved(list, nothing, 1, false);
  expect([rowOf(list, now), selected(now)]).toEqual([1, []]);
  now = moved(list, now, 3, true);
  expect(selected(now)).toEqual([40, 30, 20]);
  now = moved(list, now, 2, true);
  expect(selected(now)).toEqual([40, 30]);
  now = moved(list, now, 0, true);
  expect(selected(now)).toEqual([50, 40]);
});

test("one by one, alone, all and none", () => {
  let now = toggled(toggled(only(30), 10), 30);
  expect(selected(now)).toEqual([10]);
  now = allOrNone(list, now);
  expect(howMany(list, now)).toBe(5);
  expect(selected(allOrNone(list, now))).toEqual([]);
  expect(selected(without(now, [10, 99]))).toEqual([50, 40, 30, 20]);
});

test("jobs that come and go above change neither where one is nor where the stretch began", () => {
  const now = moved(list, only(30), 3, true);
  const later = [70, 60, ...list];
  expect(rowOf(later, now)).toBe(5);
  expect(selected(moved(later, now, 6, true))).toEqual([30, 20, 10]);
  expect(selected(moved([50, 40, 20, 10], now, 3, true))).toEqual([20, 10]);
});

test("whatever is pressed, one stays in the list, and only its jobs are selected", () => {
  const step = fc.record({ row: fc.integer({ min: -3, max: 9 }), shift: fc.boolean(), tick: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let now = nothing;
      for (const { row, shift, tick } of steps) {
        now = tick ? toggled(now, list[Math.abs(row) % 5]!) : moved(list, now, row, shift);
        expect(rowOf(list, now)).toBe(list.indexOf(now.at!));
        expect(howMany(list, now)).toBe(now.selected.size);
      }
    }),
  );
  expect(moved([], nothing, 0, true)).toEqual(nothing);
});
