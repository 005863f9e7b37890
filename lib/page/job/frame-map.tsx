// The frame map: every frame of a job is a cell in the colour of its state, from one to millions.
import { useMemo, useState } from "preact/hooks";
import type { JobDetail, JobMap } from "../../client";
import { wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { goTo, hrefOf } from "../place";
import { tell } from "../told";
import { grouped } from "../words";
import { type Board, boardOf, cellsOf, countsOf, frameOf, mostCells } from "./cells";
import { FrameActs } from "./frame-acts";
import { countsText, describeCell, factsOf, useFacts } from "./frame-facts";
import { FrameTip } from "./frame-tip";
import { keyedCell } from "./grid";
import { MapTop } from "./map-top";
import { PickField } from "./pick-field";
import { usePicking } from "./picking";
import { between, firstIn, inState } from "./selection";
import { useSurface } from "./surface";
import "./frame-map.css";

export type FrameMapProps = { job: JobDetail; map: JobMap };

export function FrameMap(props: FrameMapProps) {
  const { frames, order, block } = props.map;
  const board = useMemo(() => boardOf(props.map), [frames, order, block]);
  if (board) return <Cells {...props} board={board} />;
  return (
    <section class="map muted">
      The map shows jobs of up to {grouped(mostCells)} frames; this one has {grouped(props.job.frameCounts.total)}.
    </section>
  );
}

function Cells({ job, map, board }: FrameMapProps & { board: Board }) {
  const cells = useMemo(() => cellsOf(board, map), [board, map]);
  const counts = useMemo(() => countsOf(cells), [cells]);
  const picking = usePicking(board, () => surface.grid.per);
  const { picked, cursor } = picking;
  // The cell of which more is shown; `said`: to who does not see as well.
  const [looked, setLooked] = useState<{ position: number; said: boolean }>();
  const surface = useSurface({
    board,
    cells,
    picked,
    cursor,
    hover: looked?.position,
    // What was under the pointer is not any more; what keys went to stays.
    moved: () => setLooked((now) => (now?.said ? { ...now } : undefined)),
    grip: {
      look(position) {
        if (position !== looked?.position) setLooked(position === undefined ? undefined : { position, said: false });
      },
      pick: picking.click,
      tap(position) {
        picking.point(position);
        setLooked({ position, said: true });
      },
      begin(adds) {
        picking.begin(adds);
        setLooked(undefined);
      },
      drag: picking.drag,
    },
  });
  const { grid, scroller, canvas, height } = surface;

  const words = looked && describeCell(board, cells, looked.position, grid.per);
  const known = useFacts(job.id, words?.frame, map);
  const place = looked && surface.placeOf(looked.position);
  const isInSight = place !== undefined && place.y > -place.size && place.y < height;

  const openLog = (position: number) => {
    const cell = between(board, position, position, grid.per);
    const at = firstIn(cells, cell, "failed") ?? firstIn(cells, cell, "running") ?? cell[0]![0];
    goTo(hrefOf(["jobs", job.id, "log", frameOf(board, at)]));
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.altKey) return;
    const commands = event.ctrlKey || event.metaKey;
    const at = cursor ?? surface.firstInSight();
    const cell = commands ? undefined : keyedCell(grid, Math.floor(at / grid.per), event.key, surface.rowsInSight);
    if (cell !== undefined) {
      // The first key only shows where the cursor is.
      const to = cursor === undefined ? at : cell * grid.per;
      picking.move(at, to, event.shiftKey);
      setLooked({ position: to, said: true });
      surface.reveal(to);
    } else if (event.key === "Escape") {
      picking.clear();
      setLooked(undefined);
    } else if (event.key === "Enter" && cursor !== undefined) openLog(cursor);
    else if (commands && event.key === "a") picking.set([[0, board.total]]);
    else return;
    event.preventDefault();
  };
  useKeys([
    {
      key: "m",
      does: "To the frame map: arrows move, Shift picks, Enter opens the log",
      act: () => scroller.current?.focus(),
    },
    { key: "+", does: "Zoom into the frame map", act: () => surface.zoom(1) },
    { key: "=", does: "", act: () => surface.zoom(1) },
    { key: "-", does: "Zoom out", act: () => surface.zoom(-1) },
    { key: "0", does: "All frames of the map", act: () => surface.zoom(0) },
  ]);
  const pickState = (index: number) => {
    try {
      picking.set(inState(cells, index));
    } catch (error) {
      tell({ text: wordsOf(error), bad: true });
    }
  };
  return (
    <section class="map" aria-labelledby="map-title">
      <MapTop counts={counts} pickState={pickState} zoom={surface.zoom} />
      <div class="map-box">
        <div
          ref={scroller}
          class="map-scroll"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move through it, as its label says
          tabIndex={0}
          aria-label={`Frame map: ${grouped(board.total)} frames, ${countsText(counts)}. Arrows move, Shift picks, Enter opens the log.`}
          style={{ height: `${height}px` }}
          onKeyDown={pressed}
          onBlur={() => setLooked(undefined)}
          onDblClick={() => cursor !== undefined && openLog(cursor)}
        >
          <div style={{ height: `${surface.whole}px` }}>
            <canvas ref={canvas} />
          </div>
        </div>
        {words && isInSight && (
          <FrameTip job={job.id} words={words} known={known} pictures={job.pictures !== null} place={place} />
        )}
      </div>
      <p class="visually-hidden" role="status">
        {words &&
          looked.said &&
          [words.title, words.frame === undefined ? words.sum : words.state, ...(known ? factsOf(known) : [])].join(
            ", ",
          )}
      </p>
      <div class="picked">
        <PickField board={board} pick={picking.set} />
        {picked.length > 0 ? (
          <FrameActs job={job} board={board} cells={cells} picked={picked} clear={picking.clear} />
        ) : (
          <p class="hint">
            {grid.per > 1 && `A cell is ${grouped(grid.per)} frames. `}Drag to pick frames, on a touch screen hold
            first; Control and wheel zoom; a double click opens the log.
          </p>
        )}
      </div>
    </section>
  );
}
