// What task k of a job is: its frames. To the queue a job is n tasks; only this file knows what they stand for.
import { eachFrame, formatFrames, frameAt, frameCount, positionOf, type Span, spanLength, spansOf } from "./frames";
import { blockOfTask, blocksOfTasks, firstReached, type Order, taskOfBlock, tasksOfBlocks } from "./order";
import { eachTask, holds, setOf, sizeOf, type TaskSet } from "./sets";

/** How a job's frames are cut into tasks. `block`: frames per task. */
export type Layout = { readonly spans: readonly Span[]; readonly order: Order; readonly block: number };

/** The most frames a person may name one by one in one request (`1-900000x2`); whole ranges have no such limit. */
const singleFrames = 100_000;

/** How many tasks the job has. */
export function taskCount(layout: Layout): number {
  return Math.ceil(frameCount(layout.spans) / layout.block);
}

/** The frames of a task, in the order of the job. */
export function framesOfTask(layout: Layout, task: number): number[] {
  const first = blockOfTask(layout.order, taskCount(layout), task) * layout.block;
  const end = first + layout.block;
  const frames: number[] = [];
  let before = 0;
  for (const span of layout.spans) {
    const length = spanLength(span);
    for (let at = Math.max(first, before); at < Math.min(end, before + length); at++)
      frames.push(frameAt([span], at - before)!);
    before += length;
  }
  return frames;
}

/** The task that renders the frame; undefined when the job has no such frame. */
export function taskOfFrame(layout: Layout, frame: number): number | undefined {
  const position = positionOf(layout.spans, frame);
  return position === undefined
    ? undefined
    : taskOfBlock(layout.order, taskCount(layout), Math.floor(position / layout.block));
}

/**
 * The tasks that render any of the frames `asked` for; frames that the job does not have are passed over.
 * A plain range is met by arithmetic, whatever its length. Throws when more than 100,000 frames are named one by one.
 */
export function tasksOfFrames(layout: Layout, asked: readonly Span[]): TaskSet {
  return tasksAt(layout, positionsOfFrames(layout.spans, asked));
}

/** Where the frames `asked` for lie among those of `spans`, as ranges [first, end) of positions. Passes over and throws as tasksOfFrames does. */
export function positionsOfFrames(spans: readonly Span[], asked: readonly Span[]): TaskSet {
  const stepped = asked.filter(isStepped);
  if (frameCount(stepped) > singleFrames)
    throw new RangeError(`at most ${singleFrames} single frames at once: name a range without a step`);
  const wanted: [number, number][] = [...eachFrame(stepped)].map((frame) => [frame, frame + 1]);
  for (const span of asked)
    if (!isStepped(span)) wanted.push([Math.min(span.first, span.last), Math.max(span.first, span.last) + 1]);
  return setOf(positionsWithin(spans, setOf(wanted)));
}

/**
 * The tasks of `layout` that render a frame which one of the tasks `theirs` of another job renders as well. Costs as much as `theirs`
 * and the answer have gaps: alike layouts nothing, stepped frames and scattered fill orders a step for each frame.
 */
export function tasksMeeting(layout: Layout, other: Layout, theirs: TaskSet): TaskSet {
  const sameFrames = areSame(layout.spans, other.spans);
  if (sameFrames && layout.block === other.block && layout.order === other.order) return theirs;
  const positions = positionsOf(other, theirs);
  return tasksAt(
    layout,
    sameFrames ? positions : positionsWithin(layout.spans, rangesOfFrames(other.spans, positions)),
  );
}

/** Whether two lists of spans are the same frames in the same order, written alike. */
export function areSame(some: readonly Span[], others: readonly Span[]): boolean {
  return some.length === others.length && formatFrames(some) === formatFrames(others);
}

/** The tasks whose blocks hold any of the positions, ranges [first, end). */
function tasksAt(layout: Layout, positions: Iterable<readonly [first: number, end: number]>): TaskSet {
  const blocks: [number, number][] = [];
  for (const [first, end] of positions) blocks.push([Math.floor(first / layout.block), Math.ceil(end / layout.block)]);
  const count = taskCount(layout);
  const tasks: [number, number][] = [];
  for (const [from, to] of setOf(blocks)) {
    if (to - from > 8) tasks.push(...tasksOfBlocks(layout.order, count, from, to));
    else {
      // A handful is met sooner one by one.
      for (let block = from; block < to; block++) {
        const task = taskOfBlock(layout.order, count, block);
        tasks.push([task, task + 1]);
      }
    }
  }
  return setOf(tasks);
}

