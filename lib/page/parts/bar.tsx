// How far a job is: its four sets side by side.
import type { Job } from "../../client";
import { grouped } from "../words";

const shown = ["finished", "running", "failed"] as const;

/** `counts`: frames or tasks by state. */
export function Bar({ counts }: { counts: Job["frameCounts"] }) {
  const share = (count: number) => (counts.total === 0 ? 0 : (count / counts.total) * 100);
  const words = [...shown, "waiting" as const]
    .filter((state) => counts[state] > 0)
    .map((state) => `${grouped(counts[state])} ${state}`)
    .join(", ");
  return (
    <span class="bar" role="img" aria-label={words} title={words}>
      {shown.map((state) =>
        counts[state] > 0 ? (
          // A single frame of a million is to be seen as well.
          <i key={state} class={state} style={{ width: `max(2px, ${share(counts[state])}%)` }} />
        ) : null,
      )}
    </span>
  );
}
