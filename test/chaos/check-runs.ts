// Every task is finished by one run, no two processes work on it at a time, and sets, runs and ledger agree.
import { keptAway } from "./faults";
import type { Known } from "./known";
import type { Ran } from "./ledger";

/** So long before a slave was called lost it must have been in trouble at the latest, beyond its lease, ms. */
const slackMs = 4000;

export function checkSets({ jobs, runs }: Known): string[] {
  const findings: string[] = [];
  for (const { id, tasks, waiting, running, finished, failed } of jobs) {
    const all = [...waiting, ...running, ...finished, ...failed];
    if (new Set(all).size !== all.length) findings.push(`job ${id}: a task is in two of its sets`);
    if (all.length !== tasks || all.some((task) => task < 0 || task >= tasks))
      findings.push(`job ${id}: its sets hold ${all.length} tasks, it has ${tasks}`);
    if (running.length > 0)
      findings.push(`job ${id}: tasks ${running.join(",")} are called running though nothing runs`);
  }
  for (const { job, task, attempt, ended } of runs)
    if (ended === null) findings.push(`job ${job} task ${task} attempt ${attempt}: its run is still open`);
  return findings;
}

export function checkFinishes(known: Known): string[] {
  const findings: string[] = [];
  const runs = Map.groupBy(known.runs, ({ job }) => job);
  for (const job of known.jobs) {
    const finished = new Set(job.finished);
    const tasks = (runs.get(job.id) ?? []).map(({ task }) => task);
    for (const task of new Set([...finished, ...tasks])) {
      const one = { job: job.id, task };
      const told = (what: string) => findings.push(`job ${job.id} task ${task}: ${what}: ${known.history(one)}`);
      const rows = known.runsOf(one);
      if (rows.some(({ attempt }, at) => attempt !== at + 1)) told("attempts are missing");
      const good = rows.filter(({ outcome }) => outcome === "finished");
      if (finished.has(task) && good.length === 0 && !known.calledFinished(one))
        told("finished without a run that did it");
      if (
        !finished.has(task) &&
        good.length > 0 &&
        !known.madeToWaitAgain(one, good.at(-1)!.ended!, Number.POSITIVE_INFINITY)
      )
        told("a run finished it, but it is not finished");
      // What is finished stays so until somebody wants it anew.
      for (const run of good) {
        const next = rows.find(({ attempt }) => attempt === run.attempt + 1);
        if (!next) continue;
        const from = known.attemptsOf(next)[0]?.from ?? Number.POSITIVE_INFINITY;
        if (!known.madeToWaitAgain(one, run.ended!, from))
          told(`handed out again after attempt ${run.attempt} finished it`);
      }
    }
  }
  return findings;
}

export function checkLedger(known: Known): string[] {
  const findings = known.torn.map((line) => `the ledger has a line that is not whole: '${line.slice(0, 100)}'`);
  const told = (one: { job: number; task: number; attempt: number }, what: string) =>
    findings.push(`job ${one.job} task ${one.task} attempt ${one.attempt}: ${what}: ${known.history(one)}`);
  for (const run of known.runs) {
    const ran = known.attemptsOf(run);
    if (ran.length > 1) told(run, `started ${ran.length} times`);
    if (run.outcome === "finished") {
      if (ran.length === 0) told(run, "counts as finished but never started");
      else if (!ran.some(({ code }) => code === 0)) told(run, "counts as finished but did not end with 0");
      else if (ran.every(({ until }) => until > run.ended! + 5)) told(run, "counts as finished before it ended");
    }
    const [one] = ran;
    if (
      run.outcome === "failed" &&
      run.code !== null &&
      run.code < 128 &&
      one?.code !== undefined &&
      one.code !== run.code &&
      !run.message?.includes("frame")
    )
      told(run, `ended with ${one.code}, but the farm says ${run.code}`);
    if (one && one.slave !== run.slave)
      told(run, `ran on ${known.nameOf(one.slave)}, but the farm says ${known.nameOf(run.slave)}`);
  }
  for (const one of known.ran)
    if (known.jobsById.has(one.job) && !known.rowOf(one)) told(one, "ran, but the farm does not know of it");
  return findings;
}

/** A process may be there beside that of a later attempt only when its slave was lost, for a reason, before that was handed out. */
export function checkOverlaps(known: Known): string[] {
  const findings: string[] = [];
  for (const job of new Set(known.ran.map(({ job }) => job))) {
    if (!known.jobsById.has(job)) continue;
    for (const [task, all] of Map.groupBy(known.ranOfJob(job), ({ task }) => task)) {
      const sorted = [...all].sort((a, b) => a.from - b.from);
      sorted.forEach((earlier, at) => {
        for (const later of sorted.slice(at + 1)) {
          if (later.from >= earlier.until) continue;
          const why = lostBefore(known, earlier, later.from);
          if (why)
            findings.push(
              `job ${job} task ${task}: attempts ${earlier.attempt} and ${later.attempt} ran at a time, and ${why}: ${known.history({ job, task })}`,
            );
        }
      });
    }
  }
  return findings;
}

/** Undefined when the run's slave was lost by then for a reason; else what is wrong. */
function lostBefore(known: Known, ran: Ran, by: number): string | undefined {
  const run = known.rowOf(ran);
  if (!run || (run.outcome !== "lost" && run.outcome !== "killed")) return `the first was not lost but ${run?.outcome}`;
  const ended = run.ended ?? Number.POSITIVE_INFINITY;
  // The database says when its transaction began, and the row is written after that.
  if (ended > by) return "the first was not yet lost";
  const name = known.nameOf(ran.slave);
  const from = ended - known.leaseMs - slackMs;
  const trouble = known.troubles.some((one) => keptAway(one, name) && one.from <= ended && one.until >= from);
  return trouble ? undefined : `nothing had kept its slave ${name} from the farm`;
}
