// What is known of the frame under the pointer, beside its cell.
import { useState } from "preact/hooks";
import type { Frame } from "../../client";
import { State } from "../parts/state";
import { type CellWords, factsOf } from "./frame-facts";

/** A cell: its left and upper end and its size, px; `room`: width and height of the box that it is in. */
export type CellPlace = { x: number; y: number; size: number; room: { width: number; height: number } };

/** `known`: what the farm knows of it, if it is a single frame, once that is there. */
export type TipProps = {
  job: number;
  words: CellWords;
  known: Frame | undefined;
  pictures: boolean;
  place: CellPlace;
};

const width = 240;

export function FrameTip({ job, words, known, pictures, place: { x, y, size, room } }: TipProps) {
  const left = Math.max(0, Math.min(room.width - width, x + size / 2 - width / 2));
  const above = y > room.height / 2;
  const top = above ? y - 8 : y + size + 8;
  // The live region beside the map says the same to who does not see.
  return (
    <div
      class="tip"
      aria-hidden="true"
      style={{
        left: `${left}px`,
        top: `${top}px`,
        width: `${width}px`,
        transform: above ? "translateY(-100%)" : "none",
      }}
    >
      <div class="tip-title">
        <b>{words.title}</b>
        {words.frame !== undefined && <State state={words.state} />}
      </div>
      {words.frame === undefined ? (
        <p>{words.sum}</p>
      ) : (
        <p class="muted">{known ? factsOf(known).join(" · ") : "\u00a0"}</p>
      )}
      {pictures && known?.state === "finished" && <Thumbnail key={known.frame} job={job} frame={known.frame} />}
    </div>
  );
}

/** The frame's picture, where there is one. */
function Thumbnail({ job, frame }: { job: number; frame: number }) {
  const [is, setIs] = useState<"coming" | "there" | "missing">("coming");
  if (is === "missing") return null;
  return (
    <img
      src={`/jobs/${job}/pictures/${frame}?width=160`}
      alt=""
      width={160}
      class={is}
      onLoad={() => setIs("there")}
      onError={() => setIs("missing")}
    />
  );
}
