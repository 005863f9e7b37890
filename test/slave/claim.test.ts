// Which of two processes with one identity is the copy, by what a master tells of the other one.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Claim } from "../../lib/slave/claim";

/** Tries every second from 0 on, as long as it is refused, while another one is heard at these times. Returns when it knew, ms. */
function tries(heardAt: number[], upTo: number, lateMs: number): number | undefined {
  const claim = new Claim(true);
  for (let at = 0; at < upTo; at += 1000) {
    // The master writes down a little late when it heard a slave, and then as if it were only then.
    const last = Math.max(-1000, ...heardAt.map((heard) => heard + lateMs).filter((heard) => heard <= at));
    if (claim.refused(at, at - last, at + 20) === "copy") return at;
  }
  return undefined;
}

test("who was heard last before the first refusal may have died since: nobody is called a copy for it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -30_000, max: 0 }), { maxLength: 20 }),
      fc.integer({ min: 0, max: 1500 }),
      (heard, lateMs) => tries(heard, 60_000, lateMs) === undefined,
    ),
  );
});

test("who is heard again and again lives: the other one knows a few seconds after the next sign of life", () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 10_000 }), fc.integer({ min: 0, max: 1500 }), (everyMs, lateMs) => {
      const heard = Array.from({ length: 200 }, (_, at) => at * everyMs);
      const known = tries(heard, 60_000, lateMs);
      return known !== undefined && known <= everyMs + lateMs + 5000;
    }),
  );
});

test("once accepted, a slave that is refused again begins to count anew", () => {
  const claim = new Claim(false);
  expect(claim.contested).toBe(false);
  expect(claim.refused(0, 10, 5)).toBe("news");
  expect(claim.contested).toBe(true);
  expect(claim.refused(1000, 900, 1005)).toBe("open");
  claim.accepted();
  expect(claim.contested).toBe(false);
  expect(claim.refused(50_000, 10, 50_005)).toBe("news");
  expect(claim.refused(55_000, 10, 55_005)).toBe("copy");
});
