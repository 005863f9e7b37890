// When a slave works, as a person writes it.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { HoursTextError, isOpen, nextChange, parseHours } from "../lib/hours";

const [sun, mon, tue, wed, thu, fri, sat] = [0, 1, 2, 3, 4, 5, 6] as const;
const at = (time: string) => {
  const [hour, minute] = time.split(":").map(Number);
  return hour! * 60 + minute!;
};
const open = (text: string, day: number, time: string) => isOpen(parseHours(text), day, at(time));
/** The hours of the week in which it works, as `day hour`. */
const openHours = (text: string) => {
  const hours = parseHours(text);
  return Array.from({ length: 168 }, (_, hour) => hour).filter((hour) =>
    isOpen(hours, Math.floor(hour / 24), (hour % 24) * 60),
  );
};
const days = (text: string) => [...new Set(openHours(text).map((hour) => Math.floor(hour / 24)))];

describe("hours", () => {
  test("at night and at weekends: times past midnight belong to the day they begin on", () => {
    const text = "mon-fri 19:00-08:00, sat-sun";
    const cases: [day: number, time: string, works: boolean][] = [
      [mon, "00:00", false],
      [mon, "07:59", false],
      [mon, "18:59", false],
      [mon, "19:00", true],
      [tue, "00:00", true],
      [tue, "07:59", true],
      [tue, "08:00", false],
      [fri, "23:59", true],
      [sat, "12:00", true],
      [sun, "23:59", true],
    ];
    for (const [day, time, works] of cases) expect([day, time, open(text, day, time)]).toEqual([day, time, works]);
  });

  test("go from Saturday's night into Sunday", () => {
    expect(open("sat 22:00-06:00", sun, "05:59")).toBe(true);
    expect(open("sat 22:00-06:00", sun, "06:00")).toBe(false);
    expect(open("sat 22:00-06:00", sat, "05:59")).toBe(false);
  });

  const meanings: [text: string, days: number[]][] = [
    ["wed", [wed]],
    ["fri-mon", [sun, mon, fri, sat]],
    ["sun-sat", [sun, mon, tue, wed, thu, fri, sat]],
    ["mon,wed,fri", [mon, wed, fri]],
    ["mon wed fri", [mon, wed, fri]],
    ["mon-tue,sat", [mon, tue, sat]],
    ["tue-tue", [tue]],
  ];
  for (const [text, wanted] of meanings)
    test(`'${text}' are whole days`, () => {
      expect(days(text)).toEqual(wanted);
      expect(openHours(text)).toHaveLength(wanted.length * 24);
    });

  test("a list of days shares its times, an entry has its own", () => {
    for (const list of [
      "mon,wed,fri 10:00-12:00",
      "mon wed fri 10:00-12:00",
      "mon 10:00-12:00,wed 10-12, fri 10:00-12:00",
    ])
      expect(openHours(list)).toEqual([34, 35, 82, 83, 130, 131]);
    expect(openHours("sun, mon 10:00-12:00")).toEqual([...Array(24).keys(), 34, 35]);
    expect(openHours("sun; mon 10:00-12:00")).toEqual([...Array(24).keys(), 34, 35]);
  });

  test("several times a day are an entry each, and may overlap", () => {
    expect(openHours("mon 6:00-8:00, mon 20:00-22:00")).toEqual([30, 31, 44, 45]);
    expect(openHours("mon 6:00-8:00, mon 7:00-9:00")).toEqual([30, 31, 32]);
  });

  test("may be written in any case, with blanks, with a dash from a text program, and up to 24:00", () => {
    const same = openHours("mon-fri 19:00-24:00");
    for (const text of ["MON-Fri 19:00-24:00", " mon - fri  19:00 - 0:00 ", "mon–fri 19:00–24:00", "mon-fri 19-24"])
      expect(openHours(text)).toEqual(same);
  });

  test("of no text are always", () => {
    for (const text of ["", "  "]) {
      expect(openHours(text)).toHaveLength(168);
      expect(nextChange(parseHours(text), wed, 0)).toBeUndefined();
    }
  });
});