/** The positions of the tasks' frames among those of the job, as ranges [first, end). */
function positionsOf(layout: Layout, tasks: TaskSet): TaskSet {
  const total = frameCount(layout.spans);
  const count = Math.ceil(total / layout.block);
  const blocks = setOf(tasks.flatMap(([from, to]) => blocksOfTasks(layout.order, count, from, to)));
  return blocks.map(([from, to]) => [from * layout.block, Math.min(to * layout.block, total)]);
}

/** The frames at these positions, as ranges [from, to) of numbers. */
function rangesOfFrames(spans: readonly Span[], positions: TaskSet): TaskSet {
  const ranges: [number, number][] = [];
  let before = 0;
  let at = 0;
  for (const span of spans) {
    const length = spanLength(span);
    while (at < positions.length && positions[at]![1] <= before) at++;
    for (let i = at; i < positions.length && positions[i]![0] < before + length; i++) {
      const first = Math.max(positions[i]![0] - before, 0);
      const end = Math.min(positions[i]![1] - before, length);
      for (let place = first; place < end; ) {
        const next = isStepped(span) ? place + 1 : end;
        const ends = [frameAt([span], place)!, frameAt([span], next - 1)!];
        ranges.push([Math.min(...ends), Math.max(...ends) + 1]);
        place = next;
      }
    }
    before += length;
  }
  return setOf(ranges);
}

function isStepped(span: Span): boolean {
  return Math.abs(span.step) !== 1 || span.others === true;
}

/** Where the wanted frames, ranges [from, to), lie among the job's frames, as ranges [first, end) of positions. */
function* positionsWithin(spans: readonly Span[], wanted: TaskSet): Generator<[first: number, end: number]> {
  let before = 0;
  for (const span of spans) {
    const lowest = Math.min(span.first, span.last);
    const highest = Math.max(span.first, span.last);
    for (let i = firstReached(0, wanted.length, (i) => wanted[i]![1] > lowest); i < wanted.length; i++) {
      const [from, to] = wanted[i]!;
      if (from > highest) break;
      const first = heldBefore(span, span.step > 0 ? from - span.first : span.first - to + 1);
      const end = heldBefore(span, span.step > 0 ? to - span.first : span.first - from + 1);
      if (end > first) yield [before + first, before + end];
    }
    before += spanLength(span);
  }
}

/** How many frames the span holds before the place `distance` frames from its first. */
function heldBefore({ first, last, step, others }: Span, distance: number): number {
  const passed = Math.max(0, Math.min(distance, Math.abs(last - first) + 1));
  const hit = Math.ceil(passed / Math.abs(step));
  return others ? passed - hit : hit;
}

/** How many frames the tasks of a set have: all have `block`, but the one that holds the last frames may have fewer. */
export function framesIn(layout: Layout, tasks: TaskSet): number {
  const total = frameCount(layout.spans);
  const count = Math.ceil(total / layout.block);
  const short = count * layout.block - total;
  const size = sizeOf(tasks) * layout.block;
  return short > 0 && holds(tasks, taskOfBlock(layout.order, count, count - 1)) ? size - short : size;
}

/** The frames of a set as text, rising; the first thousand tasks of it, then dots. */
export function framesText(layout: Layout, tasks: TaskSet): string {
  const most = 1000;
  const frames: number[] = [];
  let seen = 0;
  for (const task of eachTask(tasks)) {
    if (++seen > most) break;
    frames.push(...framesOfTask(layout, task));
  }
  const text = formatFrames(spansOf(frames.sort((a, b) => a - b)));
  return seen > most ? `${text},...` : text;
}

/**
 * The job's frames in its own order, or those of `asked` in that order, with their tasks: at most `limit` from place `after` on, all or
 * those of the tasks `wanted`. `next` is the place to go on from, undefined at the end.
 */
export function framesFrom(
  layout: Layout,
  asked: readonly Span[] | undefined,
  after: number,
  limit: number,
  wanted?: TaskSet,
): { found: { frame: number; task: number }[]; next?: number } {
  const from = asked ?? layout.spans;
  const total = frameCount(from);
  const found: { frame: number; task: number }[] = [];
  // Where tasks are in the order of the frames, those that are not wanted are passed over at once.
  const leaps = wanted && asked === undefined && layout.order === "forward" ? positionsOf(layout, wanted) : undefined;
  // Frames that the job does not have cost time too: so many places are looked at, then the rest is for the next page.
  let looks = Math.max(limit, 20_000);
  let place = after;
  for (; place < total && found.length < limit && looks > 0; place++, looks--) {
    if (leaps) {
      const range = leaps[firstReached(0, leaps.length, (i) => leaps[i]![1] > place)];
      if (!range) return { found };
      place = Math.max(place, range[0]);
    }
    const frame = frameAt(from, place)!;
    const task = taskOfFrame(layout, frame);
    if (task !== undefined && (!wanted || holds(wanted, task))) found.push({ frame, task });
  }
  return place < total ? { found, next: place } : { found };
}
