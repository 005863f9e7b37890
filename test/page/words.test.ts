// Numbers and times as the page writes them.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ago, counted, duration, grouped, memory } from "../../lib/page/words";

describe("a duration", () => {
  test.each([
    [-1, "0.0 s"],
    [0, "0.0 s"],
    [4.24, "4.2 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min"],
    [180, "3 min"],
    [3599, "1 h"],
    [7500, "2 h 5 min"],
    [86_400, "1 d"],
    [86_400 * 3 + 4 * 3600, "3 d 4 h"],
  ])("of %d s is %s", (seconds, words) => expect(duration(seconds)).toBe(words));

  test("is short, and says no larger unit's worth of a smaller one", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (seconds) => {
        const words = duration(seconds);
        expect(words).toMatch(
          /^(\d\.\d s|[1-5]?\d s|[1-5]?\d min|(1?\d|2[0-3]) h( [1-5]?\d min)?|\d+ d( (1?\d|2[0-3]) h)?)$/,
        );
      }),
    );
  });
});

test("how long ago something was is never below nothing", () => {
  expect(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:03:00Z"))).toBe("3 min ago");
  expect(ago("2026-01-01T00:00:01Z", Date.parse("2026-01-01T00:00:00Z"))).toBe("0.0 s ago");
});

test("numbers have their thousands apart, and one is not several", () => {
  expect(grouped(1_234_567)).toBe("1,234,567");
  expect([counted(1, "job"), counted(0, "job"), counted(1500, "slave")]).toEqual(["1 job", "0 jobs", "1,500 slaves"]);
  expect(counted(2, "match", "matches")).toBe("2 matches");
});

test("memory is MB, then GB", () => {
  expect([memory(800), memory(1024), memory(1536), memory(65_536)]).toEqual(["800 MB", "1.0 GB", "1.5 GB", "64 GB"]);
});
