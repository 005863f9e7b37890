// The bytes behind a frame map: what each cell is, where it lies, and what frames are called that a person picked.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eachFrame, parseFrames } from "../../lib/frames";
import {
  type Board,
  boardOf,
  type CellState,
  cellStates,
  cellsOf,
  countsOf,
  frameOf,
  weightsOf,
} from "../../lib/page/job/cells";
import { cellAt, fit, gridOf, keyedCell, nearestCell, placeOfCell, step } from "../../lib/page/job/grid";
import {
  between,
  countsIn,
  firstIn,
  framesAsked,
  framesText,
  inState,
  outOf,
  wholeTasks,
} from "../../lib/page/job/selection";
import { formatSet, holds, setOf, setOfTasks } from "../../lib/sets";
import { framesOfTask, positionsOfFrames, taskCount, tasksOfFrames } from "../../lib/tasks";

const frameText = fc
  .array(
    fc
      .tuple(fc.nat(60), fc.nat(60), fc.constantFrom("", "", "x", "y"), fc.integer({ min: 2, max: 6 }))
      .map(([a, b, word, by]) => {
        const first = a - 20;
        // Of a single frame there are no others.
        const last = word === "y" && a === b ? first + 1 : b - 20;
        return word === "" ? `${first}-${last}` : `${first}-${last}${word}${by}`;
      }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(","));
const order = fc.constantFrom("forward", "reverse", "bisect", "coarse:3");
const anyBoard = fc
  .record({ frames: frameText, order, block: fc.integer({ min: 1, max: 7 }) })
  .map((given) => boardOf(given)!);
const framesAt = ({ spans }: Board) => [...eachFrame(spans)];

/** A board with a state for each task. */
const anyMap = anyBoard.chain((board) => {
  const count = taskCount(board);
  return fc
    .array(fc.constantFrom(...cellStates), { minLength: count, maxLength: count })
    .map((states) => ({ board, states, map: mapOf(states) }));
});

/** The sets of tasks in these states as the farm tells them: those that are held or rest wait as well. */
function mapOf(states: readonly CellState[]) {
  const set = (wanted: readonly CellState[]) =>
    formatSet(setOfTasks([...states.keys()].filter((task) => wanted.includes(states[task]!))));
  return {
    waiting: set(["waiting", "held", "resting"]),
    held: set(["held"]),
    resting: set(["resting"]),
    running: set(["running"]),
    finished: set(["finished"]),
    failed: set(["failed"]),
  };
}

/** Cells by letters: waiting, held, `t` for those that rest, running, finished, `x` for those that failed. */
const plain = (letters: string) => Uint8Array.from(letters, (letter) => "whtrfx".indexOf(letter));

/** Positions picked on a board. */
const pickedOn = (board: Board) =>
  fc
    .array(fc.tuple(fc.nat(board.total - 1), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 5 })
    .map((ranges) => setOf(ranges.map(([from, length]) => [from, Math.min(board.total, from + length)])));
const onBoard = anyBoard.chain((board) => pickedOn(board).map((picked) => ({ board, picked })));
const framesIn = (board: Board, picked: readonly (readonly [number, number])[]) =>
  framesAt(board).filter((_, position) => holds(picked, position));

describe("the cells of a job", () => {
  test("have the state of the task of each frame, in the order of the job, whatever its fill order", () => {
    fc.assert(
      fc.property(anyMap, ({ board, states, map }) => {
        const cells = cellsOf(board, map);
        const stateOf = new Map(
          states.flatMap((state, task) => framesOfTask(board, task).map((frame) => [frame, state] as const)),
        );
        expect([...cells].map((cell) => cellStates[cell])).toEqual(framesAt(board).map((frame) => stateOf.get(frame)!));
      }),
    );
  });

  test("are found by position, and positions by frame", () => {
    fc.assert(
      fc.property(anyBoard, (board) => {
        const frames = framesAt(board);
        expect(frames.map((_, position) => frameOf(board, position))).toEqual(frames);
      }),
    );
  });

  test("are as many as the farm counts", () => {
    fc.assert(
      fc.property(anyMap, ({ board, map }) => {
        const counts = countsOf(cellsOf(board, map));
        expect(counts.reduce((sum, count) => sum + count)).toBe(board.total);
      }),
    );
  });

  test("a million of them come from thousands of ranges in any order", () => {
    for (const order of ["forward", "reverse", "bisect", "coarse:10"]) {
      const board = boardOf({ frames: "1-1000000", order, block: 1 })!;
      const finished = setOf(Array.from({ length: 5000 }, (_, at) => [at * 200, at * 200 + 150] as const));
      const nothing = { held: "{}", resting: "{}", running: "{}", failed: "{}" };
      const cells = cellsOf(board, { ...nothing, waiting: "{}", finished: formatSet(finished) });
      expect(countsOf(cells)[cellStates.indexOf("finished")]).toBe(750_000);
    }
  });

  test("are not made for more frames than a browser has memory for", () => {
    expect(boardOf({ frames: "1-10000001", order: "bisect", block: 1 })).toBeUndefined();
  });

  test("of many frames show one that failed among a thousand, and one that runs", () => {
    const among = (failed: number, running: number) => weightsOf([1000, 0, 0, running, 1000, failed]);
    expect(among(1, 1)[cellStates.indexOf("failed")]).toBeGreaterThan(0.8);
    expect(among(0, 1)[cellStates.indexOf("running")]).toBeGreaterThan(0.5);
    expect(among(0, 0)).toEqual([0.5, 0, 0, 0, 0.5, 0]);
    expect(weightsOf([0, 0, 0, 0, 0, 7])).toEqual([0, 0, 0, 0, 0, 1]);
    const counts = fc.array(fc.nat(50), { minLength: 6, maxLength: 6 }).filter((all) => all.some((one) => one > 0));
    fc.assert(
      fc.property(counts, (all) => {
        const weights = weightsOf(all);
        expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1);
        expect(weights.every((weight, state) => (all[state] === 0 ? weight === 0 : weight > 0))).toBe(true);
      }),
    );
  });
});

