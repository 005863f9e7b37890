// Fill order: which block of a job is its task 0, 1, 2, ... Handing out takes the lowest task, so the order is in the numbers.

/** `forward`, `reverse`, `coarse:N` (every Nth first, then the rest), `bisect` (first, last, middle, quarters, ...). */
export type Order = "forward" | "reverse" | "bisect" | `coarse:${number}`;

/**
 * A stretch of tasks, `from` up to but without `to`, whose blocks only rise or only fall. Every order is a few of them. `run`: so many
 * tasks in a row, counted from `from`, have blocks that lie side by side.
 */
type Stretch = { from: number; to: number; run: number; falling?: true; blockAt: (task: number) => number };

/** Reads an order as a person writes it. Throws an error that lists what there is. */
export function parseOrder(text: string): Order {
  if (text === "forward" || text === "reverse" || text === "bisect") return text;
  const every = /^coarse:([1-9]\d{0,8})$/.exec(text)?.[1];
  if (every) return `coarse:${Number(every)}`;
  throw new Error(
    `order '${text}' is not known: forward, reverse, bisect, or coarse:N (every Nth first, for example coarse:10)`,
  );
}

/** The block (0 .. count-1, in the order of the frames) that is task `task` of `count`. */
export function blockOfTask(order: Order, count: number, task: number): number {
  for (const { from, to, blockAt } of stretches(order, count)) if (task >= from && task < to) return blockAt(task);
  throw new RangeError(`task ${task} of ${count}`);
}

/** The blocks of tasks 0, 1, 2, ... `count` - 1: all of a million in 20 ms, where asking for each takes half a second. */
export function allBlocks(order: Order, count: number): Uint32Array {
  const blocks = new Uint32Array(count);
  if (order === "bisect") fillBisected(blocks);
  else if (order === "reverse") for (let task = 0; task < count; task++) blocks[task] = count - 1 - task;
  else {
    const every = order === "forward" ? 1 : everyOf(order);
    let task = 0;
    for (let block = 0; block < count; block += every) blocks[task++] = block;
    for (let block = 0; block < count; block++) if (block % every !== 0) blocks[task++] = block;
  }
  return blocks;
}

/** The tree of a bisection from its top, level by level: what is below a block comes behind all that is beside it. */
function fillBisected(blocks: Uint32Array): void {
  const count = blocks.length;
  if (count > 1) blocks[1] = count - 1;
  const starts = new Uint32Array(count);
  const sizes = new Uint32Array(count);
  let end = 2;
  if (count > 2) [starts[end], sizes[end++]] = [1, count - 2];
  for (let task = 2; task < count; task++) {
    const start = starts[task]!;
    const size = sizes[task]!;
    const left = (size - 1) >> 1;
    blocks[task] = start + left;
    if (left > 0) {
      starts[end] = start;
      sizes[end++] = left;
    }
    if (size - 1 > left) {
      starts[end] = start + left + 1;
      sizes[end++] = size - 1 - left;
    }
  }
}

/** The task that is block `block` of `count`. */
export function taskOfBlock(order: Order, count: number, block: number): number {
  if (!(block >= 0 && block < count)) throw new RangeError(`block ${block} of ${count}`);
  // A search for the block in each stretch would be right as well, and up to 100 times slower.
  if (order === "forward") return block;
  if (order === "reverse") return count - 1 - block;
  if (order === "bisect") {
    if (block === 0) return 0;
    return block === count - 1 ? 1 : 2 + placeInTree(count - 2, block - 1);
  }
  const every = everyOf(order);
  const rest = block % every;
  const group = (block - rest) / every;
  return rest === 0 ? group : Math.ceil(count / every) + group * (every - 1) + rest - 1;
}

/** The tasks of the blocks `first` up to but without `end`, as a few ranges [from, to) however many blocks there are. */
export function tasksOfBlocks(order: Order, count: number, first: number, end: number): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const { from, to, falling, blockAt } of stretches(order, count)) {
    const start = falling
      ? firstReached(from, to, (task) => blockAt(task) < end)
      : firstReached(from, to, (task) => blockAt(task) >= first);
    const stop = falling
      ? firstReached(from, to, (task) => blockAt(task) < first)
      : firstReached(from, to, (task) => blockAt(task) >= end);
    if (stop > start) ranges.push([start, stop]);
  }
  return ranges;
}

