// Commands that do one thing to each of the jobs they name.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import { PlainError } from "../../local/program";
import type { Done } from "../../protocol";
import { clientCommand, type Print } from "../command";
import { framesArgument, jobArgument, jobsArgument, joined, neededFramesArgument, slavesArgument } from "../given";

export const requeue = clientCommand(
  "requeue",
  {
    does: message`Render frames again; without frames those that failed.`,
    more: message`A running frame is killed first. Their retries begin anew.`,
    examples: ["requeue 12 5-10", "requeue 12", "requeue 12 -- -5-3"],
  },
  object({ jobs: jobArgument, frames: framesArgument }),
  (client, { jobs, frames }, print) => each(jobs, print, "requeued", (id) => client.requeue(id, joined(frames))),
);

export const finish = clientCommand(
  "finish",
  { does: message`Call frames finished without rendering them.`, examples: ["finish 12 5-10"] },
  object({ jobs: jobArgument, frames: neededFramesArgument }),
  (client, { jobs, frames }, print) => each(jobs, print, "finished", (id) => client.finish(id, joined(frames) ?? "")),
);

export const kill = clientCommand(
  "kill",
  { does: message`Kill running frames, all or those named; they wait again.`, examples: ["kill 12", "kill 12 5-10"] },
  object({ jobs: jobArgument, frames: framesArgument }),
  (client, { jobs, frames }, print) => each(jobs, print, "requeued", (id) => client.kill(id, joined(frames))),
);

export const stop = clientCommand(
  "stop",
  {
    does: message`Start no more frames of jobs; running ones end by themselves.`,
    examples: ["stop 12", "stop 12-15 20 --kill"],
  },
  object({
    jobs: jobsArgument,
    kill: optional(flag("--kill", { description: message`Kill the running frames too; they wait again.` })),
  }),
  (client, { jobs, kill }, print) =>
    each(jobs.flat(), print, "stopped", (id) => client.stop(id, { kill: kill === true })),
);

export const proceed = clientCommand(
  "continue",
  { does: message`Take a stop back.`, examples: ["continue 12"] },
  object({ jobs: jobsArgument }),
  (client, { jobs }, print) => each(jobs.flat(), print, "continued", (id) => client.continue(id)),
);

export const rerun = clientCommand(
  "rerun",
  { does: message`Render all frames of jobs again, killing what runs.`, examples: ["rerun 12"] },
  object({ jobs: jobsArgument }),
  (client, { jobs }, print) => each(jobs.flat(), print, "requeued", (id) => client.rerun(id)),
);

export const remove = clientCommand(
  "delete",
  {
    does: message`Delete jobs with their logs and scripts, killing what runs.`,
    more: message`A job that others wait for is not deleted unless it is said what becomes of them.`,
    examples: ["delete 12", "delete 12-15 20", "delete 12 --cascade", "delete 12 --release"],
  },
  object({
    jobs: jobsArgument,
    cascade: optional(flag("--cascade", { description: message`Delete the jobs that wait for it too.` })),
    release: optional(flag("--release", { description: message`Let the jobs that wait for it wait no longer.` })),
  }),
  (client, { jobs, cascade, release }, print) => {
    if (cascade && release) throw new PlainError("either --cascade or --release", 2);
    const options = cascade ? { dependents: "cascade" as const } : release ? { dependents: "release" as const } : {};
    // A job can be deleted once those that wait for it are, and they are younger.
    return each(jobs.flat(), print, "deleted", (id) => client.delete(id, options), { youngestFirst: true });
  },
);

export const block = clientCommand(
  "block",
  {
    does: message`Keep slaves from a job; what they run of it ends by itself.`,
    examples: ["block 12 rack7 rack8", "block 12-15 rack7"],
  },
  object({ jobs: jobArgument, slaves: slavesArgument }),
  (client, { jobs, slaves }, print) => each(jobs, print, "blocked", (id) => client.block(id, [...slaves])),
);

export const unblock = clientCommand(
  "unblock",
  {
    does: message`Let slaves take tasks of a job again that were kept from it.`,
    examples: ["unblock 12 rack7 rack8"],
  },
  object({ jobs: jobArgument, slaves: slavesArgument }),
  (client, { jobs, slaves }, print) => each(jobs, print, "unblocked", (id) => client.unblock(id, [...slaves])),
);

/** Does it to one job after the other; what fails is told and does not keep the rest from being done. */
export async function each(
  jobs: readonly number[],
  print: Print,
  verb: string,
  act: (id: number) => Promise<Done>,
  { youngestFirst = false } = {},
): Promise<number> {
  const results: ({ job: number } & (Done | { error: string }))[] = [];
  const order = [...jobs.entries()];
  if (youngestFirst) order.sort(([, a], [, b]) => b - a);
  for (const [at, job] of order) {
    try {
      results[at] = { job, ...(await act(job)) };
    } catch (error) {
      if (jobs.length === 1) throw error;
      results[at] = { job, error: (error as Error).message };
    }
  }
  print(results, () => results.map((result) => line(verb, result)).join("\n"));
  return results.some((result) => "error" in result) ? 1 : 0;
}

function line(verb: string, result: { job: number } & (Done | { error: string })): string {
  if ("error" in result) return `job ${result.job}: ${result.error}`;
  const { job, tasks, killing } = result;
  const plural = (count: number) => `${count} task${count === 1 ? "" : "s"}`;
  const parts = [
    ...(tasks > 0 ? [`${plural(tasks)} ${verb}`] : []),
    ...(killing > 0 ? [`${plural(killing)} being killed`] : []),
  ];
  const nothing = verb === "requeued" || verb === "finished" ? "nothing to do" : verb;
  return `job ${job}: ${parts.length > 0 ? (nothing === verb ? `${verb}, ${parts.join(", ")}` : parts.join(", ")) : nothing}`;
}
