// The columns of the list of jobs, and which of them a person wants to see.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Job } from "../../client";
import { Bar } from "../parts/bar";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { duration, grouped } from "../words";
import type { SortName } from "./sort";

/** `width`: of its track, as CSS has it. `sort`: what its head sorts by. `of`: its cell; `now` in ms. */
export type Column = {
  name: string;
  title: string;
  width: string;
  sort?: SortName;
  right?: boolean;
  of: (job: Job, now: number) => ComponentChildren;
};

export const columns: readonly Column[] = [
  { name: "id", title: "Job", width: "84px", sort: "id", right: true, of: ({ id }) => <JobLink id={id}>{id}</JobLink> },
  {
    name: "name",
    title: "Name",
    width: "minmax(180px, 3fr)",
    sort: "name",
    of: ({ id, name }) => <JobLink id={id}>{name}</JobLink>,
  },
  { name: "owner", title: "Owner", width: "minmax(80px, 1fr)", sort: "owner", of: ({ owner }) => <bdi>{owner}</bdi> },
  {
    name: "state",
    title: "State",
    width: "100px",
    sort: "state",
    of: (job) => (
      <span title={job.stopReason ?? undefined}>
        <State state={job.state} />
      </span>
    ),
  },
  {
    name: "progress",
    title: "Progress",
    width: "minmax(130px, 1.2fr)",
    of: ({ frameCounts }) => (
      <span class="jobs-progress">
        <Bar counts={frameCounts} />
        <span>{percentOf(frameCounts)} %</span>
      </span>
    ),
  },
  { name: "left", title: "Time left", width: "92px", right: true, of: ({ secondsLeft }) => timeLeft(secondsLeft) },
  {
    name: "priority",
    title: "Priority",
    width: "84px",
    sort: "priority",
    right: true,
    of: ({ priority }) => grouped(priority),
  },
  { name: "pool", title: "Pool", width: "minmax(80px, 1fr)", of: ({ pool }) => pool },
  { name: "kind", title: "Kind", width: "92px", of: ({ kind }) => kind },
  {
    name: "frames",
    title: "Frames",
    width: "minmax(90px, 1fr)",
    of: ({ frames }) => <span class="mono">{frames}</span>,
  },
  {
    name: "submitted",
    title: "Submitted",
    width: "108px",
    sort: "submitted",
    of: ({ submittedAt }, now) => <Moment time={submittedAt} now={now} />,
  },
  {
    name: "ended",
    title: "Ended",
    width: "108px",
    of: ({ endedAt }, now) => endedAt && <Moment time={endedAt} now={now} />,
  },
  {
    name: "running",
    title: "Running",
    width: "80px",
    right: true,
    of: ({ frameCounts }) => unlessNone(frameCounts.running),
  },
  {
    name: "failed",
    title: "Failed",
    width: "72px",
    right: true,
    of: ({ frameCounts }) => <span class="problem">{unlessNone(frameCounts.failed)}</span>,
  },
];

/** Those that are shown when a person chose none. */
export const usualColumns = ["id", "name", "owner", "state", "progress", "left", "priority", "pool", "submitted"];

const kept = "drqueue.jobs.columns";

/** The columns that a person wants to see, as this browser remembers them; they stand in their own order, whatever was chosen first. */
export function useColumns(): [readonly Column[], (names: readonly string[]) => void] {
  const [names, setNames] = useState(readNames);
  const shown = columns.filter(({ name }) => names.includes(name));
  return [
    shown.length > 0 ? shown : columns.filter(({ name }) => usualColumns.includes(name)),
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
    <a href={hrefOf(["jobs", id])} tabIndex={-1}>
      <bdi>{children}</bdi>
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
