// The evidence, put in order for the checks.
import type { Evidence, JobRow, RunRow } from "./evidence";
import type { Ran } from "./ledger";
import type { Act } from "./people";

export type Known = ReturnType<typeof putInOrder>;

/** What makes finished frames wait again. */
const again: readonly string[] = ["requeue", "rerun"] satisfies Act["what"][];

export function putInOrder(evidence: Evidence) {
  const jobs = new Map(evidence.jobs.map((job) => [job.id, job]));
  const runs = groupBy(evidence.runs, taskOf);
  const ran = groupBy(evidence.ran, taskOf);
  const ranOfJob = groupBy(evidence.ran, ({ job }) => job);
  const row = new Map(evidence.runs.map((run) => [runOf(run), run]));
  const attempts = groupBy(evidence.ran, runOf);
  const acts = groupBy(
    evidence.acts.filter(({ done }) => done !== "no"),
    ({ job }) => job,
  );
  const submitted = new Map(evidence.submitted.map((one) => [one.name, one]));

  const known = {
    ...evidence,
    jobsById: jobs,
    submittedBy: submitted,
    /** The rows of the runs of a task, and what the ledger says of it; the first attempt first. */
    runsOf: (task: { job: number; task: number }): readonly RunRow[] => runs.get(taskOf(task)) ?? [],
    ranOf: (task: { job: number; task: number }): readonly Ran[] => ran.get(taskOf(task)) ?? [],
    ranOfJob: (job: number): readonly Ran[] => ranOfJob.get(job) ?? [],
    rowOf: (one: Pick<Ran, "job" | "task" | "attempt">): RunRow | undefined => row.get(runOf(one)),
    attemptsOf: (run: Pick<Ran, "job" | "task" | "attempt">): readonly Ran[] => attempts.get(runOf(run)) ?? [],
    /** What people did to a job, or may have done. */
    actsOn: (job: number, ...what: Act["what"][]): readonly Act[] =>
      (acts.get(job) ?? []).filter((act) => what.length === 0 || what.includes(act.what)),
    /** Whether somebody may have made the task wait again between these times. */
    madeToWaitAgain: (task: { job: number; task: number }, from: number, until: number): boolean =>
      (acts.get(task.job) ?? []).some(
        (act) =>
          again.includes(act.what) &&
          act.at <= until &&
          endOf(act) >= from &&
          covers(act, framesOf(ran.get(taskOf(task)))),
      ),
    /** Whether somebody may have called the task finished by then. */
    calledFinished: (task: { job: number; task: number }, by = Number.POSITIVE_INFINITY): boolean =>
      (acts.get(task.job) ?? []).some(
        (act) => act.what === "finish" && act.at <= by && covers(act, framesOf(ran.get(taskOf(task)))),
      ),
    nameOf: (slave: number): string => evidence.slaves.get(slave) ?? `slave ${slave}`,
    history: (task: { job: number; task: number }): string => history(known, task),
  };
  return known;
}

/** Until when it may have been carried out. */
export function endOf({ done, until }: Act): number {
  return done === "perhaps" ? Number.POSITIVE_INFINITY : until;
}

/** Whether the act was about any of these frames; about unknown ones it may have been. */
export function covers({ frames }: Act, of: readonly number[] | undefined): boolean {
  return !frames || !of || of.some((frame) => frame >= frames[0] && frame <= frames[1]);
}

function framesOf(ran: readonly Ran[] | undefined): readonly number[] | undefined {
  return ran?.[0]?.frames;
}

function groupBy<T, K>(all: readonly T[], key: (one: T) => K): Map<K, T[]> {
  return Map.groupBy(all, key);
}

const taskOf = ({ job, task }: { job: number; task: number }) => `${job}.${task}`;
const runOf = ({ job, task, attempt }: { job: number; task: number; attempt: number }) => `${job}.${task}.${attempt}`;

/** The frames of a job, as its row has them. */
export function framesOfJob({ spans }: JobRow): number[] {
  return spans.flatMap(({ first, last, step }) => {
    const count = Math.floor(Math.abs((last - first) / (step || 1))) + 1;
    return Array.from({ length: count }, (_, at) => first + at * step);
  });
}

/** All that is known of a task, in one line. */
function history(known: Known, task: { job: number; task: number }): string {
  const clock = (at: number | null) => (at === null ? "open" : new Date(at).toISOString().slice(14, 23));
  const rows = known.runsOf(task).map((run) => {
    const { attempt, outcome, ended, code, wish, message } = run;
    const said = [outcome ?? "open", code, wish && `wish ${wish}`, message].filter((one) => one !== null && one !== "");
    return `${attempt} on ${known.nameOf(run.slave)} ${said.join(" ")} ${clock(ended)}`;
  });
  const lines = known
    .ranOf(task)
    .map(
      ({ attempt, pid, slave, from, until, code }) =>
        `${attempt} on ${known.nameOf(slave)} pid ${pid} ${clock(from)} to ${clock(until)}${code === undefined ? " no end" : ` code ${code}`}`,
    );
  const acts = known
    .actsOn(task.job)
    .map((act) => `${act.what}${act.frames ? ` ${act.frames.join("-")}` : ""} (${act.done}) ${clock(act.at)}`);
  return `rows [${rows.join("; ")}] ledger [${lines.join("; ")}] people [${acts.join("; ")}]`;
}
