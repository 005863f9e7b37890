// Over a frame map: what its colours mean, with how many there are of each, and how far it is zoomed.
import { grouped } from "../words";
import { cellStates } from "./cells";

/** `counts` as cellStates has them. `zoom`: in (1), out (-1), or to all of it (0). */
export type MapTopProps = {
  counts: ArrayLike<number>;
  pickState(index: number): void;
  zoom(by: 1 | -1 | 0): void;
};

export function MapTop({ counts, pickState, zoom }: MapTopProps) {
  return (
    <div class="map-top">
      <h2 id="map-title">Frames</h2>
      <div class="map-legend">
        {cellStates.map((state, index) =>
          counts[index]! > 0 ? (
            <button
              key={state}
              type="button"
              class="quiet"
              title={`Pick those that are ${state}`}
              onClick={() => pickState(index)}
            >
              <i class={state} /> {grouped(counts[index]!)} {state}
            </button>
          ) : null,
        )}
      </div>
      <div class="map-zoom">
        <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => zoom(-1)}>
          −
        </button>
        <button type="button" title="All frames (0)" onClick={() => zoom(0)}>
          Fit
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(1)}>
          +
        </button>
      </div>
    </div>
  );
}
