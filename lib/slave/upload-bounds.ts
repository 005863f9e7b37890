// How much of the logs that are listed a slave keeps.
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
