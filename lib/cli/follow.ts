// Shows jobs until they have ended: a live bar each on a terminal, plain lines elsewhere.
import type { Client } from "../client";
import type { Job } from "../protocol";
import { hasEnded } from "../states";
import { Progress, progressLine } from "./progress";

const lookMs = 250;
/** Without a terminal: a line at least so often, and when so much was done since the last. */
const quiet = { everyMs: 15_000, percent: 5 } as const;

/** Follows jobs to their end, without a word when `silent`. Returns them as they ended. `stop` ends it early. */
export async function follow(
  client: Client,
  ids: readonly number[],
  { silent, stop }: { silent?: boolean; stop?: AbortSignal } = {},
): Promise<Job[]> {
  const live = !silent && process.stdout.isTTY === true;
  const progress = new Map(ids.map((id) => [id, new Progress()]));
  const told = new Map<number, { percent: number; at: number; state: string }>();
  let shown = 0;
  for (;;) {
    const now = performance.now();
    const jobs = await Promise.all(ids.map((id) => client.job(id)));
    const width = process.stdout.columns ?? 100;
    const lines = jobs.map((job) => ({ job, line: progressLine(job, progress.get(job.id)!.note(job, now), width) }));
    if (live) {
      const most = Math.max(1, (process.stdout.rows ?? 24) - 1);
      const visible = lines.slice(0, most).map(({ line }) => `${line}\x1b[K`);
      process.stdout.write(`${shown > 1 ? `\x1b[${shown - 1}A` : ""}\r${visible.join("\n")}`);
      shown = visible.length;
    } else if (!silent) {
      for (const { job, line } of lines) if (isNews(told, job, now)) process.stdout.write(`${line}\n`);
    }
    if (stop?.aborted || jobs.every((job) => hasEnded(job.state))) {
      if (live) process.stdout.write("\n");
      return jobs;
    }
    await Bun.sleep(lookMs);
  }
}

function isNews(told: Map<number, { percent: number; at: number; state: string }>, job: Job, now: number): boolean {
  const percent = (job.frameCounts.finished / Math.max(1, job.frameCounts.total)) * 100;
  const last = told.get(job.id);
  if (last && last.state === job.state && percent - last.percent < quiet.percent && now - last.at < quiet.everyMs)
    return false;
  told.set(job.id, { percent, at: now, state: job.state });
  return true;
}
