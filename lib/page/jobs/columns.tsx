// The columns of the list of jobs, and which of them a person wants to see.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Job } from "../../client";
import { Bar } from "../parts/bar";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { duration, grouped } from "../words";
import type { SortName } from "./sort";

/** `width`: at least, px; `grows`: its share of what is left over. `sort`: what its head sorts by. `of`: its cell; `now` in ms. */
export type Column = {
  name: string;
  title: string;
  width: number;
  grows?: number;
  sort?: SortName;
  right?: boolean;
  of: (job: Job, now: number) => ComponentChildren;
};

export const columns: readonly Column[] = [
  { name: "id", title: "Job", width: 84, sort: "id", right: true, of: ({ id }) => <JobLink id={id}>{id}</JobLink> },
  {
    name: "name",
    title: "Name",
    width: 180,
    grows: 3,
    sort: "name",
    of: ({ id, name }) => <JobLink id={id}>{name}</JobLink>,
  },
  { name: "owner", title: "Owner", width: 80, grows: 1, sort: "owner", of: ({ owner }) => <bdi>{owner}</bdi> },
  {
    name: "state",
    title: "State",
    width: 100,
    sort: "state",
    of: ({ state }) => <State state={state} />,
  },
  {
    name: "progress",
    title: "Progress",
    width: 130,
    grows: 1.2,
    of: ({ frameCounts }) => (
      <span class="jobs-progress">
        <Bar counts={frameCounts} />
        <span>{percentOf(frameCounts)} %</span>
      </span>
    ),
  },
  { name: "left", title: "Time left", width: 92, right: true, of: ({ secondsLeft }) => timeLeft(secondsLeft) },
  {
    name: "priority",
    title: "Priority",
    width: 84,
    sort: "priority",
    right: true,
    of: ({ priority }) => grouped(priority),
  },
  { name: "pool", title: "Pool", width: 80, grows: 1, of: ({ pool }) => pool },
  { name: "kind", title: "Kind", width: 92, of: ({ kind }) => kind },
  {
    name: "frames",
    title: "Frames",
    width: 90,
    grows: 1,
    of: ({ frames }) => <span class="mono">{frames}</span>,
  },
  {
    name: "submitted",
    title: "Submitted",
    width: 108,
    sort: "submitted",
    of: ({ submittedAt }, now) => <Moment time={submittedAt} now={now} />,
  },
  {
    name: "ended",
    title: "Ended",
    width: 108,
    of: ({ endedAt }, now) => endedAt && <Moment time={endedAt} now={now} />,
  },
  {
    name: "running",
    title: "Running",
    width: 80,
    right: true,
    of: ({ frameCounts }) => unlessNone(frameCounts.running),
  },
  {
    name: "failed",
    title: "Failed",
    width: 72,
    right: true,
    of: ({ frameCounts }) => <span class="problem">{unlessNone(frameCounts.failed)}</span>,
  },
];

/** How wide the columns are, as CSS has it, and how wide they are at least, px. */
export function tracksOf(shown: readonly Column[]): { tracks: string; least: number } {
  const tracks = shown.map(({ width, grows }) =>
    grows === undefined ? `${width}px` : `minmax(${width}px, ${grows}fr)`,
  );
  return { tracks: tracks.join(" "), least: shown.reduce((sum, { width }) => sum + width, 0) };
}

/** Those that are shown when a person chose none. */
export const usualColumns = ["id", "name", "owner", "state", "progress", "left", "priority", "pool", "submitted"];

const kept = "drqueue.jobs.columns";

/** The columns that a person wants to see, as this browser remembers them; they stand in their own order, whatever was chosen first. */
export function useColumns(): [readonly Column[], (names: readonly string[]) => void] {
  const [names, setNames] = useState(readNames);
  // The same list until another is chosen: rows are drawn anew for another one.
  const shown = useMemo(() => {
    const chosen = columns.filter(({ name }) => names.includes(name));
    return chosen.length > 0 ? chosen : columns.filter(({ name }) => usualColumns.includes(name));
  }, [names]);
  return [
    shown,
    (chosen) => {
      localStorage.setItem(kept, JSON.stringify(chosen));
      setNames(chosen);
    },
  ];
}

function readNames(): readonly string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(kept) ?? "");
    if (Array.isArray(names)) return names.filter((name) => typeof name === "string");
  } catch {
    // Nothing is kept, or what somebody else wrote.
  }
  return usualColumns;
}

/** How much is done, percent: 100 only when all is. */
export function percentOf({ finished, total }: Job["frameCounts"]): number {
  return total === 0 ? 0 : Math.floor((finished / total) * 100);
}

export function timeLeft(seconds: number | null): string {
  return seconds === null ? "" : duration(seconds);
}

/** The words of others stand by themselves: letters from right to left turn nothing round them. */
export function JobLink({ id, children }: { id: number; children: ComponentChildren }) {
  return (
    <a href={hrefOf(["jobs", id])} tabIndex={-1} dir="auto">
      {children}
    </a>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A time as the clock shows it today, before with its day. */
function Moment({ time, now }: { time: string; now: number }) {
  const moment = new Date(time);
  const isToday = moment.toDateString() === new Date(now).toDateString();
  return (
    <time dateTime={time} title={whole.format(moment)}>
      {(isToday ? clock : calendar).format(moment)}
    </time>
  );
}

function unlessNone(count: number): string {
  return count === 0 ? "" : grouped(count);
}
