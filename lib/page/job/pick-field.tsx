// Frames picked by writing which.
import { useState } from "preact/hooks";
import { FrameTextError, parseFrames } from "../../frames";
import { positionsOfFrames } from "../../tasks";
import { wordsOf } from "../farm-client";
import type { Board } from "./cells";
import type { Selection } from "./selection";

export function PickField({ board, pick }: { board: Board; pick: (picked: Selection) => void }) {
  const [problem, setProblem] = useState("");
  const read = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("frames") as string;
    try {
      const picked = positionsOfFrames(board.spans, parseFrames(text));
      setProblem(picked.length === 0 ? "the job has none of these frames" : "");
      if (picked.length > 0) pick(picked);
    } catch (error) {
      setProblem(error instanceof FrameTextError ? error.reason : wordsOf(error));
    }
  };
  return (
    <form class="pick-field" onSubmit={read}>
      <label for="pick-frames">Pick frames</label>
      <input
        id="pick-frames"
        name="frames"
        placeholder="1-100x5"
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== ""}
        aria-describedby="pick-problem"
      />
      <span id="pick-problem" class="problem" role="alert">
        {problem}
      </span>
    </form>
  );
}
