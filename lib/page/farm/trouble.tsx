// What needs a person, each thing beside its cure.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Attention } from "../../client";
import { wordsOf } from "../farm-client";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import type { Read } from "../read";
import { attempt } from "../told";
import { counted, grouped } from "../words";
import { callWell, requeueAlike, requeueFailed, showFailure } from "./cures";

type All = { all: Attention; again: () => void };

/** So many of each sort are shown at first. */
const first = 6;

export function Trouble({ attention: { value, error, again } }: { attention: Read<Attention> }) {
  const isWell = value && value.jobCount + value.slaveCount === 0;
  return (
    <section class="panel farm-trouble" aria-label="What needs a person">
      <h2>What needs a person</h2>
      {!value && error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      {isWell && <p class="muted">Nothing: no job has failed, and no slave is lost, sick or in trouble.</p>}
      {value && !isWell && (
        <>
          <Jobs all={value} again={again} />
          <Slaves all={value} again={again} />
          <Errors all={value} again={again} />
        </>
      )}
    </section>
  );
}

function Jobs({ all, again }: All) {
  return (
    <Rows
      title={`${counted(all.jobCount, "job")} with failures`}
      rows={all.jobs}
      more={
        all.jobCount > all.jobs.length ? <a href={hrefOf(["jobs"], { q: "state:failed" })}>All failed jobs</a> : null
      }
    >
      {(job) => (
        <li key={job.id}>
          <div class="farm-what">
            <State state={job.state} />{" "}
            <a href={hrefOf(["jobs", job.id])}>
              <bdi>{job.name}</bdi>
            </a>{" "}
            <span class="muted">
              job {job.id}
              {job.owner !== "" && " · "}
              <bdi>{job.owner}</bdi> · {grouped(job.failedTasks)} failed
            </span>
            {job.stopReason !== null && <p>It stopped itself: {job.stopReason}</p>}
          </div>
          <div class="farm-cures">
            <Cure label="Why" of={job.name} act={() => showFailure(job)} />
            <Cure
              label={job.state === "stopped" ? "Requeue failed and continue" : "Requeue failed"}
              of={job.name}
              act={() => requeueFailed([job])}
              again={again}
            />
          </div>
        </li>
      )}
    </Rows>
  );
}

function Slaves({ all, again }: All) {
  return (
    <Rows title={`${counted(all.slaveCount, "slave")} in trouble`} rows={all.slaves} more={null}>
      {(slave) => (
        <li key={slave.id}>
          <div class="farm-what">
            <State state={slave.way} /> <a href={hrefOf(["slaves", slave.name])}>{slave.name}</a>
            <p>{slave.text}</p>
          </div>
          <div class="farm-cures">
            <a class="button" href={hrefOf(["slaves", slave.name])} aria-label={`Open: ${slave.name}`}>
              Open
            </a>
            {slave.way === "sick" && (
              <Cure label="Call well" of={slave.name} act={() => callWell(slave)} again={again} />
            )}
          </div>
        </li>
      )}
    </Rows>
  );
}

function Errors({ all, again }: All) {
  return (
    <Rows title="What failed tasks say" rows={all.errors} more={null}>
      {(set) => (
        <li key={set.text}>
          <div class="farm-what">
            <p class="mono">{set.text}</p>
            <span class="muted">
              {counted(set.tasks, "task")} of {jobsOf(set)} on {set.slaves.slice(0, 4).join(", ") || "no slave"}
              {set.slaves.length > 4 && ` and ${set.slaves.length === 20 ? "more" : set.slaves.length - 4}`}
            </span>
          </div>
          <div class="farm-cures">
            <a class="button" href={hrefOf(["jobs", set.example.job, "log", set.example.frame])}>
              Log of {set.example.job}, frame {set.example.frame}
            </a>
            <Cure
              label={`Requeue all failed of ${jobsOf(set)}`}
              of={set.text}
              act={() => requeueAlike(set, all.jobs)}
              again={again}
            />
          </div>
        </li>
      )}
    </Rows>
  );
}

const jobsOf = ({ jobs }: Attention["errors"][number]) =>
  jobs.length === 1 ? `job ${jobs[0]}` : counted(jobs.length, "job");

/** A list under its title; of a long one the first few, until a person wants more. */
function Rows<T>(props: {
  title: string;
  rows: readonly T[];
  more: ComponentChildren;
  children: (row: T) => ComponentChildren;
}) {
  const { title, rows, more, children } = props;
  const [showsAll, showAll] = useState(false);
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="farm-rows">{rows.slice(0, showsAll ? rows.length : first).map(children)}</ul>
      {rows.length > first && !showsAll ? (
        <button type="button" class="quiet" onClick={() => showAll(true)}>
          {grouped(rows.length - first)} more
        </button>
      ) : (
        more
      )}
    </section>
  );
}

/** A button that does something, not twice at once. `of`: what with, for who does not see where it stands. */
function Cure(props: { label: string; of: string; act: () => Promise<void>; again?: () => void }) {
  const { label, of, act, again } = props;
  const [busy, setBusy] = useState(false);
  const press = async () => {
    // Not disabled meanwhile: the focus would be lost that comes back to it after a question.
    if (busy) return;
    setBusy(true);
    if (await attempt(act)) again?.();
    setBusy(false);
  };
  return (
    <button type="button" aria-busy={busy} onClick={press} aria-label={`${label}: ${of}`}>
      {label}
    </button>
  );
}