describe("what cannot be read is said in one line with an example", () => {
  const wrong: [text: string, words: string][] = [
    ["foo", "'foo' is no day"],
    ["monday", "'monday' is no day"],
    ["mon-", "'mon-' is no day"],
    ["mon-tue-wed", "'mon-tue-wed' is no day"],
    ["19:00-08:00", "the days of '19:00-08:00' are missing"],
    ["mon-fri 19:00", "'19:00' is no range of times"],
    ["mon 8:00-9:00-10:00", "'8:00-9:00-10:00' is no range"],
    ["mon 25:00-26:00", "'25:00' is no time of day"],
    ["mon 8:60-9:00", "'8:60' is no time of day"],
    ["mon 24:01-3:00", "'24:01' is no time of day"],
    ["mon 24:00-3:00", "begins at 24:00"],
    ["mon 8am-9pm", "'8am' is no time of day"],
    ["mon 08:00-08:00", "'08:00-08:00' is no time at all"],
    ["mon 7:00-9:00 19:00-20:00", "'7:00-9:00' is not the last of its entry"],
    ["mon, , tue", "nothing stands before or behind a comma"],
    ["mon 8-9,", "nothing stands before or behind a comma"],
    [",", "nothing stands before or behind a comma"],
    ["mon\nfoo\nbar", "'foo' is no day"],
    [`mon ${"9".repeat(400)}`, "is no"],
  ];
  for (const [text, words] of wrong)
    test(JSON.stringify(text.slice(0, 40)), () => {
      const read = () => parseHours(text);
      expect(read).toThrow(HoursTextError);
      expect(read).toThrow(words);
      expect(read).toThrow("write for example mon-fri 19:00-08:00, sat-sun");
      expect(read).not.toThrow("\n");
    });

  test("whatever it is", () => {
    const pieces = fc.constantFrom("mon", "fri", "-", ",", " ", "19:00", "8", ":", ";", "x", "\n", "24:00", "é");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces).map((all) => all.join("")),
          fc.string(),
        ),
        (text) => {
          try {
            parseHours(text);
          } catch (error) {
            expect(error).toBeInstanceOf(HoursTextError);
            expect((error as Error).message).not.toMatch(/[\n\r]/);
          }
        },
      ),
    );
  });
});

const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const day = fc.nat(6);
const minute = fc.nat(1439);
const time = (minutes: number) => `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, "0")}`;
const entry = fc.record({
  first: day,
  last: day,
  times: fc.option(fc.tuple(minute, minute).filter(([a, b]) => a !== b)),
});
const text = fc.array(entry, { minLength: 1, maxLength: 5 }).map((all) => ({
  all,
  text: all
    .map(({ first, last, times }) => {
      const range = first === last ? names[first]! : `${names[first]}-${names[last]}`;
      return times ? `${range} ${time(times[0])}-${time(times[1])}` : range;
    })
    .join(", "),
}));

test("it works exactly when one of the entries says so", () => {
  fc.assert(
    fc.property(text, day, minute, ({ all, text }, day, minute) => {
      const covers = (first: number, last: number, day: number) => (day - first + 7) % 7 <= (last - first + 7) % 7;
      const said = all.some(({ first, last, times }) => {
        const [from, to] = times ?? [0, 1440];
        const today = covers(first, last, day) && minute >= from && (to < from || minute < to);
        const since = covers(first, last, (day + 6) % 7) && to < from && minute < to;
        return today || since;
      });
      expect(isOpen(parseHours(text), day, minute)).toBe(said);
    }),
    { numRuns: 500 },
  );
});

test("at the minute of a change the next one is meant", () => {
  const hours = parseHours("mon 19:00-08:00");
  expect(nextChange(hours, mon, at("18:59"))).toBe(1);
  expect(nextChange(hours, mon, at("19:00"))).toBe(13 * 60);
  expect(nextChange(hours, tue, at("08:00"))).toBe(6 * 1440 + 11 * 60);
});

test("the next change is the first minute that differs from now", () => {
  fc.assert(
    fc.property(text, day, minute, ({ text }, day, minute) => {
      const hours = parseHours(text);
      const later = (minutes: number) => {
        const then = (day * 1440 + minute + minutes) % 10_080;
        return isOpen(hours, Math.floor(then / 1440), then % 1440);
      };
      const differs = (minutes: number) => later(minutes) !== later(0);
      const found = Array.from({ length: 10_080 }, (_, i) => i + 1).find(differs);
      expect(nextChange(hours, day, minute)).toBe(found!);
    }),
    { numRuns: 60 },
  );
});
