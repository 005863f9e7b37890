// The frames of a job as bytes, one each: the state of the frame at every place of the job's own order. A million take some milliseconds.
import { frameAt, frameCount, parseFrames } from "../../frames";
import { allBlocks, firstReached, parseOrder } from "../../order";
import { parseSet } from "../../sets";
import type { Layout } from "../../tasks";
import type { JobMap } from "../../views";

/** What a cell may be. Those that are held, for other jobs, or rest, after a failure, wait as well. */
export const cellStates = ["waiting", "held", "resting", "running", "finished", "failed"] as const;
export type CellState = (typeof cellStates)[number];

/** The most frames that a map shows: beyond, they would fill the memory of a browser. */
export const mostCells = 10_000_000;

/**
 * Where the frames of a job are, which stays as it is while their states change. `blocks`: the block of each task. `starts`: the position
 * of the first frame of each span.
 */
export type Board = Layout & { total: number; blocks: Uint32Array; starts: readonly number[] };

/** The board of a job; undefined when it has more than 10,000,000 frames. */
export function boardOf({ frames, order, block }: Pick<JobMap, "frames" | "order" | "block">): Board | undefined {
  const spans = parseFrames(frames);
  const total = frameCount(spans);
  if (total > mostCells) return undefined;
  const starts: number[] = [];
  let before = 0;
  for (const span of spans) {
    starts.push(before);
    before += frameCount([span]);
  }
  const fill = parseOrder(order);
  return { spans, order: fill, block, total, blocks: allBlocks(fill, Math.ceil(total / block)), starts };
}

/** The states of all frames as indices of `cellStates`, by position. */
export function cellsOf(board: Board, map: Omit<JobMap, "frames" | "order" | "block" | "tasks">): Uint8Array {
  const { blocks, block, total } = board;
  const byTask = new Uint8Array(blocks.length);
  // What is held or rests is a part of what waits, which is 0.
  for (const state of cellStates.slice(1))
    for (const [from, to] of parseSet(map[state])) byTask.fill(cellStates.indexOf(state), from, to);
  if (board.order === "forward" && block === 1) return byTask;
  const cells = new Uint8Array(total);
  if (block === 1) for (let task = 0; task < blocks.length; task++) cells[blocks[task]!] = byTask[task]!;
  else
    for (let task = 0; task < blocks.length; task++) {
      const first = blocks[task]! * block;
      cells.fill(byTask[task]!, first, first + block);
    }
  return cells;
}

/** How many frames are in which state, of those at the positions `from` up to but without `to`; put into `counts`, if it is given. */
export function countsOf(
  cells: Uint8Array,
  from = 0,
  to = cells.length,
  counts = new Uint32Array(cellStates.length),
): Uint32Array {
  counts.fill(0);
  for (let at = from; at < to; at++) counts[cells[at]!]!++;
  return counts;
}

/** The frame at a position that the job has. */
export function frameOf({ spans, starts }: Board, position: number): number {
  const span = firstReached(0, starts.length, (at) => starts[at]! > position) - 1;
  return frameAt([spans[span]!], position - starts[span]!)!;
}

const running = cellStates.indexOf("running");
const failed = cellStates.indexOf("failed");

/**
 * How strongly each state colours a cell that stands for several frames; the sum is 1. By their share, but for a single one that failed,
 * which must be seen among any number, and one that runs where none failed. Put into `weights`, which is returned.
 */
export function weightsOf(counts: ArrayLike<number>, weights: number[] = new Array(counts.length)): number[] {
  let all = 0;
  for (let state = 0; state < counts.length; state++) all += counts[state]!;
  const loud = counts[failed]! > 0 ? failed : running;
  const share = counts[loud]! / all;
  const least = loud === failed ? 0.85 : 0.6;
  const weight = share === 0 ? 0 : least + (1 - least) * share;
  for (let state = 0; state < counts.length; state++)
    weights[state] = state === loud ? weight : share === 1 ? 0 : (counts[state]! / all / (1 - share)) * (1 - weight);
  return weights;
}
