// The log of a frame: which of its attempts, the way to the logs of other frames, and why there is none yet.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { JobDetail, Run } from "../../client";
import { parseFrames } from "../../frames";
import { farm, wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { goTo, hrefOf, type Place } from "../place";
import { useRead } from "../read";
import { LogOfRun } from "./log-of-run";
import { neighbours } from "./neighbours";
import { RunFacts } from "./run-facts";
import "./log.css";

/** What runs is looked at so often, ms. */
const lookMs = 2000;

export function LogView({ place }: { place: Place }) {
  const [, job, , frame] = place.path.map(Number);
  if (!Number.isInteger(job) || !Number.isInteger(frame)) return <p class="problem">There is no such log.</p>;
  return <LogOfFrame key={`${job} ${frame}`} job={job!} frame={frame!} query={place.query} />;
}

function LogOfFrame({ job: id, frame, query }: { job: number; frame: number; query: Place["query"] }) {
  const isOfJob = (news: { type: string; job?: number | null }) => news.type.startsWith("job.") && news.job === id;
  const job = useRead(() => farm.job(id), ["job", id], { on: isOfJob });
  const [isOver, setOver] = useState(false);
  const runs = useRead(() => farm.runs(id, frame), ["runs", id, frame], {
    on: isOfJob,
    ...(!isOver && { everyMs: lookMs }),
  });
  const last = runs.value?.at(-1);
  useEffect(() => setOver(last !== undefined && last.endedAt !== null), [last]);
  const asked = Number(query.attempt);
  const run = query.attempt ? runs.value?.find(({ attempt }) => attempt === asked) : last;
  const beside = useFrames(job.value, frame);
  const to = (other: number | undefined) =>
    other !== undefined && goTo(hrefOf(["jobs", id, "log", other], { find: query.find }));
  useKeys([
    { key: "[", does: "Log of the frame before", act: () => to(beside.before) },
    { key: "]", does: "Log of the frame after", act: () => to(beside.after) },
  ]);
  return (
    <div class="log">
      <div class="head">
        <h1>
          Frame {frame} of <a href={hrefOf(["jobs", id])}>{job.value?.name ?? `job ${id}`}</a>
        </h1>
        <OtherFrames job={id} frame={frame} beside={beside} find={query.find} />
        {runs.value && <Attempts job={id} frame={frame} runs={runs.value} chosen={run?.attempt} />}
      </div>
      {run && <RunFacts run={run} />}
      {run ? (
        <LogOfRun
          key={run.attempt}
          log={{ job: id, frame, attempt: run.attempt }}
          open={run.endedAt === null}
          rules={job.value?.output}
          query={query}
          again={runs.again}
        />
      ) : runs.value ? (
        <p class="log-none" role="status">
          {query.attempt
            ? `Frame ${frame} has no attempt ${query.attempt}.`
            : `Frame ${frame} has not been started yet. `}
          {!query.attempt && <a href={hrefOf(["jobs", id], { tab: "why", why: frame })}>Why it is not running</a>}
        </p>
      ) : (
        runs.error !== undefined && <p class="problem">{wordsOf(runs.error)}</p>
      )}
    </div>
  );
}

function useFrames(job: JobDetail | undefined, frame: number): ReturnType<typeof neighbours> {
  const text = job?.frames;
  const spans = useMemo(() => (text === undefined ? [] : parseFrames(text)), [text]);
  return useMemo(() => neighbours(spans, frame), [spans, frame]);
}

type Beside = { job: number; frame: number; beside: ReturnType<typeof neighbours>; find: string | undefined };

function OtherFrames({ job, frame, beside, find }: Beside) {
  const hrefOfFrame = (other: number) => hrefOf(["jobs", job, "log", other], { find });
  const link = (other: number | undefined, words: string, sign: string) =>
    other === undefined ? (
      <button type="button" disabled aria-label={words}>
        {sign}
      </button>
    ) : (
      <a class="button" href={hrefOfFrame(other)} aria-label={words} title={`${words}: ${other}`}>
        {sign}
      </a>
    );
  return (
    <form
      class="log-frames"
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem("frame") as HTMLInputElement;
        if (field.value !== "") goTo(hrefOfFrame(Number(field.value)));
      }}
    >
      {link(beside.before, "Frame before", "‹")}
      <input name="frame" type="number" step={1} required defaultValue={`${frame}`} aria-label="Frame" />
      {link(beside.after, "Frame after", "›")}
    </form>
  );
}

function Attempts({
  job,
  frame,
  runs,
  chosen,
}: {
  job: number;
  frame: number;
  runs: Run[];
  chosen: number | undefined;
}) {
  if (runs.length < 2) return null;
  const last = runs.at(-1)!.attempt;
  return (
    <select
      aria-label="Attempt"
      value={chosen}
      onChange={({ currentTarget: { value } }) =>
        goTo(hrefOf(["jobs", job, "log", frame], { attempt: Number(value) === last ? undefined : value }))
      }
    >
      {[...runs].reverse().map(({ attempt, outcome, slave }) => (
        <option key={attempt} value={attempt}>
          Attempt {attempt}: {outcome ?? "running"} on {slave ?? "a slave that is gone"}
        </option>
      ))}
    </select>
  );
}
