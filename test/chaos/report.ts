// The figures of a run.
import type { Evidence } from "./evidence";
import type { Trouble } from "./faults";
import type { FaultKind } from "./plan";

/** So long after a fault the farm is looked at, ms. */
const lookMs = 15_000;

/** The longest pause between two starts of tasks that began or went on after a time, ms; undefined where none started any more. */
export function gapAfter(starts: readonly number[], time: number): number | undefined {
  const next = starts.findIndex((start) => start >= time);
  if (next < 0) return undefined;
  let longest = starts[next]! - time;
  for (let at = next + 1; at < starts.length && starts[at]! - time < lookMs / 5; at++)
    longest = Math.max(longest, starts[at]! - starts[at - 1]!);
  return longest;
}

/** The longest gap in handing out after faults of these kinds; `from`: counted from when they began, else from when they were over. */
export function longestGap(
  starts: readonly number[],
  troubles: readonly Trouble[],
  kinds: readonly FaultKind[],
  from: "begin" | "over",
): number | undefined {
  const others = troubles.filter(({ kind, on }) => on.includes("postgres") && !kinds.includes(kind));
  const gaps = troubles
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((trouble) => {
      const time = from === "begin" ? trouble.from : trouble.until;
      // What another fault of the database adds is not this one's.
      if (others.some((other) => other.from < time + lookMs / 5 && other.until > time - 1000)) return [];
      return gapAfter(starts, time) ?? [];
    });
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/** No fault lasts as long: a farm that hands out nothing for so long, with work there and slaves up, hangs, ms. */
const hangsMs = 90_000;

/** The pauses that are a finding, in words. */
export function hangs({ ran }: Evidence, begun: number): string[] {
  const starts = ran.map(({ from }) => from).sort((a, b) => a - b);
  return starts.slice(1).flatMap((start, at) => {
    const ms = start - starts[at]!;
    const from = ((starts[at]! - begun) / 1000).toFixed(1);
    return ms > hangsMs
      ? [`nothing was handed out for ${(ms / 1000).toFixed(1)} s, ${from} s after the faults began`]
      : [];
  });
}

/** The longest pauses between two starts, and when they began, in words. */
function longestPauses(starts: readonly number[], begun: number): string {
  return starts
    .slice(1)
    .map((start, at) => ({ from: starts[at]!, ms: start - starts[at]! }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 5)
    .map(({ from, ms }) => `${(ms / 1000).toFixed(1)} s at ${((from - begun) / 1000).toFixed(1)} s`)
    .join(", ");
}

/** What is said at the end, a line each. `begun`: when the faults began, ms since 1970. */
export function reportOf(
  evidence: Evidence,
  faults: ReadonlyMap<FaultKind, number>,
  seed: number,
  begun: number,
): string[] {
  const { ran, runs, troubles, jobs, submitted, acts } = evidence;
  const starts = ran.map(({ from }) => from).sort((a, b) => a - b);
  const deaths: FaultKind[] = ["kill master", "stop master"];
  const restarts: FaultKind[] = ["kill postgres", "crash postgres", "restart postgres"];
  const seconds = (ms: number | undefined) => (ms === undefined ? "not seen" : `${(ms / 1000).toFixed(1)} s`);
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const began = new Set(runs.map(({ job, task }) => `${job}.${task}`)).size;
  return [
    `seed ${seed}`,
    `${total} faults survived: ${[...faults].map(([kind, count]) => `${kind} ${count}`).join(", ")}`,
    `${submitted.length} submissions, ${acts.length} other deeds of people, ${jobs.length} jobs`,
    `${began} tasks checked, ${runs.length} runs, ${ran.length} starts in the ledger`,
    `longest pauses in handing out: ${longestPauses(starts, begun)}`,
    `longest gap in handing out after a master died: ${seconds(longestGap(starts, troubles, deaths, "begin"))}`,
    `longest gap after Postgres was back: ${seconds(longestGap(starts, troubles, restarts, "over"))}`,
  ];
}
