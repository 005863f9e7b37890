// The pictures of a job: as thumbnails, or one after the other in a player.
import { useMemo, useState } from "preact/hooks";
import type { JobDetail, JobMap } from "../../client";
import { positionOf } from "../../frames";
import { farm, wordsOf } from "../farm-client";
import { type Board, boardOf, cellStates, cellsOf, countsOf, frameOf } from "../job/cells";
import { ofJob } from "../job/of-job";
import { goTo, hrefOf, type Place } from "../place";
import { useRead } from "../read";
import { grouped } from "../words";
import { Pattern } from "./pattern";
import { Player } from "./player";
import { finishedFrom } from "./playing";
import { Thumbs } from "./thumbs";
import "./pictures.css";

/** Widths of thumbnails, px. */
const sizes = { least: 80, most: 400, usual: 160 } as const;

export function PicturesView({ place }: { place: Place }) {
  const isNumber = /^[1-9]\d{0,9}$/.test(place.path[1] ?? "");
  const id = Number(place.path[1]);
  const on = { on: ofJob(id) };
  const { value: job, error, again } = useRead(isNumber ? () => farm.job(id) : undefined, ["job", id], on);
  const map = useRead(isNumber ? () => farm.jobMap(id) : undefined, ["map", id], on);
  const problem = !isNumber ? `There is no job ${place.path[1]}` : (error ?? map.error);
  if (!job || !map.value)
    return problem === undefined ? null : (
      <p class="problem" role="alert">
        {wordsOf(problem)}. <a href={hrefOf(["jobs"])}>To the jobs</a>
      </p>
    );
  return <Shown key={id} job={job} map={map.value} old={problem} again={again} place={place} />;
}

type ShownProps = { job: JobDetail; map: JobMap; old: unknown; again: () => void; place: Place };

function Shown({ job, map, old, again, place }: ShownProps) {
  const [changes, setChanges] = useState(false);
  const board = useMemo(() => boardOf(map), [map.frames, map.order, map.block]);
  const cells = useMemo(() => board && cellsOf(board, map), [board, map]);
  const size = sizeOf(place.query.size);
  const put = (query: { frame?: number | undefined; size?: number }, replace = true) =>
    goTo(hrefOf(["jobs", job.id, "pictures"], { ...place.query, frame: undefined, ...query }), { replace });
  return (
    <div class="pictures">
      <header class="pictures-head">
        <h1>
          Pictures of{" "}
          <a href={hrefOf(["jobs", job.id])}>
            {job.id} <bdi>{job.name}</bdi>
          </a>
        </h1>
        {cells && <span class="muted">{finishedText(cells)}</span>}
        {job.pictures !== null && !changes && (
          <span class="pictures-where">
            <code>{job.pictures}</code>
            <button type="button" onClick={() => setChanges(true)}>
              Change
            </button>
          </span>
        )}
      </header>
      {old !== undefined && (
        <p class="problem" role="alert">
          {wordsOf(old)}: what you see is old.
        </p>
      )}
      {(changes || job.pictures === null) && (
        <Pattern
          job={job}
          done={() => {
            setChanges(false);
            again();
          }}
        />
      )}
      {job.pictures !== null && !board && <p class="problem">These are too many frames to show.</p>}
      {job.pictures !== null && board && cells && (
        // Another pattern is other pictures.
        <Frames key={job.pictures} {...{ job, board, cells, size, place, put }} />
      )}
    </div>
  );
}

type FramesProps = {
  job: JobDetail;
  board: Board;
  cells: Uint8Array;
  size: number;
  place: Place;
  put: (query: { frame?: number | undefined; size?: number }, replace?: boolean) => void;
};

function Frames({ job, board, cells, size, place, put }: FramesProps) {
  const { frame } = place.query;
  const at = frame === undefined ? undefined : positionOf(board.spans, Number(frame));
  const hrefFor = (frame: number) => hrefOf(["jobs", job.id, "pictures"], { ...place.query, frame });
  if (at !== undefined)
    return (
      <Player
        job={job.id}
        board={board}
        cells={cells}
        at={at}
        rests={(at) => {
          if (frameOf(board, at) !== Number(frame)) put({ frame: frameOf(board, at) });
        }}
        close={() => put({ frame: undefined }, false)}
      />
    );
  const first = finishedFrom(cells, 0, 1, false);
  return (
    <>
      <div class="pictures-tools">
        {first === undefined ? (
          <button type="button" disabled title="No frame is finished yet">
            Play
          </button>
        ) : (
          <a class="button" href={hrefFor(frameOf(board, first))}>
            Play
          </a>
        )}
        <label>
          Size{" "}
          <input
            type="range"
            min={sizes.least}
            max={sizes.most}
            step={20}
            value={size}
            onInput={({ currentTarget }) => put({ size: Number(currentTarget.value) })}
          />
        </label>
        {frame !== undefined && <span class="problem">The job has no frame {frame.slice(0, 20)}.</span>}
      </div>
      <Thumbs job={job.id} board={board} cells={cells} size={size} hrefFor={hrefFor} />
    </>
  );
}

function sizeOf(text: string | undefined): number {
  const given = Number(text);
  return given >= sizes.least && given <= sizes.most ? given : sizes.usual;
}

function finishedText(cells: Uint8Array): string {
  const finished = countsOf(cells)[cellStates.indexOf("finished")]!;
  return `${grouped(finished)} of ${grouped(cells.length)} frames finished`;
}
