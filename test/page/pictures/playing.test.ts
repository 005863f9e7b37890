// Which frame is shown next: finished ones only, in the job's order, round the end where it loops.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cellStates } from "../../../lib/page/job/cells";
import { finishedFrom, isFinished, nearestFinished, roomFor, upcoming } from "../../../lib/page/pictures/playing";

/** f: finished, anything else waits. */
const cellsOf = (text: string) =>
  Uint8Array.from(text, (sign) => cellStates.indexOf(sign === "f" ? "finished" : "waiting"));

describe("the next finished frame", () => {
  test.each([
    ["--f-f", 0, 1, false, 2],
    ["--f-f", 2, 1, false, 2],
    ["--f-f", 3, 1, false, 4],
    ["--f--", 3, 1, false, undefined],
    ["--f--", 3, 1, true, 2],
    ["--f-f", 5, 1, true, 2],
    ["--f-f", 3, -1, false, 2],
    ["--f-f", 1, -1, false, undefined],
    ["--f-f", -1, -1, true, 4],
    ["-----", 0, 1, true, undefined],
  ] as const)("of %s from %d by %d, looping %p, is %p", (text, at, by, loops, next) => {
    expect(finishedFrom(cellsOf(text), at, by, loops)).toBe(next);
  });

  test("is the nearest one where a person points at none", () => {
    expect(nearestFinished(cellsOf("f---f"), 1)).toBe(0);
    expect(nearestFinished(cellsOf("f---f"), 2)).toBe(4);
    expect(nearestFinished(cellsOf("---"), 1)).toBeUndefined();
  });
});

test("those to come are finished, each once, no more than wanted, and begin with what is shown", () => {
  const cells = fc.string({ unit: fc.constantFrom("f", "-"), minLength: 1, maxLength: 40 }).map(cellsOf);
  fc.assert(
    fc.property(cells, fc.nat(39), fc.integer({ min: 1, max: 20 }), fc.boolean(), (cells, seed, count, loops) => {
      const at = seed % cells.length;
      const places = upcoming(cells, at, count, loops);
      const finished = [...cells.keys()].filter((one) => isFinished(cells, one));
      const reachable = loops ? finished : finished.filter((one) => one >= at);
      expect(places.length).toBe(Math.min(count, reachable.length));
      expect(new Set(places).size).toBe(places.length);
      for (const place of places) expect(finished).toContain(place);
      if (isFinished(cells, at)) expect(places[0]).toBe(at);
    }),
  );
});

test("a player holds fewer of larger pictures", () => {
  expect(roomFor({ width: 160, height: 90 })).toBe(240);
  expect(roomFor({ width: 1920, height: 1080 })).toBe(32);
  expect(roomFor({ width: 16_000, height: 9000 })).toBe(6);
});
