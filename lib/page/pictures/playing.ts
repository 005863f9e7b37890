// Which frame comes next when pictures are flipped through: those that are finished, by their places in the job.
import { cellStates } from "../job/cells";

const finished = cellStates.indexOf("finished");

/** Whether the frame at a place is finished. */
export function isFinished(cells: Uint8Array, at: number): boolean {
  return cells[at] === finished;
}

/** The first finished frame from `at` on, in steps of `by`; round the end where it loops. Undefined when there is none. */
export function finishedFrom(cells: Uint8Array, at: number, by: 1 | -1, loops: boolean): number | undefined {
  if (by === 1) {
    const found = cells.indexOf(finished, Math.max(0, at));
    if (found >= 0 && at < cells.length) return found;
    const first = loops ? cells.indexOf(finished) : -1;
    return first < 0 ? undefined : first;
  }
  const found = at < 0 ? -1 : cells.lastIndexOf(finished, at);
  if (found >= 0) return found;
  const last = loops ? cells.lastIndexOf(finished) : -1;
  return last < 0 ? undefined : last;
}

/** The frame nearest to a place that is finished, the later of two; undefined when none is. */
export function nearestFinished(cells: Uint8Array, at: number): number | undefined {
  const after = finishedFrom(cells, at, 1, false);
  const before = finishedFrom(cells, at, -1, false);
  if (after === undefined || before === undefined) return after ?? before;
  return after - at <= at - before ? after : before;
}

/** The frame at a place and those that are shown after it, at most so many and each once. */
export function upcoming(cells: Uint8Array, at: number, count: number, loops: boolean): number[] {
  const places = isFinished(cells, at) ? [at] : [];
  for (let from = at + 1; places.length < count; ) {
    const next = finishedFrom(cells, from, 1, loops);
    if (next === undefined || next === at || next === places[0] || places.includes(next)) break;
    places.push(next);
    from = next + 1;
  }
  return places;
}

/** The most bytes of pictures that a player holds. */
const mostBytes = 256 * 1024 * 1024;

/** How many pictures of this size a player may hold. */
export function roomFor({ width, height }: { width: number; height: number }): number {
  return Math.max(6, Math.min(240, Math.floor(mostBytes / (width * height * 4))));
}
