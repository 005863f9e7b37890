// All frames of a job as small pictures; of a long job only those that are in sight.
import { useEffect, useRef, useState } from "preact/hooks";
import { widthFor } from "../../pictures";
import { type Board, cellStates, frameOf } from "../job/cells";
import { useVirtual } from "../parts/virtual";
import type { Loaded } from "./loads";
import { isFinished } from "./playing";
import { useLoads } from "./use-loads";

const gap = 8;
const captionHeight = 20;
/** Pictures that were looked at stay for when they come into sight again. */
const mostKept = 600;

const asUrl = {
  made: async (picture: Blob) => URL.createObjectURL(picture),
  free: (url: string) => URL.revokeObjectURL(url),
  most: mostKept,
};

type ThumbsProps = { job: number; board: Board; cells: Uint8Array; size: number; hrefFor: (frame: number) => string };

/** `size`: the least width of a picture, px. */
export function Thumbs({ job, board, cells, size, hrefFor }: ThumbsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = Math.max(1, Math.floor((width + gap) / (size + gap)));
  // The rest of the width is shared out among them.
  const wide = Math.floor((width + gap) / columns) - gap;
  const height = Math.max(1, Math.round((wide * 9) / 16));
  const rowHeight = height + captionHeight + gap;
  const rows = width === 0 ? 0 : Math.ceil(board.total / columns);
  const { items, total } = useVirtual(scroller, { count: rows, rowHeight, overscan: 1 });
  const loads = useLoads({ job, board, cells }, widthFor(wide * Math.min(2, devicePixelRatio)), asUrl);
  const inSight = items.flatMap(({ index }) =>
    Array.from({ length: Math.min(columns, board.total - index * columns) }, (_, at) => index * columns + at),
  );
  const wanted = inSight.filter((at) => isFinished(cells, at));
  useEffect(() => loads.wish(wanted), [loads, wanted.join()]);
  return (
    <div ref={scroller} class="pictures-grid">
      <ul aria-label="Frames" style={{ height: `${total}px` }}>
        {inSight.map((at) => (
          <li
            key={at}
            style={{
              top: `${Math.floor(at / columns) * rowHeight}px`,
              left: `${(at % columns) * (wide + gap)}px`,
              width: `${wide}px`,
            }}
          >
            <Thumb
              frame={frameOf(board, at)}
              state={cellStates[cells[at]!]!}
              loaded={loads.get(at)}
              height={height}
              hrefFor={hrefFor}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

type ThumbProps = {
  frame: number;
  state: (typeof cellStates)[number];
  loaded: Loaded<string> | undefined;
  height: number;
  hrefFor: (frame: number) => string;
};

function Thumb({ frame, state, loaded, height, hrefFor }: ThumbProps) {
  const style = { height: `${height}px` };
  if (state !== "finished")
    return (
      <div class="pictures-thumb">
        <div class={`pictures-box ${state}`} style={style}>
          {state}
        </div>
        <span>{frame}</span>
      </div>
    );
  return (
    <a class="pictures-thumb" href={hrefFor(frame)} aria-label={`Frame ${frame}`}>
      <div class="pictures-box" style={style}>
        {loaded === undefined ? (
          <span class="pictures-coming" />
        ) : loaded.problem === undefined ? (
          <img src={loaded.value} alt="" />
        ) : (
          <span class="pictures-why" title={loaded.problem}>
            {loaded.problem}
          </span>
        )}
      </div>
      <span>{frame}</span>
    </a>
  );
}

/** The width inside an element, px, as it changes. */
export function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const sized = new ResizeObserver(() => setWidth(element.current?.clientWidth ?? 0));
    sized.observe(element.current!);
    return () => sized.disconnect();
  }, []);
  return width;
}
