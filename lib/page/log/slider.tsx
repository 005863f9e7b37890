// Where in a log one is that is larger than what is at hand, and the way to any other place of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes } from "../words";
import { mostPieces, pieceBytes } from "./lines";

/** It is gone there when a person has not moved it for so long, ms. */
const calmMs = 120;

/** `size` and `top`, the place that is shown, in bytes. `left`: a pointer let it go. */
export type SliderProps = { size: number; top: number; go: (to: number) => void; left: () => void };

export function Slider({ size, top, go, left }: SliderProps) {
  const [dragged, setDragged] = useState<number>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setDragged(undefined), [top]);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (size <= mostPieces * pieceBytes) return null;
  const value = dragged ?? top;
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
        setDragged(to);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => go(to), calmMs);
      }}
    />
  );
}
