// Draws the cells of a frame map on a canvas: only those in sight, and only when something is another than before.
import { firstReached } from "../../order";
import type { TaskSet } from "../../sets";
import { cellStates, countsOf, weightsOf } from "./cells";
import { type Colours, coloursOf, pixelOf, type Rgb } from "./colours";
import { placeOfCell } from "./grid";
import { drawGaps, drawMarks, drawRowNames, outline } from "./overlay";
import type { Scene } from "./scene";

export class Painter {
  private scene: Scene | undefined;
  private colours: Colours | undefined;
  private frame = 0;
  /** One pixel a cell, drawn large. */
  private readonly tile = document.createElement("canvas");
  /** The colours of cells that stand for several frames, and what they were made of. */
  private mixed: { of: readonly unknown[]; pixels: Uint32Array } | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Draws it with the next frame of the screen. */
  show(scene: Scene): void {
    this.scene = scene;
    this.again();
  }

  /** Draws it again, in the colours that the theme has now. */
  recolour(): void {
    this.colours = undefined;
    this.again();
  }

  /** Draws nothing any more. */
  stop(): void {
    cancelAnimationFrame(this.frame);
    this.scene = undefined;
  }

  private again(): void {
    if (this.frame === 0)
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.scene) this.draw(this.scene);
      });
  }

  private draw(scene: Scene): void {
    const context = this.canvas.getContext("2d")!;
    const { width, height } = this.canvas;
    this.colours ??= coloursOf(this.canvas, context);
    context.clearRect(0, 0, width, height);
    const { grid, top, gutter } = scene;
    const row = Math.floor(top / grid.size);
    const rows = Math.min(grid.rows - row, Math.ceil(height / grid.size) + 1);
    if (rows < 1) return;
    const first = row * grid.columns;
    const end = Math.min(grid.cells, first + rows * grid.columns);
    const up = row * grid.size - top;
    this.fillTile(scene, first, end, rows, this.colours);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.tile, 0, 0, grid.columns, rows, gutter, up, grid.columns * grid.size, rows * grid.size);
    const place = (cell: number) => {
      const { x, y } = placeOfCell(grid, cell);
      return { x: x + gutter, y: y - top };
    };
    drawGaps(context, scene, up, rows, this.colours);
    if (grid.per === 1) drawMarks(context, scene, first, end, place, this.colours);
    drawRowNames(context, scene, row, rows, up, this.colours);
    if (scene.hover !== undefined)
      outline(context, scene, place(Math.floor(scene.hover / grid.per)), this.colours.muted);
    if (scene.cursor !== undefined)
      outline(context, scene, place(Math.floor(scene.cursor / grid.per)), this.colours.text);
  }

  private fillTile(scene: Scene, first: number, end: number, rows: number, colours: Colours): void {
    const { grid, cells, picked } = scene;
    if (this.tile.width !== grid.columns || this.tile.height < rows) {
      this.tile.width = grid.columns;
      this.tile.height = rows;
    }
    const image = new ImageData(grid.columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    if (grid.per === 1) {
      const palette = colours.states.map((colour) => pixelOf(...colour));
      for (let cell = first; cell < end; cell++) pixels[cell - first] = palette[cells[cell]!]!;
    } else pixels.set(this.mix(cells, grid.per, first, end, colours));
    if (picked.length > 0) fade(pixels, marked(picked, grid.per, first, end), colours.ground);
    this.tile.getContext("2d")!.putImageData(image, 0, 0);
  }

  /** The colours of cells that stand for several frames: kept until others are in sight, or frames in other states. */
  private mix(cells: Uint8Array, per: number, first: number, end: number, colours: Colours): Uint32Array {
    const of = [cells, per, first, end, colours];
    if (this.mixed?.of.every((one, at) => one === of[at])) return this.mixed.pixels;
    const pixels = new Uint32Array(end - first);
    const counts = new Uint32Array(cellStates.length);
    const weights: number[] = [];
    for (let cell = first; cell < end; cell++) {
      weightsOf(countsOf(cells, cell * per, Math.min(cells.length, (cell + 1) * per), counts), weights);
      let [red, green, blue] = [0, 0, 0];
      for (let state = 0; state < weights.length; state++) {
        const colour = colours.states[state]!;
        red += weights[state]! * colour[0];
        green += weights[state]! * colour[1];
        blue += weights[state]! * colour[2];
      }
      pixels[cell - first] = pixelOf(red, green, blue);
    }
    this.mixed = { of, pixels };
    return pixels;
  }
}

/** Which of the cells `first` up to but without `end` hold a picked frame: 1. */
function marked(picked: TaskSet, per: number, first: number, end: number): Uint8Array {
  const marks = new Uint8Array(end - first);
  for (let at = firstReached(0, picked.length, (at) => picked[at]![1] > first * per); at < picked.length; at++) {
    const [from, to] = picked[at]!;
    if (from >= end * per) break;
    marks.fill(1, Math.max(0, Math.floor(from / per) - first), Math.ceil(to / per) - first);
  }
  return marks;
}

/** Takes most of the colour from cells that are not picked. */
function fade(pixels: Uint32Array, marks: Uint8Array, ground: Rgb): void {
  const keep = 0.3;
  const [red, green, blue] = ground.map((part) => part * (1 - keep)) as unknown as Rgb;
  for (let at = 0; at < marks.length; at++) {
    if (marks[at] === 1) continue;
    const pixel = pixels[at]!;
    pixels[at] = pixelOf(
      (pixel & 255) * keep + red,
      ((pixel >> 8) & 255) * keep + green,
      ((pixel >> 16) & 255) * keep + blue,
    );
  }
}
