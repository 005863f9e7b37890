// What a person does about what went wrong, a click each.
import type { Attention } from "../../client";
import { ask } from "../asked";
import { farm } from "../farm-client";
import { goTo, hrefOf } from "../place";
import { tell } from "../told";
import { counted } from "../words";

type Job = Attention["jobs"][number];

/** Makes the failed tasks of jobs wait again; those that stopped go on. Says what was done. */
export async function requeueFailed(jobs: readonly Pick<Job, "id" | "state">[]): Promise<void> {
  const { done, tasks, refused } = await farm.many(
    jobs.map(({ id }) => id),
    { do: "requeue" },
  );
  const stopped = jobs.filter(({ id, state }) => state === "stopped" && done.includes(id)).map(({ id }) => id);
  if (stopped.length > 0) await farm.many(stopped, { do: "continue" });
  const which = jobs.length === 1 ? `job ${jobs[0]!.id}` : counted(done.length, "job");
  if (done.length > 0)
    tell({
      text: `${counted(tasks, "task")} of ${which} ${tasks === 1 ? "waits" : "wait"} again${stopped.length > 0 ? "; what was stopped goes on" : ""}.`,
    });
  for (const { job, why } of refused.slice(0, 3)) tell({ text: `Job ${job}: ${why}`, bad: true });
}

/** The same for all jobs of which a task says one thing, once a person has heard how much that is. */
export async function requeueAlike(set: Attention["errors"][number], known: readonly Job[]): Promise<void> {
  const jobs = known.filter(({ id }) => set.jobs.includes(id));
  const all = counted(
    jobs.reduce((sum, { failedTasks }) => sum + failedTasks, 0),
    "failed task",
  );
  const stopped = jobs.filter(({ state }) => state === "stopped").length;
  const sure = await ask({
    title: "Requeue what failed?",
    text: `All ${all} of ${counted(jobs.length, "job")} wait again, whatever they said${stopped > 0 ? `, and ${counted(stopped, "job")} that stopped ${stopped === 1 ? "goes" : "go"} on` : ""}.`,
    yes: `Requeue ${all}`,
  });
  if (sure) await requeueFailed(jobs);
}

/** Shows the log of the first frame of the job that failed; the job itself where there is none any more. */
export async function showFailure({ id }: Job): Promise<void> {
  const { frames } = await farm.frames(id, { state: "failed", limit: 1 });
  goTo(frames[0] ? hrefOf(["jobs", id, "log", frames[0].frame]) : hrefOf(["jobs", id]));
}

/** Calls a sick slave well. */
export async function callWell({ id, name }: Attention["slaves"][number]): Promise<void> {
  await farm.clearSlave(`${id}`);
  tell({ text: `${name} is called well, and gets tasks again.` });
}
