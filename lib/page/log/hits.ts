// The lines that were found, while a log is looked through from where a person is to its end, and then from its beginning.

/** So many places are kept of either part; more are counted. */
const mostKept = 100_000;

/** Where the lines begin. `wait`: it is not known yet. `beyond`: there are more than are kept: look again from here. */
export type Next = number | "none" | "wait" | "beyond";

export class Hits {
  count = 0;
  /** How far the log has been looked through: not to its end, to its end, all of it. */
  state: "late" | "early" | "all" = "late";
  private readonly late: number[] = [];
  private readonly early: number[] = [];
  private overflowed = false;

  /** `start`: where the looking through begins. */
  constructor(readonly start: number) {}

  /** Adds lines, as they come. One that is known already counts once. */
  add(places: readonly number[]): void {
    for (const at of places) {
      const list = at >= this.start ? this.late : this.early;
      const last = list.at(-1);
      if (last !== undefined && at <= last) continue;
      this.count++;
      if (list.length < mostKept) list.push(at);
      else if (list === this.late) this.overflowed = true;
    }
  }

  /** The first one behind a place; behind the last one the first of all. */
  after(at: number): Next {
    const list = at >= this.start - 1 ? this.late : this.early;
    const found = list[countUpTo(list, at)];
    if (found !== undefined) return found;
    if (list === this.late) {
      if (this.overflowed) return "beyond";
      if (this.state === "late") return "wait";
      return this.early[0] ?? (this.state === "all" ? (this.late[0] ?? "none") : "wait");
    }
    return this.state === "all" ? (this.late[0] ?? this.early[0] ?? "none") : "wait";
  }

  /** The last one before a place; before the first one the last of all. */
  before(at: number): Next {
    const list = at > this.start ? this.late : this.early;
    const isOver = this.state === "all" || (list === this.late && this.state === "early");
    if (!isOver && !(list.at(-1)! >= at)) return "wait";
    const found = list[countUpTo(list, at - 1) - 1];
    if (found !== undefined) return found;
    if (list === this.early && this.late.length > 0) return this.late.at(-1)!;
    return this.state === "all" ? (this.early.at(-1) ?? this.late.at(-1) ?? "none") : "wait";
  }

  /** The how manieth of all it is, from 1 on; undefined while that is not known. */
  nth(at: number): number | undefined {
    if (this.state !== "all" || this.count > this.late.length + this.early.length) return undefined;
    return countUpTo(this.early, at) + countUpTo(this.late, at);
  }
}

/** How many of sorted numbers are not above a limit. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
