// Jobs wait for those they depend on, and limits hold, by the times in the ledger.

import type { Bond, JobRow } from "./evidence";
import { framesOfJob, type Known } from "./known";
import type { Ran } from "./ledger";

export function checkDependencies(known: Known): string[] {
  return known.bonds.flatMap((bond) => {
    const upstream = known.jobsById.get(bond.needs);
    const starts = [...known.ranOfJob(bond.job)].sort((a, b) => a.from - b.from);
    if (!upstream || starts.length === 0) return [];
    const told = (missing: string) =>
      `job ${bond.job} waits for job ${bond.needs} (${bond.until}), but started at ${new Date(starts[0]!.from).toISOString()} before ${missing}`;
    return bond.until === "frames"
      ? framesTooEarly(known, bond, upstream, starts)
      : missingAt(known, bond, upstream, starts[0]!.from).map(told);
  });
}

/** Tasks of the job waited for that were not done at that time. */
function missingAt(known: Known, { until, needs }: Bond, { tasks }: JobRow, at: number): string[] {
  const missing: string[] = [];
  for (let task = 0; task < tasks; task++) {
    const one = { job: needs, task };
    if (known.calledFinished(one, at)) continue;
    const runs = known.ranOf(one).filter((ran) => ran.until <= at);
    const done = until === "finished" ? runs.some((ran) => wasFinishedBy(known, ran)) : runs.length > 0;
    if (!done) missing.push(`task ${task} was done: ${known.history(one)}`);
    else if (until === "ended") {
      const later = known.ranOf(one).find((ran) => ran.from > at);
      if (later && !known.madeToWaitAgain(one, 0, later.from))
        missing.push(`task ${task} had ended: ${known.history(one)}`);
    }
  }
  return missing.slice(0, 3);
}

function framesTooEarly(known: Known, { job, needs }: Bond, upstream: JobRow, starts: readonly Ran[]): string[] {
  const theirs = new Set(framesOfJob(upstream));
  const done = new Map<number, number>();
  for (const ran of known.ranOfJob(needs)) {
    if (!wasFinishedBy(known, ran)) continue;
    for (const frame of ran.frames) done.set(frame, Math.min(done.get(frame) ?? Number.POSITIVE_INFINITY, ran.until));
  }
  const called = (frame: number, by: number) =>
    known
      .actsOn(needs, "finish")
      .some(
        ({ at, frames }) => at <= by && (!frames || upstream.block > 1 || (frame >= frames[0] && frame <= frames[1])),
      );
  return starts.flatMap(({ task, frames, from }) => {
    const early = frames.find(
      (frame) => theirs.has(frame) && !((done.get(frame) ?? Number.POSITIVE_INFINITY) <= from) && !called(frame, from),
    );
    return early === undefined
      ? []
      : [
          `job ${job} task ${task} started before frame ${early} of job ${needs} was finished: ${known.history({ job, task })}`,
        ];
  });
}

function wasFinishedBy(known: Known, ran: Ran): boolean {
  return ran.code === 0 && known.rowOf(ran)?.outcome === "finished";
}

export function checkLimits(known: Known): string[] {
  const findings: string[] = [];
  const check = (what: string, most: number, runs: readonly { from: number; until: number }[]) => {
    const at = tooMany(runs, most);
    if (at !== undefined) findings.push(`${what}: more than ${most} at ${new Date(at).toISOString()}`);
  };
  const licensed = new Set<number>();
  for (const { id, name } of known.jobs) {
    const { maxSlots, maxPerSlave, licence } = known.submittedBy.get(name) ?? {};
    if (licence) licensed.add(id);
    const counted = () => known.ranOfJob(id).map((ran) => asCounted(known, ran));
    if (maxSlots) check(`job ${id} may have ${maxSlots} slots`, maxSlots, counted());
    if (maxPerSlave)
      for (const [slave, runs] of Map.groupBy(counted(), ({ slave }) => slave))
        check(`job ${id} on ${known.nameOf(slave)}`, maxPerSlave, runs);
  }
  check(
    "the licence",
    known.licences,
    known.ran.filter(({ job }) => licensed.has(job)).map((ran) => asCounted(known, ran)),
  );
  const copied = new Set(known.troubles.flatMap(({ kind, on }) => (kind === "copy slave" ? [on] : [])));
  for (const [slave, runs] of Map.groupBy(known.ran, ({ slave }) => slave))
    if (!copied.has(known.nameOf(slave))) check(`slots of ${known.nameOf(slave)}`, known.mostSlots, runs);
  return findings;
}

/** A run is counted no more once its slave was lost. */
function asCounted(known: Known, ran: Ran): Ran {
  const run = known.rowOf(ran);
  const over = run && (run.outcome === "lost" || run.outcome === "killed") ? run.ended! : Number.POSITIVE_INFINITY;
  return { ...ran, until: Math.min(ran.until, over) };
}

/** When there were more than so many at a time; undefined when there never were. */
function tooMany(runs: readonly { from: number; until: number }[], most: number): number | undefined {
  const events = runs.flatMap(({ from, until }) =>
    until > from
      ? [
          { at: from, by: 1 },
          { at: until, by: -1 },
        ]
      : [],
  );
  events.sort((a, b) => a.at - b.at || a.by - b.by);
  let count = 0;
  for (const { at, by } of events) {
    count += by;
    if (count > most) return at;
  }
  return undefined;
}
