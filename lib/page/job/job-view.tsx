// One job: how far it is, the map of its frames, and beside it all that is known and can be changed.
import { useRef } from "preact/hooks";
import { ClientError, type JobDetail, type JobMap } from "../../client";
import { hasEnded } from "../../states";
import { farm, wordsOf } from "../farm-client";
import { goTo, hrefOf, type Place } from "../place";
import { type Read, useRead } from "../read";
import { Edit } from "./edit";
import { Facts } from "./facts";
import { FrameMap } from "./frame-map";
import { Graph } from "./graph";
import { JobHead } from "./job-head";
import { ofJob } from "./of-job";
import { Times } from "./times";
import { WhyNot } from "./why";
import "./job-view.css";

const tabs = { times: "Times", why: "Why not", graph: "Dependencies", facts: "Settings", edit: "Change" } as const;
type Tab = keyof typeof tabs;

export function JobView({ place }: { place: Place }) {
  const id = Number(place.path[1]);
  // Whatever stands in the address is no number until it looks like one.
  const isNumber = /^[1-9]\d{0,9}$/.test(place.path[1] ?? "");
  const { value: job, error } = useRead(isNumber ? () => farm.job(id) : undefined, ["job", id], { on: ofJob(id) });
  // Asked for at once, not when the job is there.
  const map = useRead(isNumber ? () => farm.jobMap(id) : undefined, ["map", id], { on: ofJob(id) });
  if (!isNumber) return <p class="problem">There is no job {place.path[1]}.</p>;
  const isGone = error instanceof ClientError && error.status === 404;
  if (!job || isGone)
    return error === undefined ? null : (
      <p class="problem" role="alert">
        {wordsOf(error)}. <a href={hrefOf(["jobs"])}>To the jobs</a>
      </p>
    );
  return <Shown key={id} job={job} map={map} error={error} place={place} />;
}

type ShownProps = { job: JobDetail; map: Read<JobMap>; error: unknown; place: Place };

function Shown({ job, map, error, place }: ShownProps) {
  // What a person came to see first is not to be exchanged because the job moves on.
  const usual = useRef<Tab>(hasEnded(job.state) || job.state === "running" ? "times" : "why");
  const asked = place.query.tab ?? "";
  const tab = Object.hasOwn(tabs, asked) ? (asked as Tab) : usual.current;
  return (
    <div class="job">
      <JobHead job={job} />
      {error !== undefined && (
        <p class="problem" role="alert">
          {wordsOf(error)}: what you see is old.
        </p>
      )}
      <div class="job-parts">
        {map.value ? (
          <FrameMap job={job} map={map.value} />
        ) : (
          <section class="map">{map.error !== undefined && <p class="problem">{wordsOf(map.error)}</p>}</section>
        )}
        <div class="job-side">
          <nav class="job-tabs" aria-label="About the job">
            {Object.entries(tabs).map(([name, title]) => (
              <a
                key={name}
                href={hrefOf(["jobs", job.id], { tab: name })}
                aria-current={tab === name ? "page" : undefined}
              >
                {title}
              </a>
            ))}
          </nav>
          {tab === "times" && <Times job={job} />}
          {tab === "why" && <WhyNot job={job} />}
          {tab === "graph" && <Graph job={job} />}
          {tab === "facts" && <Facts job={job} />}
          {tab === "edit" && (
            <Edit job={job} close={() => goTo(hrefOf(["jobs", job.id], { tab: "facts" }), { replace: true })} />
          )}
        </div>
      </div>
    </div>
  );
}
