// The bar under the player: where in the job it is, which frames are finished, and which of them are here already.
import { useEffect, useRef } from "preact/hooks";
import { type Board, cellStates, frameOf } from "../job/cells";
import { nearestFinished } from "./playing";

type ScrubProps = {
  board: Board;
  cells: Uint8Array;
  at: number;
  loaded: Iterable<number>;
  goTo: (at: number) => void;
  toggle: () => void;
};

export function Scrub({ board, cells, at, loaded, goTo, toggle }: ScrubProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const here = [...loaded].sort((a, b) => a - b);
  const draw = () => canvas.current && paint(canvas.current, cells, here);
  useEffect(() => void draw(), [cells, here.join()]);
  useEffect(() => {
    const sized = new ResizeObserver(() => latest.current());
    sized.observe(canvas.current!);
    const again = () => latest.current();
    window.addEventListener("drqueue:theme", again);
    return () => {
      sized.disconnect();
      window.removeEventListener("drqueue:theme", again);
    };
  }, []);
  const latest = useRef(draw);
  latest.current = draw;
  return (
    <div class="pictures-scrub">
      <canvas ref={canvas} />
      <input
        type="range"
        aria-label="Frame"
        min={0}
        max={board.total - 1}
        value={at}
        aria-valuetext={`Frame ${frameOf(board, at)}`}
        onKeyDown={(event) => {
          if (event.key !== " ") return;
          event.preventDefault();
          toggle();
        }}
        onInput={({ currentTarget }) => {
          const wanted = Number(currentTarget.value);
          // A step from the frame that is shown must not lead back to it.
          const found = nearestFinished(cells, wanted);
          goTo(found === undefined || (found === at && Math.abs(wanted - at) === 1) ? wanted : found);
        }}
      />
    </div>
  );
}

/** A column of pixels stands for as many frames as there are more of them. */
function paint(canvas: HTMLCanvasElement, cells: Uint8Array, loaded: readonly number[]): void {
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const style = getComputedStyle(canvas);
  const colours = cellStates.map((state) => style.getPropertyValue(`--${state === "resting" ? "waiting" : state}`));
  const pen = canvas.getContext("2d")!;
  pen.clearRect(0, 0, width, height);
  const wide = width / cells.length;
  // Neighbours of one state are one rectangle: of a million frames a few are looked at for each column.
  const step = Math.max(1, Math.floor(cells.length / (width * 4)));
  for (let from = 0; from < cells.length; ) {
    let to = from + step;
    while (to < cells.length && cells[to] === cells[from]) to += step;
    pen.fillStyle = colours[cells[from]!]!;
    pen.fillRect(from * wide, height / 2, Math.max(1, (to - from) * wide), height / 2);
    from = to;
  }
  pen.fillStyle = style.getPropertyValue("--accent");
  for (const at of loaded) pen.fillRect(at * wide, 0, Math.max(1, wide), height / 2 - 1);
}
