// Runs end: each report counts once, and only for the run that holds the task.

import { frameCount, type Span } from "../frames";
import { type Order, taskOfBlock } from "../order";
import type { ExitCodes } from "../rules";
import { judge } from "../states";
import { type RunKey, runName } from "../wire";
import { blame, type Sick } from "./blame";
import { lockWithDependents } from "./dependencies";
import type { Move } from "./moves";
import { type Ended, inColumn, movesOf, type Report } from "./moves";
import type { Tx } from "./open";

type Known = RunKey & {
  slave: number;
  retries: number;
  exit_rule: "strict" | "drqueue";
  exit_codes: ExitCodes;
  retry_delay_ms: number;
  wish: "requeue" | "finish" | null;
  open: boolean;
  /** Lost, and nobody has started the task again. */
  late: boolean;
  failures: number;
  /** The job may run so many tasks at a time, or needs licences: what ends makes room on other slaves as well. */
  limited: boolean;
  /** Tasks of the job were finished: it can be rendered. */
  sound: boolean;
  /** Tasks of the job have failed before, on whatever slave. */
  blamed: boolean;
  /** Jobs that make its slave suspect. */
  suspects: number[];
  /** How the job's frames are cut. */
  block: number;
  tasks: number;
  fill_order: Order;
};

/**
 * What came of reports. `moves` are still to be carried out; `simple`: all of them are from running to finished. `room`: what ended lets
 * other slaves have tasks that a limit of their jobs kept from them. `sick`: slaves set aside for what they failed. `frames`: how many
 * were rendered.
 */
export type Reported = {
  counted: Ended[];
  moves: Move[];
  requeued: boolean;
  simple: boolean;
  room: boolean;
  sick: Sick[];
  frames: number;
};

/**
 * Ends runs as their slaves report them. A report for a run that has ended, was deleted, or belongs to another slave changes nothing;
 * only a late success counts still when the run was lost and its task has not been started again. The tasks are left to be moved by
 * the caller, in the same transaction, since what is handed out next often moves tasks of the same jobs.
 */
export async function report(tx: Tx, reports: readonly Report[]): Promise<Reported> {
  if (reports.length === 0)
    return { counted: [], moves: [], requeued: false, simple: true, room: false, sick: [], frames: 0 };
  const bySlaveAndRun = new Map(reports.map((given) => [`${given.slave}:${runName(given)}`, given]));
  const known = await lockAndRead(tx, [...bySlaveAndRun.values()]);
  const ended: Ended[] = [];
  const rendered: Known[] = [];
  let late = false;
  let room = false;
  for (const run of known) {
    const given = bySlaveAndRun.get(`${run.slave}:${runName(run)}`);
    if (!given) continue;
    const rules = { retries: run.retries, exitRule: run.exit_rule, exitCodes: run.exit_codes };
    const verdict = judge(given, rules, run.failures, run.wish);
    if (!run.open && !(run.late && verdict.outcome === "finished")) continue;
    ended.push({
      given,
      verdict,
      rests: run.retry_delay_ms > 0,
      sound: run.sound,
      blamed: run.blamed,
      suspects: run.suspects,
    });
    if (verdict.outcome === "finished") rendered.push(run);
    late ||= !run.open;
    room ||= run.limited;
  }
  await writeRuns(tx, ended);
  const sick = await blame(tx, ended);
  const requeued = ended.some(({ verdict }) => verdict.next === "waiting");
  // A failure may be the one that stops its job: nothing more of it is handed out then.
  const simple = !late && ended.every(({ verdict }) => verdict.next === "finished");
  const frames = await countFrames(tx, rendered);
  return { counted: ended, moves: movesOf(ended), requeued, simple, room, sick, frames };
}

/** The frames of these tasks: all have as many as the job has in a block, but the one of its last frames may have fewer. */
async function countFrames(tx: Tx, tasks: readonly Known[]): Promise<number> {
  const frames = tasks.reduce((sum, { block }) => sum + block, 0);
  const last = tasks.filter(
    (one) => one.block > 1 && one.task === taskOfBlock(one.fill_order, one.tasks, one.tasks - 1),
  );
  if (last.length === 0) return frames;
  const rows = await tx<{ spans: Span[]; places: number }[]>`
    select spans, tasks::float8 * block as places from job
    where id in (select value::int from json_array_elements_text(${JSON.stringify(last.map(({ job }) => job))}::json))`;
  return rows.reduce((sum, { spans, places }) => sum - (places - frameCount(spans)), frames);
}

async function lockAndRead(tx: Tx, reports: readonly Report[]): Promise<Known[]> {
  // Jobs are locked in the order of their numbers: two masters with reports of the same jobs can not wait for each other in a circle.
  await lockWithDependents(tx, [...new Set(reports.map(({ job }) => job))]);
  // A run once, also when two slaves report it: the row would be found twice.
  const byRun = new Map(
    reports.map(({ job, task, attempt }) => [runName({ job, task, attempt }), { job, task, attempt }]),
  );
  // What is asked of a job's sets is asked once a job: they may be large, and unpacked for each run would cost more than all else.
  return tx<Known[]>`
    with rules as materialized (
      select id, retries, exit_rule, exit_codes, retry_delay_ms, max_slots is not null or licences <> '{}' as limited,
        not isempty(finished) as sound, blamed <> '{}' as blamed, block, tasks, fill_order
      from job where id in (select value::int from json_array_elements_text(${JSON.stringify([...new Set(reports.map(({ job }) => job))])}::json))
    )
    select run.job, run.task, run.attempt, run.slave, rules.retries, rules.exit_rule, rules.exit_codes, rules.retry_delay_ms, run.wish,
      run.ended_at is null as open, rules.limited, rules.sound, rules.blamed, coalesce(slave.suspects, '[]') as suspects,
      rules.block, rules.tasks, rules.fill_order,
      run.outcome = 'lost' and (select waiting @> run.task from job where job.id = run.job)
        and not exists (select from run as later where later.job = run.job and later.task = run.task and later.attempt > run.attempt) as late,
      (select count(*)::int from run as earlier where earlier.job = run.job and earlier.task = run.task and earlier.counts) as failures
    from json_to_recordset(${JSON.stringify([...byRun.values()])}::json) as given(job int, task int, attempt int)
    join run on run.job = given.job and run.task = given.task and run.attempt = given.attempt
    join rules on rules.id = run.job
    left join slave on slave.id = run.slave`;
}

async function writeRuns(tx: Tx, ended: readonly Ended[]): Promise<void> {
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
