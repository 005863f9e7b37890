// A row of the list of jobs: drawn again only when something of it changed, since a scroll touches all that are in sight.
import { Component, type ComponentChildren } from "preact";
import type { Job } from "../../client";
import { Bar } from "../parts/bar";
import { State } from "../parts/state";
import { type Column, JobLink, percentOf, timeLeft } from "./columns";

/** What a person does with a row; the same object for all of them, for ever. */
export type RowActs = {
  press: (job: number, event: MouseEvent) => void;
  tick: (job: number, event: MouseEvent) => void;
  open: (job: number) => void;
  reach: (job: number) => void;
};

/** `job`: undefined while it is not known, null when it is gone. `start`: from the top, px. `isStop`: whether Tab comes here. */
export type RowProps = {
  number: number;
  job: Job | null | undefined;
  index: number;
  start: number;
  isSelected: boolean;
  isStop: boolean;
  isCompact: boolean;
  columns: readonly Column[];
  now: number;
  acts: RowActs;
};

export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { props } = this;
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== props[key]);
  }

  render({
    number,
    job,
    index,
    start,
    isSelected,
    isStop,
    isCompact,
    columns,
    now,
    acts,
  }: RowProps): ComponentChildren {
    return (
      <tr
        class={isSelected ? "jobs-row selected" : "jobs-row"}
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        tabIndex={isStop ? 0 : -1}
        data-job={number}
        style={{ transform: `translateY(${start}px)` }}
        onMouseDown={(event) => {
          // Else the words between the two rows would be marked.
          if (event.shiftKey) event.preventDefault();
        }}
        onClick={(event) => acts.press(number, event)}
        onDblClick={(event) => {
          if (!(event.target as Element).closest(".jobs-tick")) acts.open(number);
        }}
        onFocus={() => acts.reach(number)}
      >
        <td class="jobs-tick">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select job ${number}`}
            checked={isSelected}
            onClick={(event) => {
              event.stopPropagation();
              acts.tick(number, event);
            }}
          />
        </td>
        {job && isCompact && <Compact job={job} />}
        {job &&
          !isCompact &&
          columns.map(({ name, right, of }) => (
            <td key={name} class={right ? "right" : undefined}>
              {of(job, now)}
            </td>
          ))}
        {!job && <td class="jobs-unknown muted">{job === null ? `Job ${number} is deleted` : `${number} …`}</td>}
      </tr>
    );
  }
}

/** Two lines, where there is no room for columns. */
function Compact({ job: { id, name, owner, state, frameCounts, secondsLeft } }: { job: Job }) {
  return (
    <td class="jobs-compact">
      <span class="jobs-line">
        <JobLink id={id}>{name}</JobLink>
        <State state={state} />
      </span>
      <span class="jobs-line muted">
        <span class="jobs-whose">
          {id} <bdi>{owner}</bdi>
        </span>
        <Bar counts={frameCounts} />
        <span class="jobs-share">{percentOf(frameCounts)} %</span>
        <span>{timeLeft(secondsLeft)}</span>
      </span>
    </td>
  );
}
