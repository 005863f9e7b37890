// How much of the logs that are listed a slave keeps: the disk is for the runs.
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { isLog } from "../local/open-log";
import type { Listed, UploadList } from "./upload-list";

/** What a slave sends of one log, and how long and how much of all it keeps: MB and ms. */
export type LogRules = { capMb: number; keepMs: number | undefined; mostMb: number };

/** The most logs that are listed at all. */
const mostListed = 50_000;
const megabyte = 1024 * 1024;

/** What is to go: copies of what is stored, the oldest first, and only if that is not enough logs that still wait. */
export function tooMuch(
  list: Pick<UploadList, "bytes" | "count" | "stored" | "waiting">,
  { keepMs = Number.POSITIVE_INFINITY, mostMb }: LogRules,
  now: number,
): { copies: Listed[]; waiting: Listed[] } {
  let { bytes, count } = list;
  const fits = () => bytes <= mostMb * megabyte && count <= mostListed;
  const oldest = (logs: Iterable<Listed>, isDue: (log: Listed) => boolean) => {
    const found: Listed[] = [];
    for (const log of logs) {
      if (fits() && !isDue(log)) break;
      found.push(log);
      bytes -= log.bytes;
      count--;
    }
    return found;
  };
  return {
    copies: oldest(list.stored.values(), ({ at }) => at < now - keepMs),
    waiting: oldest(list.waiting.values(), () => false),
  };
}

/** Removes what is too much below the log folder, and tells of logs that were never stored. */
export function keepWithin(list: UploadList, { logs, ...rules }: LogRules & { logs: string }): void {
  const { copies, waiting } = tooMuch(list, rules, Date.now());
  for (const { path } of [...copies, ...waiting]) removeLog(join(logs, path));
  list.drop([...copies, ...waiting]);
  if (waiting.length > 0)
    getLogger(["drqueue", "logs"]).warn(
      "{count} logs were removed before they were stored: those that wait had more than {mostMb} MB",
      { count: waiting.length, mostMb: rules.mostMb },
    );
}

/** Removes a log, unless a jobscript has put something else in its place. */
function removeLog(path: string): void {
  try {
    if (isLog(path)) unlinkSync(path);
  } catch {
    // It stays where it is.
  }
}
