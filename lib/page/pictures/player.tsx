// Flips through the finished frames of a job, as fast as they come and not faster than is wanted.
import { useEffect, useRef, useState } from "preact/hooks";
import { widthFor } from "../../pictures";
import { type Board, cellStates, frameOf } from "../job/cells";
import { useKeys } from "../keys";
import type { Loaded } from "./loads";
import { finishedFrom, isFinished, roomFor, upcoming } from "./playing";
import { Scrub } from "./scrub";
import { useWidth } from "./thumbs";
import { useLoads } from "./use-loads";

const usualRoom = 24;
const keptSpeed = "drqueue.pictures.speed";
const speeds = { least: 1, most: 60, usual: 24 } as const;

const asBitmap = {
  made: (picture: Blob) => createImageBitmap(picture),
  free: (bitmap: ImageBitmap) => bitmap.close(),
  most: usualRoom,
};

type PlayerProps = {
  job: number;
  board: Board;
  cells: Uint8Array;
  /** The place of the frame to begin with. */
  at: number;
  /** Where it stands still now. */
  rests: (at: number) => void;
  close: () => void;
};

export function Player({ job, board, cells, at: first, rests, close }: PlayerProps) {
  const [at, setAt] = useState(first);
  const [playing, setPlaying] = useState(false);
  const [loops, setLoops] = useState(true);
  const [actual, setActual] = useState(false);
  const [speed, setSpeed] = useState(() => speedOf(localStorage.getItem(keptSpeed) ?? ""));
  const whole = useRef<HTMLElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const width = useWidth(stage);
  const needed = width === 0 || actual ? undefined : widthFor(width * devicePixelRatio);
  const loads = useLoads({ job, board, cells }, needed, asBitmap);
  const loaded = loads.get(at);
  const room = useRef(usualRoom);
  if (loaded && loaded.problem === undefined) loads.most = room.current = roomFor(loaded.value);
  const told = useRef(first);
  useEffect(() => {
    // What the address was told by this player is not news to it.
    if (first !== told.current) setAt(first);
    told.current = first;
  }, [first]);
  useEffect(() => {
    // The size is known once it is drawn: what is asked for before would be asked for twice.
    if (width > 0) loads.wish(upcoming(cells, at, Math.ceil(room.current * 0.75), loops));
  }, [loads, cells, at, loops, width > 0]);
  useEffect(() => {
    if (playing) return;
    // The address follows once a person has come to rest.
    const later = setTimeout(() => {
      told.current = at;
      rests(at);
    }, 300);
    return () => clearTimeout(later);
  }, [at, playing]);

  const now = useRef({ at, cells, loads, loops });
  now.current = { at, cells, loads, loops };
  const step = (by: 1 | -1) => {
    setPlaying(false);
    const next = finishedFrom(cells, at + by, by, loops);
    if (next !== undefined) setAt(next);
  };
  const end = (by: 1 | -1) => {
    setPlaying(false);
    const found = finishedFrom(cells, by === 1 ? 0 : cells.length - 1, by, false);
    if (found !== undefined) setAt(found);
  };
  const toggle = () => setPlaying((was) => !was);
  useEffect(() => {
    if (!playing) return;
    let due = performance.now() + 1000 / speed;
    let frame = 0;
    const tick = (time: number) => {
      frame = requestAnimationFrame(tick);
      if (time < due) return;
      const next = following(now.current);
      if (next === undefined) return setPlaying(false);
      // Not here yet: the one that is shown stays.
      if (next === "coming") return;
      due = Math.max(due + 1000 / speed, time);
      setAt(next);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing, speed]);
  const toFullScreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void whole.current!.requestFullscreen().catch(() => {});
  };

  useKeys([
    { key: " ", does: "Play, or stand still", act: toggle },
    { key: "ArrowRight", does: "The next finished frame", act: () => step(1) },
    { key: "ArrowLeft", does: "The finished frame before", act: () => step(-1) },
    { key: "Home", does: "The first finished frame", act: () => end(1) },
    { key: "End", does: "The last finished frame", act: () => end(-1) },
    { key: "f", does: "Full screen", act: toFullScreen },
    { key: "z", does: "Actual size, or fit", act: () => setActual((was) => !was) },
    { key: "Escape", does: "Back to the thumbnails", act: close },
  ]);
  const frame = frameOf(board, at);
  return (
    <section class="pictures-player" ref={whole} aria-label="Player">
      <div ref={stage} class={actual ? "pictures-stage actual" : "pictures-stage"} tabIndex={actual ? 0 : undefined}>
        <Picture frame={frame} loaded={loaded} state={cellStates[cells[at]!]!} />
      </div>
      <Scrub board={board} cells={cells} at={at} loaded={loads.keys} goTo={setAt} toggle={toggle} />
      <div class="pictures-controls">
        <button type="button" aria-label="First" title="First" onClick={() => end(1)}>
          |◀
        </button>
        <button type="button" aria-label="Before" title="Before" onClick={() => step(-1)}>
          ◀
        </button>
        <button type="button" class="primary" onClick={toggle}>
          {playing ? "Pause" : "Play"}
        </button>
        <button type="button" aria-label="Next" title="Next" onClick={() => step(1)}>
          ▶
        </button>
        <button type="button" aria-label="Last" title="Last" onClick={() => end(-1)}>
          ▶|
        </button>
        <output class="pictures-now">Frame {frame}</output>
        <label>
          <input
            type="number"
            min={speeds.least}
            max={speeds.most}
            value={speed}
            onInput={({ currentTarget }) => {
              const wanted = speedOf(currentTarget.value);
              setSpeed(wanted);
              localStorage.setItem(keptSpeed, `${wanted}`);
            }}
          />{" "}
          frames a second
        </label>
        <label>
          <input type="checkbox" checked={loops} onChange={({ currentTarget }) => setLoops(currentTarget.checked)} />{" "}
          Loop
        </label>
        <span class="pictures-right">
          <button type="button" aria-pressed={actual} onClick={() => setActual(!actual)}>
            Actual size
          </button>
          <button type="button" onClick={toFullScreen}>
            Full screen
          </button>
          <button type="button" onClick={close}>
            Thumbnails
          </button>
        </span>
      </div>
    </section>
  );
}

