// Runs that ended, and the sets to which that moves their tasks. Pure.

import { setOfTasks, type TaskSet } from "../sets";
import type { Verdict } from "../states";
import type { EndedRun } from "../sync";
import type { RunKey } from "../wire";

/**
 * Tasks of one job and the set each is to be in, whichever it was in before. `retrying` is a part of `waiting`, `resting` one of
 * `retrying`. `rendered`: what the runs behind `finished` took.
 */
export type Move = {
  job: number;
  waiting?: TaskSet;
  running?: TaskSet;
  finished?: TaskSet;
  failed?: TaskSet;
  retrying?: TaskSet;
  resting?: TaskSet;
  rendered?: Rendered;
};

/** Runs that finished: how many, their time in all, and the longest. */
export type Rendered = { runs: number; ms: number; slowestMs: number; slowestTask: number };

/** A report, and the slave that made it. */
export type Report = EndedRun & { readonly slave: number };

/** A report that counts, and what it means. `rests`: a task that failed is not tried again at once. */
export type Ended = {
  given: Report;
  verdict: Verdict;
  rests: boolean;
  sound: boolean;
  blamed: boolean;
  suspects: readonly number[];
};

/** Where the tasks of ended runs go, one move a job. */
export function movesOf(
  ended: readonly { given: RunKey & { ranMs?: number | undefined }; verdict: Verdict; rests?: boolean }[],
): Move[] {
  return [...Map.groupBy(ended, ({ given }) => given.job)].map(([job, ends]) => {
    const going = (wanted: (verdict: Verdict, rests?: boolean) => boolean) =>
      setOfTasks(ends.filter(({ verdict, rests }) => wanted(verdict, rests)).map(({ given }) => given.task));
    const rendered = renderedBy(ends);
    return {
      job,
      waiting: going(({ next }) => next === "waiting"),
      finished: going(({ next }) => next === "finished"),
      failed: going(({ next }) => next === "failed"),
      retrying: going(({ next, counts }) => next === "waiting" && counts),
      resting: going(({ next, counts }, rests) => next === "waiting" && counts && rests === true),
      ...(rendered && { rendered }),
    };
  });
}

/** What the finished ones of these runs took, those that a person called finished left out. */
function renderedBy(
  ends: readonly { given: RunKey & { ranMs?: number | undefined }; verdict: Verdict }[],
): Rendered | undefined {
  const sum: Rendered = { runs: 0, ms: 0, slowestMs: -1, slowestTask: 0 };
  for (const { given, verdict } of ends) {
    if (verdict.outcome !== "finished" || given.ranMs === undefined) continue;
    sum.runs++;
    const ranMs = inColumn(given.ranMs)!;
    sum.ms += ranMs;
    if (ranMs > sum.slowestMs) Object.assign(sum, { slowestMs: ranMs, slowestTask: given.task });
  }
  return sum.runs === 0 ? undefined : sum;
}

/** A duration in ms as its column can hold it: 24 days, which 64 cores use up in 9 hours. */
export function inColumn(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.min(ms, 2_147_483_647);
}
