// The canvas of a frame map, and what it scrolls in: how large all is, what of it is in sight, and drawing it anew when that changes.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Board, frameOf } from "./cells";
import type { CellPlace } from "./frame-tip";
import { cellAt, fit, gridOf, nearestCell, placeOfCell, step, type Zoom } from "./grid";
import { type Grip, takeHold } from "./hand";
import { Painter } from "./paint";
import type { Scene } from "./scene";

/** The size of the smallest cell; how much of the window the map may take; px of the page. */
const least = 3;
const share = 0.52;
const shortest = 200;

/** `moved`: it was scrolled, and other cells are in sight. */
type Shown = Pick<Scene, "board" | "cells" | "picked" | "cursor" | "hover"> & {
  grip: Omit<Grip, "at" | "zoom" | "scroll">;
  moved(): void;
};

/** Lengths are px of the page where nothing else is said. `whole`: height of all cells; `height`: of what is in sight. */
export function useSurface({ grip, moved, ...shown }: Shown) {
  const { board } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | undefined>(undefined);
  const [room, setRoom] = useState({ width: 0, most: 400, ratio: 1 });
  const [zoom, setZoom] = useState<Zoom>();
  /** A position that is to be so far below the upper edge once the zoom is another. */
  const hold = useRef<{ position: number; y: number } | undefined>(undefined);

  const { ratio } = room;
  const gutter = Math.ceil(gutterOf(board) * ratio);
  const sight = {
    width: Math.max(1, Math.floor(room.width * ratio) - gutter),
    height: Math.floor(room.most * ratio),
    least: Math.round(least * ratio),
  };
  const chosen = zoom ?? fit(board.total, sight);
  const grid = gridOf(board.total, chosen, sight);
  const whole = (grid.rows * grid.size) / ratio;
  const height = Math.min(room.most, Math.ceil(whole));
  const latest = useRef({ grid, gutter, ratio, sight, grip, moved, shown });
  latest.current = { grid, gutter, ratio, sight, grip, moved, shown };

  const draw = () => {
    const { grid, gutter, ratio, shown } = latest.current;
    painter.current?.show({
      ...shown,
      grid,
      gutter,
      ratio,
      top: Math.round(Math.max(0, scroller.current!.scrollTop) * ratio),
    });
  };
  const zoomTo = (by: 1 | -1 | 0, at?: { position: number; y: number }) => {
    const { grid, sight } = latest.current;
    hold.current = at ?? middle();
    setZoom(by === 0 ? undefined : step(board.total, grid, by, sight));
  };
  /** What keeps its place when nobody points at something: the cursor if it is in sight, else what is in the middle. */
  const middle = () => {
    const { shown, ratio, sight } = latest.current;
    const at = shown.cursor === undefined ? undefined : placeOf(shown.cursor);
    if (at && at.y >= 0 && at.y < sight.height / ratio) return { position: shown.cursor!, y: at.y };
    const y = scroller.current!.clientHeight / 2;
    return { position: positionAt(0, y), y };
  };
  const positionAt = (x: number, y: number) => {
    const { grid, gutter, ratio } = latest.current;
    return nearestCell(grid, x * ratio - gutter, (y + scroller.current!.scrollTop) * ratio) * grid.per;
  };
  const placeOf = (position: number): CellPlace => {
    const { grid, gutter, ratio } = latest.current;
    const { x, y } = placeOfCell(grid, Math.floor(position / grid.per));
    const { clientHeight = 0, scrollTop = 0 } = scroller.current ?? {};
    return {
      x: (x + gutter) / ratio,
      y: y / ratio - scrollTop,
      size: grid.size / ratio,
      room: { width: room.width, height: clientHeight },
    };
  };

  useLayoutEffect(() => {
    const element = scroller.current!;
    painter.current = new Painter(canvas.current!);
    const measure = () =>
      setRoom({
        width: element.clientWidth,
        most: Math.max(shortest, Math.round(window.innerHeight * share)),
        ratio: window.devicePixelRatio || 1,
      });
    const recolour = () => painter.current?.recolour();
    const scrolled = () => {
      draw();
      latest.current.moved();
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    window.addEventListener("resize", measure);
    window.addEventListener("drqueue:theme", recolour);
    dark.addEventListener("change", recolour);
    element.addEventListener("scroll", scrolled, { passive: true });
    const ours: Pick<Grip, "at" | "zoom" | "scroll"> = {
      at({ clientX, clientY }, nearest) {
        const { left, top } = canvas.current!.getBoundingClientRect();
        const { grid, gutter, ratio } = latest.current;
        if (nearest) return positionAt(clientX - left, clientY - top);
        const y = (clientY - top + element.scrollTop) * ratio;
        const cell = cellAt(grid, (clientX - left) * ratio - gutter, y);
        return cell === undefined ? undefined : cell * grid.per;
      },
      zoom(by, { clientX, clientY }) {
        const { left, top } = canvas.current!.getBoundingClientRect();
        zoomTo(by, { position: positionAt(clientX - left, clientY - top), y: clientY - top });
      },
      scroll: (by) => element.scrollBy(0, by),
    };
    const release = takeHold(canvas.current!, element, () => ({ ...latest.current.grip, ...ours }));
    measure();
    return () => {
      release();
      painter.current?.stop();
      sized.disconnect();
      window.removeEventListener("resize", measure);
      window.removeEventListener("drqueue:theme", recolour);
      dark.removeEventListener("change", recolour);
      element.removeEventListener("scroll", scrolled);
    };
  }, []);

  useLayoutEffect(() => {
    const { current: element } = canvas;
    const [wide, high] = [Math.floor(room.width * ratio), Math.ceil(height * ratio)];
    if (element && (element.width !== wide || element.height !== high)) {
      element.width = wide;
      element.height = high;
      element.style.width = `${wide / ratio}px`;
      element.style.height = `${high / ratio}px`;
    }
    if (hold.current && scroller.current) {
      const { position, y } = hold.current;
      scroller.current.scrollTop = placeOfCell(grid, Math.floor(position / grid.per)).y / ratio - y;
      hold.current = undefined;
    }
    draw();
  });

  return {
    scroller,
    canvas,
    grid,
    whole,
    height,
    placeOf,
    zoom: (by: 1 | -1 | 0) => zoomTo(by),
    rowsInSight: Math.max(1, Math.floor(sight.height / grid.size) - 1),
    firstInSight: () => positionAt(0, 0),
    /** Scrolls so far that a position is in sight. */
    reveal(position: number) {
      const { y, size } = placeOf(position);
      const below = y + size - scroller.current!.clientHeight;
      if (y < 0) scroller.current!.scrollBy(0, y);
      else if (below > 0) scroller.current!.scrollBy(0, below);
    },
  };
}

/** Room for the number of the first frame of each row. */
function gutterOf(board: Board): number {
  const digits = [0, board.total - 1].map((position) => `${frameOf(board, position)}`.length);
  return Math.max(...digits) * 7 + 10;
}
