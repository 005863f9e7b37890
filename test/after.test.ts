// Which tasks of a job wait for another job: set arithmetic against a model that looks at every frame.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { heldBy, mostScattered, tooScattered, touchedBy, type Upstream } from "../lib/after";
import { parseFrames } from "../lib/frames";
import type { Order } from "../lib/order";
import { common, eachTask, holds, setOf, setOfTasks, sizeOf, type TaskSet, without } from "../lib/sets";
import { type JobState, needs } from "../lib/states";
import { framesOfTask, type Layout, taskCount } from "../lib/tasks";

const layoutOf = (frames: string, block = 1, order: Order = "forward"): Layout => ({
  spans: parseFrames(frames),
  order,
  block,
});
const after = (layout: Layout, finished: TaskSet, state: JobState = "running"): Upstream => ({
  layout,
  finished,
  state,
});
const held = (upstream: Layout, finished: TaskSet, dependent: Layout) => [
  ...eachTask(heldBy("frames", after(upstream, finished), dependent)),
];

describe("a job that waits until another one", () => {
  const job = layoutOf("1-10", 2);
  test.each([
    ["finished", "waiting", 5],
    ["finished", "running", 5],
    ["finished", "stopped", 5],
    ["finished", "failed", 5],
    ["finished", "finished", 0],
    ["ended", "waiting", 5],
    ["ended", "running", 5],
    ["ended", "stopped", 5],
    ["ended", "failed", 0],
    ["ended", "finished", 0],
  ] as const)("has %s, when that one is %s, holds %i of 5 tasks", (until, state, tasks) => {
    expect(sizeOf(heldBy(until, after(layoutOf("1-3"), [[0, 1]], state), job))).toBe(tasks);
  });
});

