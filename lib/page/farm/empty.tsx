// What to do next, where there is nobody to render yet, or nothing.
import type { FarmNow } from "../../client";
import { hrefOf } from "../place";

const sum = (counts: Partial<Record<string, number>>) =>
  Object.values(counts).reduce<number>((all, count) => all + (count ?? 0), 0);

/** Slaves that have gone are not there. */
const slavesOf = ({ slaves }: FarmNow) => sum(slaves) - (slaves.gone ?? 0);

/** Whether somebody has still to begin. */
export function isEmpty(now: FarmNow): boolean {
  return slavesOf(now) === 0 || sum(now.jobs) === 0;
}

export function Empty({ now }: { now: FarmNow }) {
  return (
    <section class="panel farm-empty" aria-label="What to do next">
      {slavesOf(now) === 0 && (
        <p>
          No slave is here yet. Start one on each machine that is to render, with the farm's token in{" "}
          <code>DRQUEUE_TOKEN</code>: <code>drqueue slave --master {location.host}</code>
        </p>
      )}
      {sum(now.jobs) === 0 && (
        <p>
          No job is here yet: <a href={hrefOf(["submit"])}>submit the first one</a>, or{" "}
          <code>drqueue submit --help</code>.
        </p>
      )}
    </section>
  );
}
