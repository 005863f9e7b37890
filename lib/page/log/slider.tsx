// Where in a log one is that is larger than what is at hand, and the way to any other place of it.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes } from "../words";
import { mostPieces, pieceBytes } from "./lines";

/** It is gone there when a person has not moved it for so long, ms. */
const calmMs = 120;

/** `size` in bytes; `slide` is told which place is shown. `left`: a pointer let it go. */
export type SliderProps = {
  size: number;
  slide: RefObject<((top: number) => void) | null>;
  go: (to: number) => void;
  left: () => void;
};

export function Slider({ size, slide, go, left }: SliderProps) {
  const [value, setValue] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  slide.current = (top) => {
    if (timer.current === undefined) setValue(top);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  if (size <= mostPieces * pieceBytes) return null;
  return (
    <input
      class="log-slider"
      type="range"
      aria-label="Place in the log"
      aria-valuetext={`${bytes(value)} of ${bytes(size)}`}
      title={`${bytes(value)} of ${bytes(size)}`}
      min={0}
      max={size}
      step={Math.max(1, Math.floor(size / 1000))}
      value={value}
      onPointerUp={left}
      onInput={(event) => {
        const to = Number(event.currentTarget.value);
        setValue(to);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          timer.current = undefined;
          go(to);
        }, calmMs);
      }}
    />
  );
}
