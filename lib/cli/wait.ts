// Waits for jobs that have just been submitted: a bar on a terminal, in a script the result, or with --progress plain lines.
import type { Client } from "../client";
import type { Print } from "./command";
import { follow, whyOver } from "./follow";
import { progressLine } from "./progress";

/** Waits until the jobs are over and says how they ended. Returns the exit code: 0 only if every frame of them is finished. */
export async function waitForJobs(
  client: Client,
  ids: readonly number[],
  progress: boolean,
  print: Print,
): Promise<number> {
  const shown = !print.json && (progress || process.stdout.isTTY === true);
  const jobs = await follow(client, ids, { silent: !shown });
  const result = jobs.map((job) => progressLine(job, { rate: undefined, left: undefined }, 100)).join("\n");
  print(jobs.length === 1 ? jobs[0] : jobs, () => (shown ? "" : result));
  for (const job of jobs) {
    const why = whyOver(job);
    if (why !== "") process.stderr.write(`${why}\n`);
    if (job.frameCounts.failed > 0)
      process.stderr.write(`what happened: drqueue frames ${job.id}, and drqueue log ${job.id}\n`);
  }
  return jobs.every(({ state }) => state === "finished") ? 0 : 1;
}