describe("frame by frame", () => {
  test("a task waits for the frames that it renders and for no others", () => {
    expect(held(layoutOf("1-10"), [[0, 3]], layoutOf("1-10"))).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test("a block waits for all of its frames", () => {
    expect(held(layoutOf("1-10"), [[0, 5]], layoutOf("1-10", 3))).toEqual([1, 2, 3]);
    expect(held(layoutOf("1-10", 4), [[0, 1]], layoutOf("1-10"))).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test("frames that the other job does not have are not waited for", () => {
    expect(held(layoutOf("1-9x2"), [], layoutOf("1-10"))).toEqual([0, 2, 4, 6, 8]);
    expect(held(layoutOf("1-10"), [], layoutOf("11-20"))).toEqual([]);
    expect(held(layoutOf("5-6"), [], layoutOf("1-10", 5))).toEqual([0, 1]);
  });

  test("frames are meant, whatever the orders in which the jobs count them", () => {
    // Backwards, task 0 is frame 10.
    expect(held(layoutOf("1-10", 1, "reverse"), [[0, 3]], layoutOf("1-10"))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(held(layoutOf("10-1"), [[0, 3]], layoutOf("1-10"))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(held(layoutOf("1-10", 1, "bisect"), [[0, 2]], layoutOf("1-10"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("a million frames are a few steps, and a billion no more", () => {
    for (const frames of ["1-1000000", "1-999999999"]) {
      const upstream = after(layoutOf(frames, 7), [[0, 50_000]]);
      expect(heldBy("frames", upstream, layoutOf(frames, 10, "reverse"))).toHaveLength(1);
      expect(heldBy("frames", upstream, layoutOf(frames, 10, "bisect")).length).toBeLessThan(40);
      expect(heldBy("frames", after(layoutOf(frames, 1, "coarse:10"), []), layoutOf(frames))).toHaveLength(1);
    }
  });

  test("jobs too large to remember each gap are known before", () => {
    const many = `1-${mostScattered + 1}`;
    const few = `1-${mostScattered}`;
    expect(tooScattered(layoutOf(many, 1, "bisect"), layoutOf(many))).toBe(true);
    expect(tooScattered(layoutOf("1-9x2"), layoutOf(many))).toBe(true);
    expect(tooScattered(layoutOf(few, 1, "bisect"), layoutOf(few, 3, "coarse:5"))).toBe(false);
    expect(tooScattered(layoutOf(many, 1, "bisect"), layoutOf(many, 1, "bisect"))).toBe(false);
    expect(tooScattered(layoutOf(`${many}x2`, 3), layoutOf(`${many}x2`, 5, "reverse"))).toBe(false);
    expect(tooScattered(layoutOf(many, 3), layoutOf("999999999-1", 5))).toBe(false);
  });
});

const frameText = fc
  .array(
    fc
      .tuple(fc.nat(24), fc.nat(24), fc.constantFrom("", "", "x", "y"), fc.integer({ min: 2, max: 4 }))
      .map(([a, b, word, step]) => {
        const last = word === "y" && a === b ? b - 5 + 1 : b - 5;
        return word === "" ? `${a - 5}-${last}` : `${a - 5}-${last}${word}${step}`;
      }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join(","));
const order = fc.constantFrom<Order>("forward", "reverse", "bisect", "coarse:1", "coarse:2", "coarse:5");
const cut = fc.tuple(fc.integer({ min: 1, max: 5 }), order);
/** Two jobs, mostly of the same frames, often cut alike. */
const pair = fc
  .tuple(frameText, fc.option(frameText), cut, fc.option(cut))
  .map(([frames, others, mine, theirs]) => [
    layoutOf(frames, ...mine),
    layoutOf(others ?? frames, ...(theirs ?? mine)),
  ]) as fc.Arbitrary<[Layout, Layout]>;
const chosen = fc.array(fc.tuple(fc.nat(30), fc.nat(8)), { maxLength: 5 });
const within = (layout: Layout, ranges: readonly (readonly [number, number])[]) =>
  common(setOf(ranges.map(([from, length]) => [from, from + length])), [[0, taskCount(layout)]]);

/** Every frame looked at by itself. */
function naive(upstream: Layout, finished: TaskSet, dependent: Layout): number[] {
  const missing = new Set<number>();
  for (let task = 0; task < taskCount(upstream); task++)
    if (!holds(finished, task)) for (const frame of framesOfTask(upstream, task)) missing.add(frame);
  return Array.from({ length: taskCount(dependent) }, (_, task) => task).filter((task) =>
    framesOfTask(dependent, task).some((frame) => missing.has(frame)),
  );
}

describe("for every two jobs, frame by frame", () => {
  test("those tasks wait that render a frame which the other has and has not finished", () => {
    fc.assert(
      fc.property(pair, chosen, ([upstream, dependent], ranges) => {
        const finished = within(upstream, ranges);
        expect(held(upstream, finished, dependent)).toEqual(naive(upstream, finished, dependent));
      }),
      { numRuns: 2000 },
    );
  });

  test("of a few tasks the same wait as of all", () => {
    fc.assert(
      fc.property(pair, chosen, chosen, ([upstream, dependent], ranges, asked) => {
        const now = after(upstream, within(upstream, ranges));
        const among = within(dependent, asked);
        expect(heldBy("frames", now, dependent, among)).toEqual(common(heldBy("frames", now, dependent), among));
        for (const until of needs)
          expect(heldBy(until, now, dependent, among)).toEqual(common(heldBy(until, now, dependent), among));
      }),
      { numRuns: 500 },
    );
  });

  test("what a change does not touch waits as before, so that only what it touches is looked at", () => {
    fc.assert(
      fc.property(pair, chosen, chosen, chosen, ([upstream, dependent], ranges, more, less) => {
        const before = within(upstream, ranges);
        const gained = within(upstream, more);
        const lost = without(within(upstream, less), gained);
        const now = after(upstream, setOf([...without(before, lost), ...gained]));
        const touched = touchedBy(upstream, setOf([...gained, ...lost]), dependent);
        const kept = without(heldBy("frames", after(upstream, before), dependent), touched);
        expect(setOf([...kept, ...heldBy("frames", now, dependent, touched)])).toEqual(
          heldBy("frames", now, dependent),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("a job whose frames are all finished holds nothing, one of which nothing is finished all that it shares", () => {
    fc.assert(
      fc.property(pair, ([upstream, dependent]) => {
        expect(held(upstream, [[0, taskCount(upstream)]], dependent)).toEqual([]);
        expect(setOfTasks(held(upstream, [], dependent))).toEqual(
          touchedBy(upstream, [[0, taskCount(upstream)]], dependent),
        );
      }),
    );
  });
});
