// What of a frame map is in sight, as it is drawn.
import type { TaskSet } from "../../sets";
import type { Board } from "./cells";
import type { Grid } from "./grid";

/**
 * What is drawn; lengths are px of the screen. `top`: how far it is scrolled. `gutter`: room for frame numbers on the left. `ratio`: px of
 * the screen in one of the page. `cursor` and `hover` are positions.
 */
export type Scene = {
  board: Board;
  cells: Uint8Array;
  grid: Grid;
  top: number;
  gutter: number;
  ratio: number;
  picked: TaskSet;
  cursor: number | undefined;
  hover: number | undefined;
};
