// Which logs a master has removed by its rules, for who asks for one of them: those up to a moment, since the oldest go first.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { sizeText, timeText } from "../../amounts";

/** How long logs are kept, ms, and how much of them, MB; undefined: without an end. */
export type Rules = { keepMs?: number | undefined; mostMb?: number | undefined };

const aMomentMs = 60_000;

const Removed = z.object({
  aged: z.object({ before: z.number(), keepMs: z.number() }).optional(),
  sized: z.object({ before: z.number(), mostMb: z.number() }).optional(),
});
export type Removed = z.infer<typeof Removed>;

const fileIn = (folder: string) => join(folder, ".drqueue-removed");

/** What was removed from a log folder so far. */
export function readRemoved(folder: string): Removed {
  try {
    return Removed.parse(JSON.parse(readFileSync(fileIn(folder), "utf8")));
  } catch {
    return {};
  }
}

/** Notes what is about to be removed, beside what was before. */
export function noteRemoved(folder: string, now: Removed): void {
  const before = readRemoved(folder);
  const latest = <T extends { before: number }>(a: T | undefined, b: T | undefined) =>
    (a?.before ?? 0) > (b?.before ?? 0) ? a : b;
  const noted: Removed = { aged: latest(before.aged, now.aged), sized: latest(before.sized, now.sized) };
  const file = fileIn(folder);
  writeFileSync(`${file}.new`, JSON.stringify(noted));
  renameSync(`${file}.new`, file);
}

/** Why the log of a run that ended then is not there any more; undefined when it was not removed. */
export function whyRemoved(folder: string, endedAt: Date): string | undefined {
  const { aged, sized } = readRemoved(folder);
  // A log is last written a moment before its end is known.
  const at = endedAt.getTime() - aMomentMs;
  if (aged && at <= aged.before) return `was removed after ${timeText(aged.keepMs)}`;
  if (sized && at <= sized.before) return `was removed to keep all logs below ${sizeText(sized.mostMb)}`;
  return undefined;
}
