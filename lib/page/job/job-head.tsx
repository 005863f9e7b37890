// What stands over a job: whose it is, how far it is, and what can be done with all of it.
import { useEffect, useReducer } from "preact/hooks";
import type { JobDetail } from "../../client";
import { Bar } from "../parts/bar";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { ago, duration, grouped } from "../words";
import { JobActs } from "./job-acts";

/** How often what is said of times is said anew, ms. */
const tickMs = 10_000;

export function JobHead({ job }: { job: JobDetail }) {
  const { total, finished, failed, running, waiting } = job.frameCounts;
  const now = useNow();
  const share = total === 0 ? 0 : Math.floor((finished / total) * 100);
  const rest = [
    [running, "running"],
    [waiting, "waiting"],
    [failed, "failed"],
  ] as const;
  return (
    <header class="job-head">
      <div class="job-title">
        <h1>
          <span class="muted">{job.id}</span> <bdi>{job.name}</bdi>
        </h1>
        <State state={job.state} />
        <span class="muted">
          <bdi>{job.owner}</bdi>
          {job.owner !== "" && " · "}
          {job.kind ?? "command"} · {job.pool} · priority {job.priority}
        </span>
      </div>
      <JobActs job={job} />
      <div class="job-progress">
        <Bar counts={job.frameCounts} />
        <p>
          <b>{share} %</b>: {grouped(finished)} of {grouped(total)} frames finished
          {rest.filter(([count]) => count > 0).map(([count, word]) => `, ${grouped(count)} ${word}`)}
          {job.secondsLeft !== null && ` · about ${duration(job.secondsLeft)} left`}
        </p>
        <p class="muted">
          Submitted <Moment at={job.submittedAt} now={now} />
          {job.startedAt !== null && (
            <>
              {" · started "}
              <Moment at={job.startedAt} now={now} />
            </>
          )}
          {job.endedAt !== null && (
            <>
              {" · ended "}
              <Moment at={job.endedAt} now={now} />
            </>
          )}
          {job.needs.length > 0 && (
            <>
              {" · waits for "}
              <JobLinks jobs={job.needs.map((one) => one.job)} />
            </>
          )}
          {job.neededBy.length > 0 && (
            <>
              {" · waited for by "}
              <JobLinks jobs={job.neededBy} />
            </>
          )}
        </p>
        {job.stopReason !== null && <p class="problem">It stopped itself: {job.stopReason}</p>}
      </div>
    </header>
  );
}

/** Some of many: all are in the graph. */
function JobLinks({ jobs }: { jobs: readonly number[] }) {
  const most = 5;
  return (
    <>
      {jobs.slice(0, most).map((id, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <a href={hrefOf(["jobs", id])}>job {id}</a>
        </span>
      ))}
      {jobs.length > most && ` and ${grouped(jobs.length - most)} more`}
    </>
  );
}

function Moment({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at, now)}
    </time>
  );
}

/** The time, ms; said anew every few seconds. */
function useNow(): number {
  const [, again] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    const every = setInterval(() => again(undefined), tickMs);
    return () => clearInterval(every);
  }, []);
  return Date.now();
}
