// Frames that a person picked, as ranges of positions among the frames of the job, and what they are called.
import { formatFrames, frameAt, positionOf, type Span, spanLength, spansOf } from "../../frames";
import { firstReached } from "../../order";
import { setOf, type TaskSet } from "../../sets";
import { type Board, cellStates, countsOf } from "./cells";

/** Positions as ranges [from, to), rising, not touching. */
export type Selection = TaskSet;

/** The most ranges that a person may pick by a state at once. */
const mostRanges = 100_000;

/** With all frames of the tasks that they are of: a task is requeued, finished or killed as a whole. */
export function wholeTasks({ block, total }: Board, picked: Selection): Selection {
  if (block === 1) return picked;
  return setOf(
    picked.map(([from, to]) => [Math.floor(from / block) * block, Math.min(total, Math.ceil(to / block) * block)]),
  );
}

/** All frames that are in a state. Throws a RangeError when they lie in too many places. */
export function inState(cells: Uint8Array, state: number): Selection {
  const found: [number, number][] = [];
  for (let at = cells.indexOf(state); at !== -1; at = cells.indexOf(state, at)) {
    const from = at;
    while (cells[at] === state) at++;
    found.push([from, at]);
    if (found.length > mostRanges)
      throw new RangeError(`they lie in more than ${mostRanges} places: name some of them in the field`);
  }
  return found;
}

/** The first of them that is in a state; undefined when none is. */
export function firstIn(cells: Uint8Array, picked: Selection, state: (typeof cellStates)[number]): number | undefined {
  const wanted = cellStates.indexOf(state);
  for (const [from, to] of picked) {
    const at = cells.subarray(from, to).indexOf(wanted);
    if (at !== -1) return from + at;
  }
  return undefined;
}

/** How many of them are in which state. */
export function countsIn(cells: Uint8Array, picked: Selection): number[] {
  const sums = cellStates.map(() => 0);
  for (const [from, to] of picked)
    for (const [state, count] of countsOf(cells, from, to).entries()) sums[state]! += count;
  return sums;
}

/** Those that are in none of the states. */
export function outOf(cells: Uint8Array, picked: Selection, states: readonly (typeof cellStates)[number][]): Selection {
  const left = cellStates.map((state) => !states.includes(state));
  const found: [number, number][] = [];
  for (const [from, to] of picked)
    for (let at = from; at < to; at++) {
      if (!left[cells[at]!]) continue;
      const first = at;
      while (at < to && left[cells[at]!]) at++;
      found.push([first, at]);
    }
  return found;
}

/** The frames as a person reads and writes them, in the order of the job. */
export function framesText(board: Board, picked: Selection): string {
  const spans: Span[] = [];
  // Single frames may lie in a pattern that is shorter to say.
  let singles: number[] = [];
  const flush = () => {
    spans.push(...spansOf(singles));
    singles = [];
  };
  for (const [from, to] of picked)
    for (const span of spansBetween(board, from, to)) {
      if (span.first === span.last) singles.push(span.first);
      else {
        flush();
        spans.push(span);
      }
    }
  flush();
  return formatFrames(spans);
}

/** The same for a request: of a job with one range, plain ranges, which may be of any length, with frames between that it does not have. */
export function framesAsked(board: Board, picked: Selection): string {
  const [only, ...others] = board.spans;
  if (!only || others.length > 0) return framesText(board, picked);
  return picked
    .map(([from, to]) => {
      const ends = [frameAt([only], from)!, frameAt([only], to - 1)!].sort((a, b) => a - b);
      return ends[0] === ends[1] ? `${ends[0]}` : `${ends[0]}-${ends[1]}`;
    })
    .join(",");
}

/** The range between two cells, whichever comes first, of `per` frames each. */
export function between(board: Board, one: number, other: number, per: number): Selection {
  const first = Math.floor(Math.min(one, other) / per) * per;
  const end = (Math.floor(Math.max(one, other) / per) + 1) * per;
  return [[first, Math.min(end, board.total)]];
}

/** The position of a frame; undefined when the job does not have it. */
export function positionIn(board: Board, frame: number): number | undefined {
  return positionOf(board.spans, frame);
}

function* spansBetween({ spans, starts }: Board, from: number, to: number): Generator<Span> {
  for (let at = firstReached(0, starts.length, (at) => starts[at]! > from) - 1; at < spans.length; at++) {
    const start = starts[at]!;
    if (start >= to) return;
    const span = spans[at]!;
    yield* partOf(span, Math.max(0, from - start), Math.min(spanLength(span), to - start));
  }
}

/** The frames at places `from` up to but without `to` of a span. */
function* partOf(span: Span, from: number, to: number): Generator<Span> {
  const at = (place: number) => frameAt([span], place)!;
  if (!span.others) {
    yield to - from === 1
      ? { first: at(from), last: at(from), step: 1 }
      : { first: at(from), last: at(to - 1), step: span.step };
    return;
  }
  // Frames between those that the step leaves out come in groups; whole groups are said by the same step, the rest plainly.
  const size = Math.abs(span.step) - 1;
  const sign = Math.sign(span.step);
  const whole = [Math.ceil(from / size), Math.floor(to / size)] as const;
  const plain = (first: number, end: number): Span => ({
    first: at(first),
    last: at(end - 1),
    step: end - first === 1 ? 1 : sign,
  });
  if (whole[1] - whole[0] < 2) {
    for (let first = from; first < to; ) {
      const end = Math.min(to, (Math.floor(first / size) + 1) * size);
      yield plain(first, end);
      first = end;
    }
    return;
  }
  if (from < whole[0] * size) yield plain(from, whole[0] * size);
  yield {
    first: span.first + whole[0] * span.step,
    last: span.first + whole[1] * span.step - sign,
    step: span.step,
    others: true,
  };
  if (whole[1] * size < to) yield plain(whole[1] * size, to);
}