type PictureProps = { frame: number; loaded: Loaded<ImageBitmap> | undefined; state: string };

/** The picture of a frame; until it is there the one before stays, with a word over it. */
function Picture({ frame, loaded, state }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const bitmap = loaded?.problem === undefined ? loaded?.value : undefined;
  useEffect(() => {
    if (!bitmap) return;
    const { width, height } = bitmap;
    if (canvas.current!.width !== width || canvas.current!.height !== height)
      Object.assign(canvas.current!, { width, height });
    const pen = canvas.current!.getContext("2d")!;
    pen.clearRect(0, 0, width, height);
    pen.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  const word =
    state !== "finished"
      ? `Frame ${frame} is ${state}`
      : (loaded?.problem ?? (loaded ? undefined : `Frame ${frame} ...`));
  return (
    <>
      <canvas
        ref={canvas}
        width={16}
        height={9}
        role="img"
        aria-label={`Picture of frame ${frame}`}
        data-frame={bitmap && frame}
      />
      {word !== undefined && <p class="pictures-word">{word}</p>}
    </>
  );
}

/** The place that is shown next: "coming" while it is not here, undefined at the end. What cannot be had is passed over. */
function following(now: {
  at: number;
  cells: Uint8Array;
  loads: { get(at: number): Loaded<unknown> | undefined };
  loops: boolean;
}) {
  const { at, cells, loads, loops } = now;
  let next = at;
  for (let tries = 0; tries < 500; tries++) {
    const found = finishedFrom(cells, next + 1, 1, loops);
    if (found === undefined || (found === at && !isFinished(cells, at))) return undefined;
    if (found === at) return loads.get(at) ? at : "coming";
    const there = loads.get(found);
    if (there === undefined) return "coming";
    if (there.problem === undefined) return found;
    next = found;
  }
  return undefined;
}

function speedOf(text: string): number {
  const given = Math.round(Number(text));
  return given >= speeds.least && given <= speeds.most ? given : speeds.usual;
}
