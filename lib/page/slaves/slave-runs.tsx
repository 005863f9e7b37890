// What a slave renders now, and what failed there last.
import type { Slave, SlaveRun, SlaveRuns } from "../../client";
import { ask } from "../asked";
import { farm } from "../farm-client";
import { hrefOf } from "../place";
import { attempt, tell } from "../told";
import { ago, counted, duration } from "../words";

export function RunningTasks({ slave, runs, again }: { slave: Slave; runs: SlaveRuns; again: () => void }) {
  const { running } = runs;
  const kill = async (which: readonly SlaveRun[]) => {
    const [first] = which as [SlaveRun];
    const what = which.length === 1 ? `frame ${first.frames} of job ${first.job}` : counted(which.length, "task");
    const isSure = await ask({
      title: `Kill ${what}?`,
      text: `${counted(which.length, "task")} on ${slave.name}${which.length === 1 ? `, running for ${duration(first.seconds)}${first.progress === null ? "" : `, ${first.progress} %`}` : ""}: what was rendered of ${which.length === 1 ? "it" : "them"} is lost, and ${which.length === 1 ? "it waits" : "they wait"} again for any slave.`,
      yes: which.length === 1 ? "Kill it" : `Kill ${counted(which.length, "task")}`,
      danger: true,
    });
    if (!isSure) return;
    await attempt(async () => {
      let killing = 0;
      for (const [job, theirs] of Map.groupBy(which, ({ job }) => job))
        killing += (await farm.kill(job, theirs.map(({ frames }) => frames).join(","))).killing;
      tell({ text: `${counted(killing, "task")} on ${slave.name} ${killing === 1 ? "is" : "are"} killed` });
    });
    again();
  };
  return (
    <section class="panel" aria-label="Running">
      <div class="head">
        <h2>Running{running.length > 0 && ` (${running.length})`}</h2>
        {running.length > 1 && (
          <button type="button" class="danger" onClick={() => kill(running)}>
            Kill all
          </button>
        )}
      </div>
      {running.length === 0 ? (
        <p class="muted">Nothing.</p>
      ) : (
        <div class="slave-wide">
          <table class="plain slave-runs">
            <thead>
              <tr>
                <th>Job</th>
                <th>Frame</th>
                <th class="right">For</th>
                <th>Progress</th>
                <th>
                  <span class="visually-hidden">Log and kill</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {running.map((run) => (
                <tr key={`${run.job}.${run.task}.${run.attempt}`}>
                  <td class="slave-said">
                    <JobLink run={run} />
                    {run.message !== null && <div class="problem">{run.message}</div>}
                  </td>
                  <td>
                    {run.frames}
                    {run.attempt > 1 && <span class="muted"> attempt {run.attempt}</span>}
                  </td>
                  <td class="right">{duration(run.seconds)}</td>
                  <td>
                    {run.progress === null ? (
                      <span class="muted">not told</span>
                    ) : (
                      <>
                        <progress value={run.progress} max={100} aria-label={`Frame ${run.frame} of job ${run.job}`} />{" "}
                        {run.progress} %
                      </>
                    )}
                  </td>
                  <td>
                    <LogLink run={run} />{" "}
                    <button
                      type="button"
                      class="danger"
                      aria-label={`Kill frame ${run.frames} of job ${run.job}`}
                      onClick={() => kill([run])}
                    >
                      Kill
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function FailedTasks({ runs: { failed } }: { runs: SlaveRuns }) {
  const now = Date.now();
  return (
    <section class="panel" aria-label="Last failures">
      <h2>Last failures</h2>
      {failed.length === 0 ? (
        <p class="muted">None that is known.</p>
      ) : (
        <div class="slave-wide">
          <table class="plain slave-runs">
            <thead>
              <tr>
                <th>When</th>
                <th>Job</th>
                <th>Frame</th>
                <th>What went wrong</th>
                <th class="right after">After</th>
                <th>
                  <span class="visually-hidden">Log</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {failed.map((run) => (
                <tr key={`${run.job}.${run.task}.${run.attempt}`}>
                  <td title={new Date(run.endedAt!).toLocaleString()}>{ago(run.endedAt!, now)}</td>
                  <td class="slave-said">
                    <JobLink run={run} />
                  </td>
                  <td>{run.frames}</td>
                  <td class="slave-said">{saidOf(run)}</td>
                  <td class="right after">{duration(run.seconds)}</td>
                  <td>
                    <LogLink run={run} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function saidOf({ message, code, outcome }: SlaveRun): string {
  return message ?? (code === null ? (outcome ?? "") : `exit ${code}`);
}

function JobLink({ run: { job, name } }: { run: SlaveRun }) {
  return (
    <a href={hrefOf(["jobs", job])} title={name}>
      {job} {name.length > 24 ? `${name.slice(0, 24)}…` : name}
    </a>
  );
}

function LogLink({ run: { job, frame, attempt: number } }: { run: SlaveRun }) {
  return (
    <a
      href={hrefOf(["jobs", job, "log", frame], { attempt: number })}
      aria-label={`Log of frame ${frame} of job ${job}`}
    >
      Log
    </a>
  );
}
