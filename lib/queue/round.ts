// One round of the dispatcher: reports in, tasks out, in a single transaction for all slaves that wait for an answer.
import { logFolder } from "../logs";
import type { JobOrder, Ordered } from "../sync";
import { framesOfTask } from "../tasks";
import { type RunKey, runName } from "../wire";
import { assign } from "./assign";
import type { Sick } from "./blame";
import { layoutOf } from "./job";
import { moveTasks } from "./move";
import type { Ended, Report } from "./moves";
import type { SlaveNow } from "./obstacles";
import { type Queue, type Tx, wake } from "./open";
import { report } from "./report";
import { notTheirs, type OpenRun, openRuns } from "./slaves";
import { transact } from "./transact";

type OfSlave = RunKey & { readonly slave: number };

/** What the waiting syncs bring, all of them together. `asking` and `again` are called anew when a round is carried out again. */
export type Round = {
  reports: Report[];
  /** Slaves whose open runs this master does not know. */
  unknown: number[];
  /** Runs that slaves hold and that are due for a check. */
  check: OfSlave[];
  /** The slaves that can take tasks, given their open runs and whether tasks came back to waiting. */
  asking: (open: OpenRun[], requeued: boolean) => SlaveNow[];
  /** Runs handed out before that their slaves have not mentioned: they are told again, or told to end them when they are not wanted. */
  again: () => OfSlave[];
};

/** What goes out to the slaves. */
export type Outcome = {
  start: (Ordered & { slave: number })[];
  jobs: Map<number, JobOrder>;
  kill: OfSlave[];
  /** Runs handed out in this round, and those whose end counted. */
  handed: OpenRun[];
  ended: Ended[];
  /** How many frames were rendered. */
  frames: number;
  /** Slaves that were set aside. */
  sick: Sick[];
  more: "now" | "soon" | undefined;
};

/** Carries out a round. When it throws, nothing of it happened, or its answer was lost on the way: the next round finds out. */
export async function carryOut(queue: Queue, round: Round): Promise<Outcome> {
  return transact(queue, async (tx) => {
    const { counted, moves, requeued, simple, room, sick, frames } = await report(tx, round.reports);
    const open = await openRuns(tx, round.unknown);
    const asking = round.asking(open, requeued);
    // A job whose tasks end mostly gets new ones at once: both in one update, between which it does not seem to stand still.
    const freed = !simple && (await moveTasks(tx, moves));
    const { handed, again: more, released } = await assign(tx, asking, simple ? moves : []);
    // What came back, or waited for what ended, may be for slaves that wait here or at another master.
    if (requeued || freed || released || room) await wake(tx, { work: true });
    const again = round.again();
    const kill = await notTheirs(tx, [...round.check, ...again]);
    const unwanted = new Set(kill.map(runName));
    const { jobs, start } = await orders(tx, [...handed, ...again.filter((run) => !unwanted.has(runName(run)))]);
    return { start, jobs, kill, handed, ended: counted, frames, sick, more };
  });
}

async function orders(tx: Tx, given: OfSlave[]): Promise<Pick<Outcome, "start" | "jobs">> {
  const jobs = new Map<number, JobOrder>();
  if (given.length === 0) return { start: [], jobs };
  const rows = await tx`
    select id, name, owner, pool, command, env, folder, log_name, spans, block, fill_order, pad, field_variables, script, memory_mb, gpus,
      frame_timeout_ms, silence_ms, output
    from job where id in (select value::int from json_array_elements_text(${JSON.stringify([...new Set(given.map(({ job }) => job))])}::json))`;
  const layouts = new Map(
    rows.map((row) => [row.id as number, layoutOf({ spans: row.spans, fillOrder: row.fill_order, block: row.block })]),
  );
  for (const row of rows) {
    const spans = layouts.get(row.id)!.spans;
    jobs.set(row.id, {
      id: row.id,
      name: row.name,
      owner: row.owner,
      pool: row.pool,
      command: row.command,
      env: row.env,
      folder: row.folder,
      logFolder: logFolder({ id: row.id, logName: row.log_name }),
      start: spans[0]!.first,
      end: spans.at(-1)!.last,
      step: spans[0]!.step,
      block: row.block,
      pad: row.pad,
      fieldVariables: row.field_variables,
      script: row.script,
      memoryMb: row.memory_mb,
      gpus: row.gpus,
      frameTimeoutMs: row.frame_timeout_ms,
      silenceMs: row.silence_ms,
      output: row.output,
    });
  }
  const start = given.flatMap(({ job, task, attempt, slave }) => {
    const layout = layouts.get(job);
    return layout ? [{ job, task, attempt, slave, frames: framesOfTask(layout, task) }] : [];
  });
  return { start, jobs };
}
