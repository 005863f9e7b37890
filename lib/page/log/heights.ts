// How high the rows of a long list are, and so where each is: as they are supposed to be until they are measured, px.

export class Heights {
  count = 0;
  /** Where rows begin; one more than there are rows. */
  private tops = new Float64Array(1024);

  /** Lets go of rows at the end. */
  shrink(count: number): void {
    this.count = Math.min(this.count, Math.max(0, count));
  }

  /** Adds rows at the end. */
  grow(count: number, heightOf: (index: number) => number): void {
    if (count + 1 > this.tops.length) {
      const more = new Float64Array(Math.max(count + 1, this.tops.length * 2));
      more.set(this.tops);
      this.tops = more;
    }
    for (; this.count < count; this.count++) this.tops[this.count + 1] = this.tops[this.count]! + heightOf(this.count);
  }

  get total(): number {
    return this.tops[this.count]!;
  }

  top(index: number): number {
    return this.tops[Math.max(0, Math.min(this.count, index))]!;
  }

  /** The row at this distance from the top, the nearest one; 0 where there are none. */
  at(distance: number): number {
    let low = 0;
    for (let high = this.count; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if (this.tops[middle]! <= distance) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Sets what was measured of rows one below the other. Returns whether any was supposed to be otherwise. */
  measured(first: number, heights: readonly number[]): boolean {
    let moved = 0;
    let changed = false;
    for (const [nth, height] of heights.entries()) {
      const index = first + nth;
      if (index >= this.count) break;
      const before = this.tops[index + 1]! - (this.tops[index]! - moved);
      this.tops[index + 1] = this.tops[index]! + height;
      moved += height - before;
      changed ||= height !== before;
    }
    if (moved !== 0)
      for (let index = first + heights.length + 1; index <= this.count; index++) this.tops[index]! += moved;
    return changed;
  }
}
