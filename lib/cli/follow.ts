// Shows jobs until they have ended: a live bar each on a terminal, plain lines elsewhere.
import { type Client, ClientError } from "../client";
import type { Job } from "../protocol";
import { hasEnded } from "../states";
import { Endings } from "./endings";
import { Progress, progressLine } from "./progress";
import { plain } from "./table";

/** How often to look, ms: seldom when many jobs are followed. */
const look = { every: 250, atMost: 2000, jobsAtOnce: 10 } as const;
/** Without a terminal: a line at least so often, and when so much was done since the last. */
const quiet = { everyMs: 15_000, percent: 5 } as const;
/** A master that is being started again is waited for so long. */
export const patienceMs = 60_000;

/** Whether nothing more comes of a job by itself: it has ended, or it stopped itself and nothing of it runs any more. */
export function isOver({ state, stopReason, taskCounts }: Pick<Job, "state" | "stopReason" | "taskCounts">): boolean {
  return hasEnded(state) || (stopReason !== null && taskCounts.running === 0);
}

/** Why a job that is over has not ended, in a line that says how it goes on; empty when it has. */
export function whyOver({ id, state, stopReason }: Job): string {
  if (hasEnded(state) || stopReason === null) return "";
  return `job ${id} stopped itself: ${plain(stopReason)} (drqueue continue ${id} lets it go on)`;
}

/** Whether a request may get through when it is tried again. */
export function isAway(error: unknown): boolean {
  return error instanceof ClientError && error.mayPass;
}

/**
 * Follows jobs until they are over, without a word when `silent`. Returns them as they are then. `stop` ends it early. Throws when a job
 * is deleted meanwhile or the master stays away.
 */
export async function follow(
  client: Client,
  ids: readonly number[],
  { silent, stop }: { silent?: boolean; stop?: AbortSignal } = {},
): Promise<Job[]> {
  const screen = silent
    ? undefined
    : process.stdout.isTTY === true
      ? new LiveLines(stop === undefined)
      : new PlainLines();
  const progress = new Map(ids.map((id) => [id, new Progress()]));
  const latest = new Map<number, Job>();
  const pause = Math.min(look.atMost, look.every * Math.ceil(ids.length / look.jobsAtOnce));
  let heard = performance.now();
  const endings = new Endings(client);
  const lookAt = async (id: number): Promise<Job> => {
    try {
      const job = await client.job(id);
      if (job.deleteAfterMs !== null) endings.listen();
      return job;
    } catch (error) {
      const before = latest.get(id);
      if (!before || !(error instanceof ClientError) || error.status !== 404) throw error;
      if ((await endings.stateOf(id)) === "finished") return finished(before);
      throw new ClientError(`${error.message} any more: it was deleted`, 404);
    }
  };
  try {
    for (;;) {
      const now = performance.now();
      const moving = ids.filter((id) => !latest.has(id) || !isOver(latest.get(id)!));
      try {
        for (const job of await Promise.all(moving.map(lookAt))) latest.set(job.id, job);
        heard = now;
      } catch (error) {
        if (stop?.aborted) return [...latest.values()];
        if (latest.size === 0 || !isAway(error) || now - heard > patienceMs) throw error;
        await Bun.sleep(pause);
        continue;
      }
      const jobs = ids.map((id) => latest.get(id)!);
      screen?.show(jobs.map((job) => ({ job, ...progress.get(job.id)!.note(job, now) })));
      if (stop?.aborted || jobs.every(isOver)) return jobs;
      await Bun.sleep(pause);
    }
  } finally {
    endings.close();
    screen?.leave();
  }
}

/** A job as it was when it was deleted for having finished. */
function finished(job: Job): Job {
  const all = (counts: Job["frameCounts"]) => ({
    ...counts,
    finished: counts.total,
    waiting: 0,
    running: 0,
    failed: 0,
  });
  return { ...job, state: "finished", frameCounts: all(job.frameCounts), taskCounts: all(job.taskCounts) };
}

type Shown = { job: Job; rate: number | undefined; left: number | undefined };

/** Lines that are written over, with the cursor left below them however it ends. */
class LiveLines {
  private lines = 0;
  private readonly interrupted = () => {
    this.leave();
    process.exit(130);
  };

  /** `alone`: nobody else looks after Ctrl-C. */
  constructor(alone: boolean) {
    if (alone) process.on("SIGINT", this.interrupted);
  }

  show(shown: readonly Shown[]): void {
    const rows = Math.max(1, (process.stdout.rows ?? 24) - 1);
    // The last column stays free: some terminals begin a new line when it is written.
    const width = (process.stdout.columns ?? 80) - 1;
    const visible = shown.slice(0, rows).map(({ job, ...pace }) => `${progressLine(job, pace, width)}\x1b[K`);
    process.stdout.write(`${this.lines > 1 ? `\x1b[${this.lines - 1}A` : ""}\r${visible.join("\n")}`);
    this.lines = visible.length;
  }

  leave(): void {
    process.off("SIGINT", this.interrupted);
    if (this.lines > 0) process.stdout.write("\n");
    this.lines = 0;
  }
}

/** A line when there is news of a job. */
class PlainLines {
  private readonly told = new Map<number, { percent: number; at: number; state: string }>();

  show(shown: readonly Shown[]): void {
    const now = performance.now();
    for (const { job, ...pace } of shown)
      if (this.isNews(job, now)) process.stdout.write(`${progressLine(job, pace, 100)}\n`);
  }

  leave(): void {}

  private isNews(job: Job, now: number): boolean {
    const percent = (job.frameCounts.finished / Math.max(1, job.frameCounts.total)) * 100;
    const last = this.told.get(job.id);
    const moved = !last || last.state !== job.state || percent - last.percent >= quiet.percent;
    if (!moved && (isOver(job) || now - last.at < quiet.everyMs)) return false;
    this.told.set(job.id, { percent, at: now, state: job.state });
    return true;
  }
}
