// Processes that outlive KILL, as those that wait for a dead disk: their run is not over, whatever was wished.
import { afterEach, expect, spyOn, test } from "bun:test";
import { platform } from "../../lib/slave/platform";
import { until } from "../farm";
import { Bench, jobOrder, ordered } from "./orders";

afterEach(() => {
  spyOn(platform, "signalFamily").mockRestore();
});

/** Signals reach nobody until the test says so. Returns how many were sent, and what ends it. */
function deaf() {
  const real = platform.signalFamily;
  let hears = false;
  const signal: typeof real = (group, variable, name) => hears && real(group, variable, name);
  const spy = spyOn(platform, "signalFamily").mockImplementation(signal);
  return {
    sent: () => spy.mock.calls.length,
    end: () => {
      hears = true;
    },
  };
}

test("a run whose processes cannot be ended stays open and keeps its slot and GPU; it is reported when they are gone", async () => {
  await using bench = new Bench(1, { gpus: () => 1 });
  const { sent, end } = deaf();
  bench.work.take(ordered(0), jobOrder(["sleep", "60"], { gpus: 1 }));
  bench.work.kill(ordered(0), "killed");
  expect(bench.work.shown).toMatchObject([{ task: 0, stuck: false }]);
  const told = bench.told;
  await until(async () => bench.work.stuck.length === 1 || undefined, "the run to be called stuck");
  expect(bench.told).toBeGreaterThan(told);
  expect(bench.work.shown).toMatchObject([{ task: 0, stuck: true }]);
  expect(bench.work.unsent).toEqual([]);
  expect([bench.work.free, bench.work.gpusTaken]).toEqual([0, 1]);
  bench.work.take(ordered(1), jobOrder(["true"]));
  expect(await bench.ended(1)).toMatchObject([{ task: 1, reason: "returned" }]);

  const tries = sent();
  await until(async () => sent() > tries || undefined, "another try to kill");
  end();
  expect(await bench.ended(2)).toMatchObject([{ task: 0, reason: "killed" }, { task: 1 }]);
  expect(bench.work.stuck).toEqual([]);
  expect(bench.work.free).toBe(1);
});
