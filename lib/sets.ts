// Sets of task numbers as ranges, the shape Postgres keeps them in (int4multirange).

/** Ranges [from, to), rising, not touching. */
export type TaskSet = readonly (readonly [from: number, to: number])[];

/** Any ranges in any order as a set. */
export function setOf(ranges: Iterable<readonly [from: number, to: number]>): TaskSet {
  const sorted = [...ranges].filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Single task numbers as a set. */
export function setOfTasks(tasks: Iterable<number>): TaskSet {
  return setOf([...tasks].map((task) => [task, task + 1] as const));
}

/** How many tasks the set holds. */
export function sizeOf(set: TaskSet): number {
  let size = 0;
  for (const [from, to] of set) size += to - from;
  return size;
}

/** Whether the set holds the task; binary search. */
export function holds(set: TaskSet, task: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[middle]![1] <= task) low = middle + 1;
    else high = middle;
  }
  return low < set.length && set[low]![0] <= task;
}

/** What both sets hold. */
export function common(a: TaskSet, b: TaskSet): TaskSet {
  const found: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const from = Math.max(a[i]![0], b[j]![0]);
    const to = Math.min(a[i]![1], b[j]![1]);
    if (to > from) found.push([from, to]);
    if (a[i]![1] < b[j]![1]) i++;
    else j++;
  }
  return found;
}

/** What `a` holds and `b` does not. */
export function without(a: TaskSet, b: TaskSet): TaskSet {
  if (b.length === 0) return a;
  const left: [number, number][] = [];
  let j = 0;
  for (const [from, to] of a) {
    let start = from;
    while (j < b.length && b[j]![1] <= start) j++;
    for (let k = j; k < b.length && b[k]![0] < to; k++) {
      if (b[k]![0] > start) left.push([start, b[k]![0]]);
      start = Math.max(start, b[k]![1]);
    }
    if (start < to) left.push([start, to]);
  }
  return left;
}

/** Walks over the tasks, lowest first. */
export function* eachTask(set: TaskSet): Generator<number> {
  for (const [from, to] of set) for (let task = from; task < to; task++) yield task;
}

/** At most `most` tasks of the set, lowest first, spread evenly over it; all where they are no more. */
export function evenly(set: TaskSet, most: number): number[] {
  const step = Math.max(1, Math.ceil(sizeOf(set) / most));
  const found: number[] = [];
  let skip = 0;
  for (const [from, to] of set) {
    let task = from + skip;
    for (; task < to; task += step) found.push(task);
    skip = task - to;
  }
  return found;
}

const comma = 44;
const closing = 41;

/** Reads Postgres's text of an int4multirange, `{[0,5),[7,9)}`. */
export function parseSet(text: string): TaskSet {
  const ranges: [number, number][] = [];
  let [from, number] = [0, 0];
  // By hand, ten times as fast as by an expression: sets may have many thousand pieces, and are read in every round.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) number = number * 10 + code - 48;
    else if (code === comma && text.charCodeAt(at - 1) !== closing) [from, number] = [number, 0];
    else if (code === closing) {
      ranges.push([from, number]);
      number = 0;
    }
  }
  return ranges;
}

/** Writes a set as Postgres reads it. */
export function formatSet(set: TaskSet): string {
  return `{${set.map(([from, to]) => `[${from},${to})`).join(",")}}`;
}
