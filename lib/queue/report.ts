// Runs end: each report counts once, and only for the run that holds the task.
import { type RunKey, runName } from "../protocol";
import { setOfTasks } from "../sets";
import { judge, type Verdict } from "../states";
import type { EndedRun } from "../sync";
import type { Move } from "./move";
import type { Tx } from "./open";

/** A report, and the slave that made it. */
export type Report = EndedRun & { readonly slave: number };

type Known = RunKey & {
  slave: number;
  retries: number;
  exit_rule: "strict" | "drqueue";
  wish: "requeue" | "finish" | null;
  open: boolean;
  /** Lost, and nobody has started the task again. */
  late: boolean;
  failures: number;
};

/** What came of reports. `moves` are still to be carried out; `simple`: all of them are from running to finished or failed. */
export type Reported = { counted: Report[]; moves: Move[]; requeued: boolean; simple: boolean };

/**
 * Ends runs as their slaves report them. A report for a run that has ended, was deleted, or belongs to another slave changes nothing;
 * only a late success counts still when the run was lost and its task has not been started again. The tasks are left to be moved by
 * the caller, in the same transaction, since what is handed out next often moves tasks of the same jobs.
 */
export async function report(tx: Tx, reports: readonly Report[]): Promise<Reported> {
  if (reports.length === 0) return { counted: [], moves: [], requeued: false, simple: true };
  const bySlaveAndRun = new Map(reports.map((given) => [`${given.slave}:${runName(given)}`, given]));
  const known = await lockAndRead(tx, [...bySlaveAndRun.values()]);
  const ended: { given: Report; verdict: Verdict }[] = [];
  let late = false;
  for (const run of known) {
    const given = bySlaveAndRun.get(`${run.slave}:${runName(run)}`);
    if (!given) continue;
    const verdict = judge(given, { retries: run.retries, exitRule: run.exit_rule }, run.failures, run.wish);
    if (!run.open && !(run.late && verdict.outcome === "finished")) continue;
    ended.push({ given, verdict });
    late ||= !run.open;
  }
  await writeRuns(tx, ended);
  const requeued = ended.some(({ verdict }) => verdict.next === "waiting");
  return { counted: ended.map(({ given }) => given), moves: movesOf(ended), requeued, simple: !requeued && !late };
}

/** Where the tasks of ended runs go, one move a job. */
export function movesOf(ended: readonly { given: RunKey; verdict: Verdict }[]): Move[] {
  return [...Map.groupBy(ended, ({ given }) => given.job)].map(([job, ends]) => {
    const going = (wanted: (verdict: Verdict) => boolean) =>
      setOfTasks(ends.filter(({ verdict }) => wanted(verdict)).map(({ given }) => given.task));
    return {
      job,
      waiting: going(({ next }) => next === "waiting"),
      finished: going(({ next }) => next === "finished"),
      failed: going(({ next }) => next === "failed"),
      retrying: going(({ next, counts }) => next === "waiting" && counts),
    };
  });
}

async function lockAndRead(tx: Tx, reports: readonly Report[]): Promise<Known[]> {
  const jobs = JSON.stringify([...new Set(reports.map(({ job }) => job))]);
  // Jobs are locked in the order of their numbers: two masters with reports of the same jobs can not wait for each other in a circle.
  await tx`select id from job where id in (select value::int from json_array_elements_text(${jobs}::json)) order by id for update`;
  // A run once, also when two slaves report it: the row would be found twice.
  const byRun = new Map(
    reports.map(({ job, task, attempt }) => [runName({ job, task, attempt }), { job, task, attempt }]),
  );
  return tx<Known[]>`
    select run.job, run.task, run.attempt, run.slave, job.retries, job.exit_rule, run.wish, run.ended_at is null as open,
      run.outcome = 'lost' and job.waiting @> run.task
        and not exists (select from run as later where later.job = run.job and later.task = run.task and later.attempt > run.attempt) as late,
      (select count(*)::int from run as earlier where earlier.job = run.job and earlier.task = run.task and earlier.counts) as failures
    from json_to_recordset(${JSON.stringify([...byRun.values()])}::json) as given(job int, task int, attempt int)
    join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt
    join job on job.id = run.job`;
}

async function writeRuns(tx: Tx, ended: readonly { given: Report; verdict: Verdict }[]): Promise<void> {
  if (ended.length === 0) return;
  const rows = ended.map(({ given, verdict }) => ({
    job: given.job,
    task: given.task,
    attempt: given.attempt,
    outcome: verdict.outcome,
    counts: verdict.counts,
    code: given.code,
    message: given.message,
    ran: inColumn(given.ranMs),
    cpu: inColumn(given.cpuMs),
    memory: given.memoryMb,
  }));
  // Start is reckoned back from the end: the clocks of slaves may be wrong, what they measure is not.
  await tx`
    update run set ended_at = now(), outcome = given.outcome, counts = given.counts, code = given.code, message = given.message,
      ran_ms = given.ran, cpu_ms = given.cpu, memory_mb = given.memory,
      started_at = case when given.ran is null then run.started_at else now() - given.ran * interval '1 millisecond' end
    from json_to_recordset(${JSON.stringify(rows)}::json) as given(job int, task int, attempt int, outcome text, counts boolean, code int,
      message text, ran int, cpu int, memory int)
    where run.job = given.job and run.task = given.task and run.attempt = given.attempt`;
}

/** A duration in ms as its column can hold it: 24 days, which 64 cores use up in 9 hours. */
function inColumn(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.min(ms, 2_147_483_647);
}