describe("frames that a person picked", () => {
  test("are written so that they are read as the same frames in the same order", () => {
    fc.assert(
      fc.property(onBoard, ({ board, picked }) => {
        expect([...eachFrame(parseFrames(framesText(board, picked)))]).toEqual(framesIn(board, picked));
      }),
    );
  });

  test("are asked for so that the farm moves just their tasks", () => {
    fc.assert(
      fc.property(onBoard, ({ board, picked }) => {
        const whole = wholeTasks(board, picked);
        const tasks = tasksOfFrames(board, parseFrames(framesAsked(board, whole)));
        expect(tasks).toEqual(tasksOfFrames(board, parseFrames(framesText(board, picked))));
        const inTasks = new Set(
          [...tasks].flatMap(([from, to]) => range(from, to).flatMap((k) => framesOfTask(board, k))),
        );
        expect(new Set(framesIn(board, whole))).toEqual(inTasks);
      }),
    );
  });

  test("are named shortly where they lie in a pattern", () => {
    const text = (frames: string, picked: [number, number][]) =>
      framesText(boardOf({ frames, order: "forward", block: 1 })!, picked);
    expect(text("1-100", [[9, 57]])).toBe("10-57");
    expect(text("1-100x5", [[2, 6]])).toBe("11-26x5");
    expect(text("1-100y5", [[0, 80]])).toBe("1-100y5");
    expect(text("1-100y5", [[1, 13]])).toBe("3-5,6-15y5,17");
    expect(
      text(
        "1-100",
        range(0, 50).map((at) => [at * 2, at * 2 + 1]),
      ),
    ).toBe("1-99x2");
    expect(text("1-3,10-12", [[1, 5]])).toBe("2-3,10-11");
  });

  test("of a job with a step are asked for as plain ranges, which may be of any length", () => {
    const board = boardOf({ frames: "1-999999x2", order: "forward", block: 1 })!;
    expect(framesAsked(board, [[0, 400_000]])).toBe("1-799999");
  });

  test("by what is written are those of the job", () => {
    fc.assert(
      fc.property(anyBoard, frameText, (board, asked) => {
        const wanted = new Set(eachFrame(parseFrames(asked)));
        const picked = positionsOfFrames(board.spans, parseFrames(asked));
        expect(framesIn(board, picked)).toEqual(framesAt(board).filter((frame) => wanted.has(frame)));
      }),
    );
  });

  test("by state are all in it, and can be counted, found and left out", () => {
    const cells = plain("wwfrrxxxxfwh");
    const failed = inState(cells, cellStates.indexOf("failed"));
    expect(failed).toEqual([[5, 9]]);
    expect(countsIn(cells, [[0, 7]])).toEqual([2, 0, 0, 2, 1, 2]);
    expect(firstIn(cells, [[0, 12]], "failed")).toBe(5);
    expect(firstIn(cells, [[0, 5]], "failed")).toBeUndefined();
    expect(outOf(cells, [[0, 12]], ["finished", "running"])).toEqual([
      [0, 2],
      [5, 9],
      [10, 12],
    ]);
  });

  test("that lie in too many places are refused in words", () => {
    const cells = Uint8Array.from({ length: 300_000 }, (_, at) => at % 2);
    expect(() => inState(cells, 1)).toThrow(/more than 100000 places/);
  });

  test("reach from one cell to the other, whichever comes first", () => {
    const board = boardOf({ frames: "1-105", order: "forward", block: 1 })!;
    expect(between(board, 7, 3, 1)).toEqual([[3, 8]]);
    expect(between(board, 90, 100, 10)).toEqual([[90, 105]]);
  });
});

