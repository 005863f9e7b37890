// What a person does with a whole job.
import type { ComponentChildren } from "preact";
import type { Done, JobDetail } from "../../client";
import { hasEnded } from "../../states";
import { ask } from "../asked";
import { farm } from "../farm-client";
import { goTo, hrefOf } from "../place";
import { attempt, tell } from "../told";
import { counted } from "../words";
import { Losing } from "./frame-acts";
import { doTo } from "./of-job";

export function JobActs({ job }: { job: JobDetail }) {
  const { total, finished, failed, running } = job.frameCounts;
  const act = (does: () => Promise<Done>, text: (done: Done) => string, undo?: () => Promise<Done>) =>
    attempt(async () => {
      const done = await doTo(job.id, does);
      tell({ text: text(done), undo: undo && (() => doTo(job.id, undo)) });
    });
  const stop = () =>
    act(
      () => farm.stop(job.id),
      () => `Job ${job.id} starts no more frames`,
      () => farm.continue(job.id),
    );
  const stopAndKill = async () => {
    const text = `${counted(running, "running frame is", "running frames are")} killed and wait again.`;
    const does = () => farm.stop(job.id, { kill: true });
    if (await ask({ title: `Stop job ${job.id} and kill?`, text, yes: "Stop and kill", danger: true }))
      await act(does, ({ killing }) => `Job ${job.id} stopped, ${counted(killing, "run")} being killed`);
  };
  const proceed = () =>
    act(
      () => farm.continue(job.id),
      () => `Job ${job.id} goes on`,
      () => farm.stop(job.id),
    );
  const requeue = () =>
    act(
      () => farm.requeue(job.id),
      ({ tasks }) => `${counted(tasks, `failed ${job.block === 1 ? "frame" : "task"}`)} to be tried again`,
    );
  const rerun = async () => {
    const title = `Render all ${counted(total, "frame")} again?`;
    const text = <Losing finished={finished} running={running} />;
    if (finished + running > 0 && !(await ask({ title, text, yes: "Rerun", danger: true }))) return;
    await act(
      () => farm.rerun(job.id),
      () => `Job ${job.id} begins anew`,
    );
  };
  const remove = () => removeJob(job);
  return (
    <div class="job-acts">
      {job.stopped && !hasEnded(job.state) && (
        <button type="button" class="primary" onClick={proceed}>
          Continue
        </button>
      )}
      {!job.stopped && !hasEnded(job.state) && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
      {running > 0 && (
        <button type="button" onClick={stopAndKill}>
          Stop and kill
        </button>
      )}
      {failed > 0 && (
        <button type="button" onClick={requeue}>
          Requeue failed
        </button>
      )}
      <button type="button" onClick={rerun}>
        Rerun
      </button>
      {job.pictures !== null && (
        <a class="button" href={hrefOf(["jobs", job.id, "pictures"])}>
          Pictures
        </a>
      )}
      <a class="button" href={hrefOf(["submit"], { again: job.id })}>
        Again with changes
      </a>
      <button type="button" class="danger" onClick={remove}>
        Delete
      </button>
    </div>
  );
}

/** Asks, deletes it, and goes to the list of jobs. */
async function removeJob(job: JobDetail): Promise<void> {
  const { finished, running } = job.frameCounts;
  const waiting = job.neededBy.length;
  let dependents: "cascade" | "release" = "release";
  const lines: ComponentChildren[] = [
    `${counted(finished, "finished frame")} and all logs are forgotten; the pictures stay where they are.`,
    ...(running > 0 ? [`${counted(running, "running frame is", "running frames are")} killed.`] : []),
  ];
  const sure = await ask({
    title: `Delete job ${job.id}, ${job.name}?`,
    text: (
      <>
        {lines.map((line, at) => (
          <p key={at}>{line}</p>
        ))}
        {waiting > 0 && (
          <p>
            <label for="dependents">{counted(waiting, "job waits", "jobs wait")} for it: </label>
            <select
              id="dependents"
              onChange={(event) => {
                dependents = event.currentTarget.value as typeof dependents;
              }}
            >
              <option value="release">start without it</option>
              <option value="cascade">delete as well</option>
            </select>
          </p>
        )}
      </>
    ),
    yes: "Delete",
    danger: true,
  });
  if (!sure) return;
  const is = await attempt(() => farm.delete(job.id, waiting > 0 ? { dependents } : {}));
  if (!is) return;
  tell({ text: `Job ${job.id} is deleted` });
  goTo(hrefOf(["jobs"]), { replace: true });
}
