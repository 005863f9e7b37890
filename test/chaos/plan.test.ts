import { expect, test } from "bun:test";
import { kinds, planFaults } from "./plan";

test("a seed always makes the same faults, another seed makes others", () => {
  expect(planFaults(7, 60_000)).toEqual(planFaults(7, 60_000));
  expect(planFaults(7, 60_000)).not.toEqual(planFaults(8, 60_000));
});

test("a longer run begins as a shorter one does", () => {
  const short = planFaults(7, 20_000);
  expect(planFaults(7, 60_000).slice(0, short.length)).toEqual(short);
});

test("faults that are left out leave the others as they are", () => {
  const without = planFaults(7, 60_000, ["kill master"]);
  expect(without).toEqual(planFaults(7, 60_000).filter(({ kind }) => kind !== "kill master"));
});

test("every kind of fault comes sooner or later, within its bounds", () => {
  const faults = planFaults(1, 3_600_000);
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)) as never);
  for (const { kind, on, ms } of faults) {
    const [least, most] = kinds[kind].ms;
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThanOrEqual(most);
    expect(kinds[kind].on as readonly string[]).toContain(on);
  }
});
