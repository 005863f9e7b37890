// How the farm is now: its slots as one bar, its jobs and slaves as numbers that lead to them.
import type { FarmNow } from "../../client";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { counted, grouped } from "../words";

const slots = [
  { of: "busy", word: "busy", says: "with a task" },
  { of: "free", word: "idle", says: "could take a task now" },
  { of: "closed", word: "disabled", says: "take none: by settings, hours, drain, foreign load or trouble" },
  { of: "lost", word: "lost", says: "of slaves that are not heard of any more" },
] as const;

const jobStates = ["running", "waiting", "stopped", "failed", "finished"] as const;
const slaveWays = ["online", "off_hours", "draining", "disabled", "problem", "sick", "lost", "gone"] as const;

export function Slots({ now }: { now: FarmNow }) {
  const all = slots.reduce((sum, { of }) => sum + now.slots[of], 0);
  const words = slots.map(({ of, word }) => `${grouped(now.slots[of])} ${word}`).join(", ");
  return (
    <section class="panel farm-slots" aria-label="Slots">
      <div class="farm-line">
        <h2>{counted(all, "slot")}</h2>
        <span class="muted">
          {counted(now.tasks.running, "task")} running, {grouped(now.tasks.waiting)} waiting
          {now.tasks.stopped > 0 && `, ${grouped(now.tasks.stopped)} in stopped jobs`}
        </span>
      </div>
      <div class="farm-bar" role="img" aria-label={`Of ${counted(all, "slot")}: ${words}`}>
        {slots.map(({ of }) => (
          // A single slot of thousands is to be seen as well.
          <i key={of} class={of} style={{ flexGrow: `${now.slots[of]}`, minWidth: now.slots[of] > 0 ? "3px" : "0" }} />
        ))}
      </div>
      <ul class="farm-legend">
        {slots.map(({ of, word, says }) => (
          <li key={of} title={says}>
            <i class={of} />
            <b>{grouped(now.slots[of])}</b> {word}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function JobCounts({ now }: { now: FarmNow }) {
  return <Counts title="Jobs" at="jobs" counts={jobStates.map((state) => ({ state, count: now.jobs[state] ?? 0 }))} />;
}

/** Ways in which no slave is are left out. */
export function SlaveCounts({ now }: { now: FarmNow }) {
  return (
    <Counts
      title="Slaves"
      at="slaves"
      counts={slaveWays
        .map((state) => ({ state, count: now.slaves[state] ?? 0 }))
        .filter(({ state, count }) => count > 0 || state === "online")}
    />
  );
}

type CountsProps = { title: string; at: "jobs" | "slaves"; counts: { state: string; count: number }[] };

function Counts({ title, at, counts }: CountsProps) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <div class="farm-counts">
        {counts.map(({ state, count }) => (
          <a key={state} href={hrefOf([at], { q: `state:${state}` })}>
            <b>{grouped(count)}</b>
            <State state={state} />
          </a>
        ))}
      </div>
    </section>
  );
}
