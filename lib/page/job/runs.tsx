// All attempts at the task of a frame, the last one first.
import type { JobDetail, Run } from "../../client";
import { describeCode } from "../../logs";
import { farm, wordsOf } from "../farm-client";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { useRead } from "../read";
import { memory } from "../words";
import { exact } from "./exact";
import { ofJob } from "./of-job";
import "./panels.css";

export function Runs({ job, frame }: { job: JobDetail; frame: number }) {
  // What runs gets older without an event.
  const options = { on: ofJob(job.id), everyMs: 5000 };
  const { value: runs, error } = useRead(() => farm.runs(job.id, frame), ["runs", job.id, frame], options);
  return (
    <section class="panel runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs of frame {frame}</h2>
      {error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      {runs?.length === 0 && <p class="muted">It was not handed out yet.</p>}
      {runs && runs.length > 0 && (
        <div class="wide long">
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">Attempt</th>
                <th scope="col">Outcome</th>
                <th scope="col">Slave</th>
                <th scope="col">Started</th>
                <th scope="col" class="right">
                  Took
                </th>
                <th scope="col" class="right">
                  CPU
                </th>
                <th scope="col" class="right">
                  Memory
                </th>
                <th scope="col">Exit</th>
              </tr>
            </thead>
            <tbody>
              {runs.toReversed().map((run) => (
                <Attempt key={run.attempt} run={run} job={job.id} frame={frame} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Attempt({ run, job, frame }: { run: Run; job: number; frame: number }) {
  const { attempt, slave, outcome, code, message } = run;
  // Where nobody had more to say, it says the code again.
  const says = message === `exit ${code}` ? "" : message;
  return (
    <>
      <tr>
        <td>
          <a href={hrefOf(["jobs", job, "log", frame], { attempt })}>{attempt}: log</a>
        </td>
        <td>
          <State state={outcome ?? "running"} />
          {outcome === "failed" && !run.counts && <span class="muted"> forgiven</span>}
        </td>
        <td>{slave === null ? "" : <a href={hrefOf(["slaves", slave])}>{slave}</a>}</td>
        <td title={run.startedAt}>{new Date(run.startedAt).toLocaleString("sv-SE").slice(5)}</td>
        <td class="right">{exact(run.seconds)}</td>
        <td class="right">{run.cpuSeconds === null ? "" : exact(run.cpuSeconds)}</td>
        <td class="right">{run.memoryMb === null ? "" : memory(run.memoryMb)}</td>
        <td>{code === null ? "" : describeCode(code)}</td>
      </tr>
      {says && (
        <tr class={`says ${outcome === "failed" ? "problem" : "muted"}`}>
          <td colSpan={8}>{says}</td>
        </tr>
      )}
    </>
  );
}
