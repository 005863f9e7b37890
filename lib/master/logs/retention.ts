// What goes from the log store by itself: what is left of deleted jobs and, where logs are not kept for ever, those that are too old or
// too many, and pieces whose rest never came.
import { rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Queue } from "../../queue/open";
import { deletedOf, logsInUse } from "../../queue/read-logs";
import { noteRemoved, type Rules } from "./removed";
import { partEnd, storedEnd } from "./store";
import { jobFolders, type LogFile, logsIn } from "./walk";

const journal = getLogger(["drqueue", "logs"]);

const everyMs = 3_600_000;
const minuteMs = 60_000;
const megabyte = 1024 * 1024;
/** Pieces of a log whose slave has not gone on for so long are given up, ms. */
const partMs = 7 * 24 * 3_600_000;
/** Of so many folders it is asked at a time which of their jobs are deleted. */
const askedAtOnce = 500;

/** Logs that were last written before these moments go, ms since 1970. */
type Cutoffs = { aged: number; sized: number };

/** Tidies a log folder every hour until it is stopped. */
export function keepTidy(queue: Queue, folder: string, rules: Rules): { stop(): void } {
  const stopped = new AbortController();
  let busy = false;
  const round = async () => {
    if (busy) return;
    busy = true;
    try {
      const removed = await tidy(queue, folder, rules, Date.now(), stopped.signal);
      if (removed > 0) journal.info("{removed} logs removed from {folder}", { removed, folder });
    } catch (error) {
      journal.warn("the logs in {folder} cannot be tidied now: {error}", { folder, error: (error as Error).message });
    }
    busy = false;
  };
  const timer = setInterval(round, everyMs);
  void round();
  return {
    stop() {
      clearInterval(timer);
      stopped.abort();
    },
  };
}

/** One round. Returns how many logs went. Logs of runs that are open stay, whatever the rules say. */
export async function tidy(
  queue: Queue,
  folder: string,
  { keepMs, mostMb }: Rules,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  const cutoffs: Cutoffs = {
    aged: keepMs === undefined ? 0 : now - keepMs,
    sized: mostMb === undefined ? 0 : await oldestThatFit(folder, mostMb * megabyte, signal),
  };
  // Said before it is done: a log that is missing is then never a riddle.
  if (keepMs !== undefined || cutoffs.sized > 0)
    noteRemoved(folder, {
      ...(keepMs !== undefined && { aged: { before: cutoffs.aged, keepMs } }),
      ...(mostMb !== undefined && cutoffs.sized > 0 && { sized: { before: cutoffs.sized, mostMb } }),
    });
  const hasRules = keepMs !== undefined || mostMb !== undefined;
  let removed = 0;
  let asked: { folder: string; job: number }[] = [];
  const look = async () => {
    const deleted = await deletedOf(
      queue,
      asked.map(({ job }) => job),
    );
    for (const { folder: name, job } of asked)
      if (hasRules || deleted.has(job))
        removed += await tidyJob(queue, folder, name, job, deleted.has(job), cutoffs, now);
    asked = [];
  };
  for await (const one of jobFolders(folder)) {
    if (signal?.aborted) return removed;
    asked.push(one);
    if (asked.length === askedAtOnce) await look();
  }
  await look();
  return removed;
}

/** The moment from which on all logs together fit, to the minute: 0 when all do. */
async function oldestThatFit(folder: string, most: number, signal?: AbortSignal): Promise<number> {
  const ofMinutes = new Map<number, number>();
  let left = 0;
  for await (const { folder: name } of jobFolders(folder)) {
    if (signal?.aborted) return 0;
    for await (const { bytes, changedMs } of logsIn(join(folder, name))) {
      const minute = Math.floor(changedMs / minuteMs);
      ofMinutes.set(minute, (ofMinutes.get(minute) ?? 0) + bytes);
      left += bytes;
    }
  }
  let before = 0;
  for (const [minute, bytes] of [...ofMinutes].sort(([a], [b]) => a - b)) {
    if (left <= most) break;
    left -= bytes;
    before = (minute + 1) * minuteMs;
  }
  return before;
}

/** Removes what is to go of one job. */
async function tidyJob(
  queue: Queue,
  logs: string,
  name: string,
  job: number,
  isDeleted: boolean,
  cutoffs: Cutoffs,
  now: number,
): Promise<number> {
  const folder = join(logs, name);
  let use: Awaited<ReturnType<typeof logsInUse>> | undefined;
  let removed = 0;
  let kept = 0;
  for await (const file of logsIn(folder)) {
    if (!isDue(file, isDeleted, cutoffs, now)) {
      kept++;
      continue;
    }
    use ??= await logsInUse(queue, job);
    if (use.open.has(`${name}/${file.log}`)) kept++;
    else if (await remove(join(folder, file.name))) removed++;
  }
  // Of a job that goes on, a slave may be about to write here. What else may be in the folder keeps it.
  if (kept === 0 && (isDeleted || use?.over)) await rmdir(folder).catch(() => {});
  return removed;
}

/** Whether a log is to go. Of a deleted job only what the store has written: all else has its own way, with the job's folder. */
function isDue({ name, changedMs }: LogFile, isDeleted: boolean, { aged, sized }: Cutoffs, now: number): boolean {
  if (isDeleted && (name.endsWith(storedEnd) || name.endsWith(partEnd))) return true;
  if (name.endsWith(partEnd)) return changedMs < now - partMs;
  return changedMs < Math.max(aged, sized);
}

async function remove(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    // Another master was faster.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
