// Which frames a task renders, and which tasks render a frame.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eachFrame, limits, parseFrames } from "../lib/frames";
import { blockOfTask, type Order } from "../lib/order";
import { eachTask, sizeOf } from "../lib/sets";
import { framesOfTask, type Layout, taskCount, taskOfFrame, tasksOfFrames } from "../lib/tasks";

const layoutOf = (frames: string, block = 1, order: Order = "forward"): Layout => ({
  spans: parseFrames(frames),
  order,
  block,
});
const tasksOf = (layout: Layout, frames: string) => [...eachTask(tasksOfFrames(layout, parseFrames(frames)))];
const everyTask = (layout: Layout) =>
  Array.from({ length: taskCount(layout) }, (_, task) => framesOfTask(layout, task));

describe("a job is cut into tasks", () => {
  test("a block is so many frames of the job as written; the last may be shorter", () => {
    expect(everyTask(layoutOf("1-7", 3))).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(everyTask(layoutOf("1-10x3,5-8", 3))).toEqual([[1, 4, 7], [10, 5, 6], [8]]);
    expect(everyTask(layoutOf("3-1", 100))).toEqual([[3, 2, 1]]);
  });

  test("the order decides which block comes first, never what is in a block", () => {
    expect(everyTask(layoutOf("1-7", 3, "reverse"))).toEqual([[7], [4, 5, 6], [1, 2, 3]]);
    expect(everyTask(layoutOf("1-9", 2, "coarse:2"))).toEqual([[1, 2], [5, 6], [9], [3, 4], [7, 8]]);
    expect(everyTask(layoutOf("1-5", 1, "bisect"))).toEqual([[1], [5], [3], [2], [4]]);
  });

  test("a task that the job does not have is an error", () => {
    expect(() => framesOfTask(layoutOf("1-7", 3), 3)).toThrow(RangeError);
    expect(() => framesOfTask(layoutOf("1-7", 3), -1)).toThrow(RangeError);
  });
});

describe("the tasks of some frames", () => {
  test("are those whose block holds one of them", () => {
    expect(tasksOf(layoutOf("1-10", 3), "3-4")).toEqual([0, 1]);
    expect(tasksOf(layoutOf("1-10", 3), "10")).toEqual([3]);
    expect(tasksOf(layoutOf("1-10", 1, "reverse"), "2-4")).toEqual([6, 7, 8]);
  });

  test("frames that the job does not have are passed over", () => {
    expect(tasksOf(layoutOf("1-9x4"), "2-8")).toEqual([1]);
    expect(tasksOf(layoutOf("1-9x4"), "2-4,6-8x2,100,-5")).toEqual([]);
    expect(taskOfFrame(layoutOf("1-9x4"), 2)).toBeUndefined();
    expect(tasksOfFrames(layoutOf("1-9"), [{ first: 1, last: 9, step: 1, others: true }])).toEqual([]);
  });

  test("a plain range may be any length, single frames are at most 100,000", () => {
    const layout = layoutOf("1-999999999", 1, "bisect");
    expect(sizeOf(tasksOfFrames(layout, parseFrames("500000000-1")))).toBe(500_000_000);
    expect(sizeOf(tasksOfFrames(layout, parseFrames("1-200000x2")))).toBe(100_000);
    expect(() => tasksOfFrames(layout, parseFrames("1-200001x2"))).toThrow(/at most 100000 single frames/);
    expect(() => tasksOfFrames(layout, parseFrames("1-200002y2"))).toThrow(/at most 100000 single frames/);
  });

  test("10,000 frames in any order can be asked for of a job of the same 10,000", () => {
    const frames = Array.from({ length: limits.spans }, (_, i) => ((i * 7919) % 10_007) * 3).join();
    const layout = layoutOf(frames, 1, "bisect");
    expect(tasksOfFrames(layout, layout.spans)).toEqual([[0, 10_000]]);
    expect(framesOfTask({ ...layout, block: 10_000 }, 0)).toHaveLength(10_000);
  });
});

test("a billion frames are a billion tasks, or one, without a list of them", () => {
  const layout = layoutOf("0-999999999", 1, "coarse:10");
  expect(taskCount(layout)).toBe(1_000_000_000);
  expect(framesOfTask(layout, 100_000_000)).toEqual([1]);
  expect(taskOfFrame(layout, 999_999_990)).toBe(99_999_999);
  expect(taskCount({ ...layout, block: 1_000_000_000 })).toBe(1);
  expect(taskOfFrame({ ...layout, block: 1_000_000_000 }, 5)).toBe(0);
});

const frameText = fc
  .array(
    fc
      .tuple(fc.nat(60), fc.nat(60), fc.constantFrom("", "", "x", "y"), fc.integer({ min: 2, max: 7 }))
      .map(([a, b, word, step]) => {
        const first = a - 20;
        const last = word === "y" && a === b ? first + 1 : b - 20;
        return word === "" ? `${first}-${last}` : `${first}-${last}${word}${step}`;
      }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(","));
const layouts = fc
  .tuple(
    frameText,
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom<Order>("forward", "reverse", "bisect", "coarse:1", "coarse:3", "coarse:50"),
  )
  .map(([frames, block, order]) => layoutOf(frames, block, order));

describe("for every job", () => {
  test("the tasks hold the frames of the job, cut in its order, each frame once", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const all = [...eachFrame(layout.spans)];
        const count = Math.ceil(all.length / layout.block);
        const cut = Array.from({ length: count }, (_, i) => all.slice(i * layout.block, (i + 1) * layout.block));
        expect(everyTask(layout)).toEqual(cut.map((_, task) => cut[blockOfTask(layout.order, count, task)]!));
        expect(everyTask({ ...layout, order: "forward" })).toEqual(cut);
      }),
      { numRuns: 300 },
    );
  });

  test("the task of a frame is the one that renders it", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const tasks = everyTask(layout);
        for (let frame = -22; frame <= 42; frame++) {
          const task = tasks.findIndex((frames) => frames.includes(frame));
          expect(taskOfFrame(layout, frame)).toBe(task === -1 ? undefined : task);
        }
      }),
    );
  });

  test("the tasks of frames are those that render one of them", () => {
    fc.assert(
      fc.property(layouts, frameText, (layout, asked) => {
        const wanted = new Set(eachFrame(parseFrames(asked)));
        const expected = everyTask(layout).flatMap((frames, task) => (frames.some((f) => wanted.has(f)) ? [task] : []));
        expect(tasksOf(layout, asked)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
