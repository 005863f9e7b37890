// What is drawn over the cells of a frame map: gaps, shapes, numbers, the cursor.
import { cellStates, frameOf } from "./cells";
import { type Colours, isLight } from "./colours";
import type { Scene } from "./scene";

const running = cellStates.indexOf("running");
const failed = cellStates.indexOf("failed");

/** Lines between cells, once those are large enough. `up`: where the first of `rows` begins. */
export function drawGaps(
  context: CanvasRenderingContext2D,
  scene: Scene,
  up: number,
  rows: number,
  colours: Colours,
): void {
  const { grid, gutter, ratio } = scene;
  if (grid.size < 5 * ratio) return;
  const gap = Math.max(1, Math.round(ratio * (grid.size > 14 * ratio ? 2 : 1)));
  context.fillStyle = colours.surface;
  for (let column = 1; column <= grid.columns; column++)
    context.fillRect(gutter + column * grid.size - gap, 0, gap, up + rows * grid.size);
  for (let row = 1; row <= rows; row++)
    context.fillRect(gutter, up + row * grid.size - gap, grid.columns * grid.size, gap);
}

/** Shapes for who does not tell the colours apart, and the number of the frame where there is room. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  { board, cells, grid, ratio }: Scene,
  first: number,
  end: number,
  place: (cell: number) => { x: number; y: number },
  colours: Colours,
): void {
  const { size } = grid;
  if (size < 9 * ratio) return;
  const digits = Math.max(`${frameOf(board, 0)}`.length, `${frameOf(board, board.total - 1)}`.length);
  const named = size > (digits * 7 + 8) * ratio;
  if (named) {
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
  }
  context.lineWidth = Math.max(1, Math.min(size / 12, 2 * ratio));
  context.strokeStyle = colours.surface;
  context.beginPath();
  const extent = named ? 6 * ratio : size * 0.4;
  for (let cell = first; cell < end; cell++) {
    const state = cells[cell]!;
    const { x, y } = place(cell);
    if (named) {
      context.fillStyle = isLight(colours.states[state]!) ? "#000" : "#fff";
      context.fillText(`${frameOf(board, cell)}`, x + size / 2 - ratio, y + size / 2);
    }
    if (state !== failed && state !== running) continue;
    // In the corner of a number, else in the middle.
    const left = named ? x + size - extent - 6 * ratio : x + size * 0.25;
    const top = named ? y + 4 * ratio : y + size * 0.25;
    if (state === failed) {
      context.moveTo(left, top);
      context.lineTo(left + extent, top + extent);
      context.moveTo(left + extent, top);
      context.lineTo(left, top + extent);
    } else {
      context.moveTo(left, top + extent / 2);
      context.lineTo(left + extent, top + extent / 2);
    }
  }
  context.stroke();
}

/** The frame with which a row begins, at every row that has room for it. */
export function drawRowNames(
  context: CanvasRenderingContext2D,
  { board, grid, gutter, ratio }: Scene,
  row: number,
  rows: number,
  up: number,
  colours: Colours,
): void {
  if (gutter === 0) return;
  const every = Math.ceil((20 * ratio) / grid.size);
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = colours.muted;
  for (let at = Math.ceil(row / every) * every; at < row + rows; at += every) {
    const frame = frameOf(board, at * grid.columns * grid.per);
    const middle = up + (at - row + 0.5) * grid.size;
    // That of a row which is nearly out of sight would stand on the next one.
    if (middle < 0) continue;
    context.fillText(`${frame}`, gutter - 6 * ratio, Math.max(7 * ratio, middle));
  }
}

/** A frame round a cell. */
export function outline(
  context: CanvasRenderingContext2D,
  { grid, ratio }: Scene,
  { x, y }: { x: number; y: number },
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = Math.round(2 * ratio);
  context.strokeRect(x - ratio, y - ratio, grid.size + ratio, grid.size + ratio);
}
