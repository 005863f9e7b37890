// What a job waits for, as a list that can be changed.
import { useState } from "preact/hooks";
import type { JobChange, JobDetail } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { attempt, tell } from "../told";
import { changeJob } from "./of-job";

type Bond = NonNullable<JobChange["after"]>[number];

const words = { finished: "until it is finished", ended: "until it has ended", frames: "frame by frame" } as const;
const untils = Object.keys(words) as (keyof typeof words)[];

/** The most jobs that wait for it that are listed. */
const mostListed = 40;

export function WaitsFor({ job, nameOf }: { job: JobDetail; nameOf: (id: number) => string | undefined }) {
  /** Changes what the job waits for, as it is now: somebody else may have changed it since it was read. Throws what refuses it. */
  const change = async (text: string, make: (before: Bond[]) => Bond[]) => {
    const before = (await farm.job(job.id)).needs.map(({ job, until }) => ({ job, until }));
    await changeJob(job.id, { after: make(before) });
    tell({ text, undo: () => changeJob(job.id, { after: before }) });
  };
  const remove = (id: number) =>
    attempt(() =>
      change(`Job ${job.id} does not wait for job ${id} any more`, (all) => all.filter((one) => one.job !== id)),
    );
  return (
    <>
      {job.needs.length > 0 && (
        <>
          <h3>Waits for</h3>
          <ul class="graph-needs">
            {job.needs.map(({ job: id, until, state }) => (
              <li key={id}>
                <span class="graph-needed">
                  <a href={hrefOf(["jobs", id])}>{id}</a> <bdi>{nameOf(id)}</bdi>
                </span>
                <State state={state} />
                <select
                  aria-label={`Until when it waits for job ${id}`}
                  value={until}
                  onChange={(event) => {
                    const wanted = event.currentTarget.value as Bond["until"];
                    const others = (all: Bond[]) =>
                      all.map((one) => (one.job === id ? { job: id, until: wanted } : one));
                    void attempt(() => change(`Job ${job.id} waits for job ${id} ${words[wanted]}`, others));
                  }}
                >
                  <Untils />
                </select>
                <button type="button" aria-label={`Remove job ${id}`} onClick={() => remove(id)}>
                  Remove
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <Add
        job={job}
        add={(bond) => change(`Job ${job.id} waits for job ${bond.job} ${words[bond.until]}`, (all) => [...all, bond])}
      />
      {job.neededBy.length > 0 && (
        <p class="graph-waiting">
          Waiting for it:{" "}
          {job.neededBy.slice(0, mostListed).map((id, at) => (
            <span key={id}>
              {at > 0 && ", "}
              <a href={hrefOf(["jobs", id])}>{id}</a>
            </span>
          ))}
          {job.neededBy.length > mostListed && ` and ${job.neededBy.length - mostListed} more`}
        </p>
      )}
    </>
  );
}

function Untils() {
  return untils.map((one) => (
    <option key={one} value={one}>
      {words[one]}
    </option>
  ));
}

function Add({ job, add }: { job: JobDetail; add: (bond: Bond) => Promise<unknown> }) {
  const [number, setNumber] = useState("");
  const [until, setUntil] = useState<Bond["until"]>("finished");
  const [problem, setProblem] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (!/^\s*\d{1,9}\s*$/.test(number)) return setProblem("write the number of a job, as 12");
    try {
      await add({ job: Number(number), until });
      setNumber("");
      setProblem("");
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  return (
    <form class="graph-add" onSubmit={send} noValidate>
      <label for="graph-number">Wait for job</label>
      <input
        id="graph-number"
        inputMode="numeric"
        autocomplete="off"
        size={8}
        value={number}
        aria-invalid={problem !== ""}
        aria-describedby={problem === "" ? undefined : "graph-problem"}
        onInput={(event) => setNumber(event.currentTarget.value)}
      />
      <select
        aria-label={`Until when job ${job.id} waits`}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value as Bond["until"])}
      >
        <Untils />
      </select>
      <button type="submit">Add</button>
      {problem !== "" && (
        <p id="graph-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
