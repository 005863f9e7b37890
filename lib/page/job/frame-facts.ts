// What the farm knows of the frame that a person looks at: asked for once they stay with it, and kept until the job moves on.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Frame } from "../../client";
import { farm } from "../farm-client";
import { counted } from "../words";
import { type Board, type CellState, cellStates, countsOf, frameOf } from "./cells";
import { exact } from "./exact";

/** So long on a frame is a look at it, ms. */
const restMs = 80;
const mostKept = 500;

/** The facts of a frame, once they are there. `version`: what is kept of another one is forgotten. */
export function useFacts(job: number, frame: number | undefined, version: unknown): Frame | undefined {
  const kept = useRef({ version, frames: new Map<number, Frame>() });
  if (kept.current.version !== version) kept.current = { version, frames: new Map() };
  const [asked, setAsked] = useState<Frame>();
  const { frames } = kept.current;
  useEffect(() => {
    if (frame === undefined || frames.has(frame)) return;
    let over = false;
    const soon = setTimeout(async () => {
      try {
        const [found] = (await farm.frames(job, { frames: `${frame}`, limit: 1 })).frames;
        if (frames.size >= mostKept) frames.clear();
        if (found) frames.set(frame, found);
        if (!over) setAsked(found);
      } catch {
        // The state of the frame is there all the same, and the page says when no master answers.
      }
    }, restMs);
    return () => {
      over = true;
      clearTimeout(soon);
    };
  }, [job, frame, frames]);
  if (frame === undefined) return undefined;
  // What was known a moment ago stays until it is known anew: it would flicker.
  return frames.get(frame) ?? (asked?.frame === frame ? asked : undefined);
}

/** How the last run of a frame went, in a few words each. */
export function factsOf(known: Frame): string[] {
  const { slave, seconds, attempt, progress, message } = known;
  if (attempt === 0) return ["not handed out yet"];
  return [
    ...(slave === null ? [] : [`on ${slave}`]),
    ...(seconds === null ? [] : [known.state === "running" ? `for ${exact(seconds)}` : exact(seconds)]),
    `attempt ${attempt}`,
    ...(progress === null ? [] : [`${progress} %`]),
    ...(message === null ? [] : [message.slice(0, 200)]),
  ];
}

const told: readonly CellState[] = ["finished", "failed", "running", "waiting", "held", "resting"];

/** Frames by state in words: `40 finished, 8 failed`. `counts` as cellStates has them. */
export function countsText(counts: ArrayLike<number>): string {
  return told
    .map((state) => [counts[cellStates.indexOf(state)]!, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => counted(count, state, state))
    .join(", ");
}

/** What a cell is, whatever the farm knows beside: its frame and its state, or how many frames are in which. */
export type CellWords = { title: string } & ({ frame: number; state: CellState } | { frame?: never; sum: string });

/** The cell of `per` frames that a position is in. */
export function describeCell(board: Board, cells: Uint8Array, position: number, per: number): CellWords {
  const first = Math.floor(position / per) * per;
  const frame = frameOf(board, first);
  if (per === 1) return { title: `Frame ${frame}`, frame, state: cellStates[cells[first]!]! };
  const end = Math.min(board.total, first + per);
  return {
    title: `${counted(end - first, "frame")} from ${frame} on`,
    sum: countsText(countsOf(cells, first, end)),
  };
}
