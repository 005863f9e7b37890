// Ranges of a log, as HTTP has them.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { rangeOf } from "../../lib/local/log-answer";

test("a range is what it says, as far as the log goes", () => {
  expect(rangeOf("bytes=0-99", 1000)).toEqual({ first: 0, last: 99 });
  expect(rangeOf("bytes=900-5000", 1000)).toEqual({ first: 900, last: 999 });
  expect(rangeOf("bytes=900-", 1000)).toEqual({ first: 900, last: 999 });
  expect(rangeOf("bytes=-10", 1000)).toEqual({ first: 990, last: 999 });
  expect(rangeOf("bytes=-5000", 1000)).toEqual({ first: 0, last: 999 });
});

test("a range behind the end is told as such, and what is no range means the whole log", () => {
  expect(rangeOf("bytes=1000-", 1000)).toBe("outside");
  expect(rangeOf("bytes=-0", 1000)).toBe("outside");
  expect(rangeOf("bytes=0-0", 0)).toBe("outside");
  for (const range of [undefined, "", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=1e3-"])
    expect(rangeOf(range, 1000)).toBeUndefined();
});

test("no range ever leads out of a log", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(5000), (text, a, b, size) => {
      for (const range of [text, `bytes=${text}`, `bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`]) {
        const found = rangeOf(range, size);
        if (found === undefined || found === "outside") continue;
        expect(found.first).toBeGreaterThanOrEqual(0);
        expect(found.last).toBeGreaterThanOrEqual(found.first);
        expect(found.last).toBeLessThan(size);
      }
    }),
  );
});