describe("the grid", () => {
  const total = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 10_000_000 }));
  const sight = fc.record({
    width: fc.integer({ min: 200, max: 4000 }),
    height: fc.integer({ min: 200, max: 2000 }),
    least: fc.integer({ min: 3, max: 9 }),
  });

  test("shows all frames at first", () => {
    fc.assert(
      fc.property(total, sight, (total, sight) => {
        const grid = gridOf(total, fit(total, sight), sight);
        expect(grid.rows * grid.size).toBeLessThanOrEqual(sight.height);
        expect(grid.columns * grid.size).toBeLessThanOrEqual(sight.width);
        expect(grid.cells * grid.per).toBeGreaterThanOrEqual(total);
        expect((grid.cells - 1) * grid.per).toBeLessThan(total);
      }),
    );
  });

  test("comes to one frame a cell by zooming in, and back to all by zooming out", () => {
    fc.assert(
      fc.property(total, sight, (total, sight) => {
        const whole = fit(total, sight);
        let zoom = whole;
        for (let steps = 0; steps < 40; steps++) {
          const next = step(total, zoom, 1, sight);
          expect(next.per < zoom.per || next.size >= zoom.size).toBe(true);
          zoom = next;
        }
        expect(zoom.per).toBe(1);
        expect(zoom.size).toBeGreaterThan(sight.least);
        for (let steps = 0; steps < 40; steps++) zoom = step(total, zoom, -1, sight);
        expect(zoom).toEqual(whole);
      }),
    );
  });

  test("has each cell at one place, and finds it there", () => {
    fc.assert(
      fc.property(total, sight, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (total, sight, part) => {
        const grid = gridOf(total, fit(total, sight), sight);
        const cell = Math.floor(part * grid.cells);
        const { x, y } = placeOfCell(grid, cell);
        expect(cellAt(grid, x, y)).toBe(cell);
        expect(cellAt(grid, x + grid.size - 1, y + grid.size - 1)).toBe(cell);
        expect(nearestCell(grid, x, y)).toBe(cell);
      }),
    );
  });

  test("has nothing beside and behind its cells, where the nearest is the end", () => {
    const grid = gridOf(95, { per: 1, size: 10 }, { width: 100, height: 100, least: 3 });
    expect(grid).toMatchObject({ columns: 10, rows: 10 });
    expect(cellAt(grid, 100, 0)).toBeUndefined();
    expect(cellAt(grid, -1, 0)).toBeUndefined();
    expect(cellAt(grid, 50, 90)).toBeUndefined();
    expect(nearestCell(grid, 500, 500)).toBe(94);
    expect(nearestCell(grid, -5, -5)).toBe(0);
  });

  test("is gone through by keys, and not left by them", () => {
    const grid = gridOf(95, { per: 1, size: 10 }, { width: 100, height: 100, least: 3 });
    expect(keyedCell(grid, 5, "ArrowRight", 3)).toBe(6);
    expect(keyedCell(grid, 5, "ArrowDown", 3)).toBe(15);
    expect(keyedCell(grid, 5, "ArrowUp", 3)).toBe(5);
    expect(keyedCell(grid, 88, "ArrowDown", 3)).toBe(88);
    expect(keyedCell(grid, 5, "PageDown", 3)).toBe(35);
    expect(keyedCell(grid, 5, "End", 3)).toBe(94);
    expect(keyedCell(grid, 5, "Home", 3)).toBe(0);
    expect(keyedCell(grid, 0, "ArrowLeft", 3)).toBe(0);
    expect(keyedCell(grid, 0, "x", 3)).toBeUndefined();
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
