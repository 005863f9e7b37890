import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { pointInTime } from "../../lib/cli/times";

const noon = new Date(2026, 10, 22, 12, 0, 0);

describe("a time", () => {
  test("of the day is the next time that the clock shows it", () => {
    expect(pointInTime("22:00", noon)).toEqual(new Date(2026, 10, 22, 22, 0));
    expect(pointInTime("7:30", noon)).toEqual(new Date(2026, 10, 23, 7, 30));
    expect(pointInTime("12:00", noon)).toEqual(new Date(2026, 10, 23, 12, 0));
  });

  test("with + in front is so long from now", () => {
    expect(pointInTime("+2h", noon)).toEqual(new Date(2026, 10, 22, 14, 0));
    expect(pointInTime("+1.5d", noon).getTime()).toBe(noon.getTime() + 36 * 3_600_000);
    expect(pointInTime("+90s", noon).getTime()).toBe(noon.getTime() + 90_000);
  });

  test("of a date is of the clock here unless it names its zone", () => {
    expect(pointInTime("2026-12-24", noon)).toEqual(new Date(2026, 11, 24));
    expect(pointInTime("2026-12-24 22:00", noon)).toEqual(new Date(2026, 11, 24, 22));
    expect(pointInTime("2026-12-24T22:00:30", noon)).toEqual(new Date(2026, 11, 24, 22, 0, 30));
    expect(pointInTime("2026-12-24T22:00+01:00", noon).toISOString()).toBe("2026-12-24T21:00:00.000Z");
    expect(pointInTime("2026-12-24T22:00Z", noon).toISOString()).toBe("2026-12-24T22:00:00.000Z");
  });

  test.each(["", "tomorrow", "22", "24:00", "7:60", "+2", "+h", "2026-13-01", "2026-02-30", "2026-12-24T25:00", "-2h"])(
    "%j is refused with an example",
    (text) => {
      expect(() => pointInTime(text, noon)).toThrow("write 22:00, +2h, 2026-12-24 or 2026-12-24T22:00");
    },
  );

  test("of the day lies within the next day and a bit, whenever one asks", () => {
    const asked = fc.date({ min: new Date(2020, 0, 1), max: new Date(2030, 0, 1), noInvalidDate: true });
    fc.assert(
      fc.property(asked, fc.nat({ max: 23 }), fc.nat({ max: 59 }), (now, hours, minutes) => {
        const point = pointInTime(`${hours}:${`${minutes}`.padStart(2, "0")}`, now);
        expect(point.getTime()).toBeGreaterThan(now.getTime());
        // A day in spring or autumn may be an hour longer.
        expect(point.getTime() - now.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
      }),
    );
  });
});
