// A silent slave is called lost only when everybody had a lease's time to be heard.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Patience } from "../../lib/master/patience";

const leaseMs = 30_000;
const everyMs = 1000;

test("who begins to look waits for a lease's time", () => {
  const patience = new Patience(leaseMs, everyMs);
  const answers = Array.from({ length: 40 }, (_, at) => patience.isOver(1_000_000 + at * everyMs));
  expect(answers.indexOf(true)).toBe(30);
  expect(answers.slice(30).every(Boolean)).toBe(true);
  patience.begin();
  expect(patience.isOver(1_041_000)).toBe(false);
});

test("after a pause, an outage or a clock that was set it waits anew", () => {
  for (const jump of [leaseMs, 3_600_000, -3_600_000]) {
    const patience = new Patience(leaseMs, everyMs);
    const begun = 5_000_000;
    for (let look = 0; look < 30; look++) patience.isOver(begun + look * everyMs);
    expect(patience.isOver(begun + leaseMs)).toBe(true);
    expect(patience.isOver(begun + leaseMs + jump)).toBe(false);
  }
});

test("whatever happens, nobody is called lost within a lease's time of a gap in which slaves were not heard", () => {
  const gap = fc.integer({ min: 1, max: 2 * leaseMs });
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 200 }), (gaps) => {
      const patience = new Patience(leaseMs, everyMs);
      let now = 0;
      let heardFrom = 0;
      for (const gap of gaps) {
        now += gap;
        if (gap > everyMs + leaseMs / 4 || heardFrom === 0) heardFrom = now;
        expect(patience.isOver(now)).toBe(now - heardFrom >= leaseMs);
      }
    }),
  );
});
