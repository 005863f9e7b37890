// Where cells lie: in rows from left to right, in the order of the job, of one size. Lengths are px of the screen, as whole numbers.

/** `per`: frames that a cell stands for. `size`: of a cell with the gap behind it. `cells`: how many there are. */
export type Grid = { total: number; per: number; size: number; columns: number; rows: number; cells: number };

/** How far it is zoomed in. */
export type Zoom = Pick<Grid, "per" | "size">;

/** `width` and `height` of what is in sight; `least`: the size of the smallest cell. */
export type Sight = { width: number; height: number; least: number };

// In multiples of the smallest cell, and in frames a cell.
const sizes = [1, 4 / 3, 5 / 3, 2, 3, 4, 5, 7, 9, 12, 16, 21];
const largest = 10;
const leads = [1, 2, 3, 4, 5, 6, 8];
/** No browser scrolls much further, px. */
const tallest = 12_000_000;

/** How a zoom lies in what is in sight. */
export function gridOf(total: number, { per, size }: Zoom, { width }: Sight): Grid {
  const cells = Math.ceil(total / per);
  const columns = Math.min(cells, rounded(Math.max(1, Math.floor(width / size))));
  return { total, per, size, columns, rows: Math.ceil(cells / columns), cells };
}

/** The largest cells of which all are in sight, as many as need be for one frame each. */
export function fit(total: number, sight: Sight): Zoom {
  const fits = (zoom: Zoom) => gridOf(total, zoom, sight).rows * zoom.size <= sight.height;
  for (let size = sight.least * largest; size >= sight.least; size--)
    if (fits({ per: 1, size })) return { per: 1, size };
  const size = sight.least;
  let per = 2;
  while (per < total && !fits({ per, size })) per = perFrom(per + 1);
  return { per, size };
}

/** One step in (`by` 1) or out (-1), not further out than what shows all of it. */
export function step(total: number, zoom: Zoom, by: 1 | -1, sight: Sight): Zoom {
  const whole = fit(total, sight);
  const { least } = sight;
  if (by > 0 && zoom.per > 1) return { per: perUpTo(zoom.per / 2), size: least };
  if (by < 0 && zoom.size <= least) {
    const per = perFrom(zoom.per * 2);
    return per < whole.per ? { per, size: least } : whole;
  }
  const steps = sizes.map((times) => Math.round(times * least));
  const size = by > 0 ? steps.find((one) => one > zoom.size) : steps.findLast((one) => one < zoom.size);
  if (size === undefined) return zoom;
  if (by < 0 && whole.per === 1 && size <= whole.size) return whole;
  const next = { per: 1, size };
  return gridOf(total, next, sight).rows * size > tallest ? zoom : next;
}

/** The cell at a place of the whole grid; undefined where there is none. */
export function cellAt({ size, columns, cells }: Grid, x: number, y: number): number | undefined {
  const column = Math.floor(x / size);
  const row = Math.floor(y / size);
  if (column < 0 || column >= columns || row < 0) return undefined;
  const cell = row * columns + column;
  return cell < cells ? cell : undefined;
}

/** The cell nearest to a place that may be outside. */
export function nearestCell(grid: Grid, x: number, y: number): number {
  const column = Math.max(0, Math.min(grid.columns - 1, Math.floor(x / grid.size)));
  const row = Math.max(0, Math.min(grid.rows - 1, Math.floor(y / grid.size)));
  return Math.min(grid.cells - 1, row * grid.columns + column);
}

/** The left and upper end of a cell. */
export function placeOfCell({ size, columns }: Grid, cell: number): { x: number; y: number } {
  return { x: (cell % columns) * size, y: Math.floor(cell / columns) * size };
}

/** Fewer columns that are easier to count by: 45 rather than 47, 350 rather than 387. */
function rounded(columns: number): number {
  const by = columns >= 200 ? 50 : columns >= 60 ? 10 : columns >= 20 ? 5 : 1;
  return Math.floor(columns / by) * by;
}

/** The least number of frames a cell, of those that are easy to count by, that is `least` or more. */
function perFrom(least: number): number {
  const unit = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return unit * (leads.find((lead) => lead * unit >= least) ?? 10);
}

/** The most that is `most` or less. */
function perUpTo(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most) + 1e-9);
  return unit * leads.findLast((lead) => lead * unit <= most)!;
}

/** The cell to which a key of the keyboard goes; undefined for other keys. `rows`: how many are in sight. */
export function keyedCell({ columns, cells }: Grid, cell: number, key: string, rows: number): number | undefined {
  const by: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * rows,
    PageDown: columns * rows,
    Home: -cell,
    End: cells - 1 - cell,
  };
  const move = by[key];
  if (move === undefined) return undefined;
  // Up and down stay in their column, also at the ends.
  const to = cell + move;
  if (Math.abs(move) >= columns && (to < 0 || to >= cells) && key.startsWith("Arrow")) return cell;
  return Math.max(0, Math.min(cells - 1, to));
}