/** The blocks of the tasks `from` up to but without `to`, as ranges [first, end) in no order; as many as there are gaps in between. */
export function blocksOfTasks(order: Order, count: number, from: number, to: number): [first: number, end: number][] {
  if (from <= 0 && to >= count) return count > 0 ? [[0, count]] : [];
  const ranges: [number, number][] = [];
  for (const stretch of stretches(order, count)) {
    const end = Math.min(to, stretch.to);
    for (let task = Math.max(from, stretch.from); task < end; ) {
      const next = Math.min(end, task + stretch.run - ((task - stretch.from) % stretch.run));
      const block = stretch.falling ? stretch.blockAt(next - 1) : stretch.blockAt(task);
      ranges.push([block, block + next - task]);
      task = next;
    }
  }
  return ranges;
}

function everyOf(order: `coarse:${number}`): number {
  return Number(order.slice("coarse:".length));
}

function stretches(order: Order, count: number): Stretch[] {
  if (order === "forward") return [{ from: 0, to: count, run: count, blockAt: (task) => task }];
  if (order === "reverse")
    return [{ from: 0, to: count, run: count, falling: true, blockAt: (task) => count - 1 - task }];
  if (order === "bisect") return bisection(count);
  const every = everyOf(order);
  if (every === 1) return stretches("forward", count);
  const coarse = Math.ceil(count / every);
  const others = (task: number) =>
    Math.floor((task - coarse) / (every - 1)) * every + ((task - coarse) % (every - 1)) + 1;
  return [
    { from: 0, to: coarse, run: 1, blockAt: (task) => task * every },
    { from: coarse, to: count, run: every - 1, blockAt: others },
  ];
}

/**
 * First and last block, then the middles of what is between, level by level: a balanced binary tree read from the top.
 * Its levels are full but for the last, which is why a level's width follows from the number of blocks alone.
 */
function bisection(count: number): Stretch[] {
  const found: Stretch[] = [{ from: 0, to: Math.min(1, count), run: 1, blockAt: () => 0 }];
  if (count > 1) found.push({ from: 1, to: 2, run: 1, blockAt: () => count - 1 });
  const inner = count - 2;
  for (let level = 0, from = 2; from < count; level++) {
    const to = from + widthAt(inner, level);
    const start = from;
    found.push({ from, to, run: 1, blockAt: (task) => 1 + middleAt(inner, level, task - start) });
    from = to;
  }
  return found;
}

/** How many blocks of a tree of `size` blocks lie `level` levels below its top. */
function widthAt(size: number, level: number): number {
  const above = 2 ** level - 1;
  return Math.max(0, Math.min(above + 1, size - above));
}

/** The `index`th block from the left on `level` of a tree of `size` blocks. */
function middleAt(size: number, level: number, index: number): number {
  let start = 0;
  let rest = size;
  let place = index;
  for (let below = level - 1; below >= 0; below--) {
    const left = Math.floor((rest - 1) / 2);
    const inLeft = widthAt(left, below);
    if (place < inLeft) rest = left;
    else {
      place -= inLeft;
      start += left + 1;
      rest -= left + 1;
    }
  }
  return start + Math.floor((rest - 1) / 2);
}

/** Where block `block` of a tree of `size` blocks comes when the tree is read level by level: middleAt the other way round. */
function placeInTree(size: number, block: number): number {
  const passed: [left: number, level: number][] = [];
  let start = 0;
  let rest = size;
  let level = 0;
  for (; rest > 1; level++) {
    const left = Math.floor((rest - 1) / 2);
    if (block === start + left) break;
    if (block < start + left) rest = left;
    else {
      passed.push([left, level + 1]);
      start += left + 1;
      rest -= left + 1;
    }
  }
  let place = 2 ** level - 1;
  for (const [left, top] of passed) place += widthAt(left, level - top);
  return place;
}

/** The first number in [from, to) for which `reached` is true, and stays so; `to` when there is none. */
export function firstReached(from: number, to: number, reached: (task: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
