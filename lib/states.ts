// The states of jobs, tasks, slaves and runs, and what an ended run means for its task. The one place that knows these rules.
import type { ExitCodes } from "./rules";

/** `failed`: nothing waits or runs, and at least one task failed. Ended states come before `stopped`. */
export const jobStates = ["waiting", "running", "stopped", "finished", "failed"] as const;
export type JobState = (typeof jobStates)[number];

/** A task is in exactly one of its job's four sets. */
export const taskStates = ["waiting", "running", "finished", "failed"] as const;
export type TaskState = (typeof taskStates)[number];

/** `online`: heard of within its lease. `lost`: not. `gone`: it took its leave. */
export const slaveStates = ["online", "lost", "gone"] as const;
export type SlaveState = (typeof slaveStates)[number];

/**
 * How a run ended. `requeued`: its jobscript asked for it, or was killed by INT, TERM or KILL. `killed`: a person wanted it to end.
 * `lost`: its slave was not heard of any more. `returned`: its slave gave it back unrendered.
 */
export const outcomes = ["finished", "failed", "requeued", "killed", "lost", "returned"] as const;
export type Outcome = (typeof outcomes)[number];

/** What a person wants of a task that still runs: kill it, then requeue it or call it finished. */
export const wishes = ["requeue", "finish"] as const;
export type Wish = (typeof wishes)[number];

/** Until when a job waits for another: `finished`: all its frames are; `ended`: nothing of it waits or runs; `frames`: frame by frame. */
export const needs = ["finished", "ended", "frames"] as const;
export type Need = (typeof needs)[number];

/** `strict`: only 0 is success. `drqueue`: as the original, every exit code but those that ask for a requeue is success. */
export const exitRules = ["strict", "drqueue"] as const;
export type ExitRule = (typeof exitRules)[number];

/**
 * Why the slave reports a run as ended. `exit`: the jobscript ended by itself. `unstarted`: it could not be started. `killed`: as the
 * master asked. `returned`: the slave is stopping or in trouble itself. `lost`: the processes vanished with the machine. `overtime`: it took
 * longer than it may. `silent`: it printed nothing for too long. `fatal`: a line of its output said that it has failed. `other`: what
 * only a newer slave has a word for; a failure, so that it is tried again and not for ever.
 */
export const endReasons = [
  "exit",
  "unstarted",
  "killed",
  "returned",
  "lost",
  "overtime",
  "silent",
  "fatal",
  "other",
] as const;
export type EndReason = (typeof endReasons)[number];

/** `code` as a shell says it: 128 + n for signal n; 130 also when the jobscript sent INT to its parent. */
export type End = { reason: EndReason; code?: number | undefined };

/** Where the task goes, how its run is remembered, and whether it counts against the job's `retries`. */
export type Verdict = { outcome: Outcome; counts: boolean; next: Exclude<TaskState, "running"> };

const asksForRequeue = new Set([130, 137, 143]);

/** What the job says about its ends: how often to try again, and what exit codes mean. */
export type EndRules = { retries: number; exitRule: ExitRule; exitCodes: ExitCodes };

/** Judges the end of a run; `failures` is how many runs of the task counted before. */
export function judge(end: End, job: EndRules, failures: number, wish?: Wish | null): Verdict {
  if (wish === "finish") return { outcome: "killed", counts: false, next: "finished" };
  if (wish === "requeue") return { outcome: "killed", counts: false, next: "waiting" };
  if (end.reason === "killed" || end.reason === "returned" || end.reason === "lost") {
    return { outcome: end.reason, counts: false, next: "waiting" };
  }
  const failed: Verdict = { outcome: "failed", counts: true, next: failures < job.retries ? "waiting" : "failed" };
  if (end.reason !== "exit") return failed;
  const code = end.code ?? 137;
  const { fatal, retry, warning } = job.exitCodes;
  if (fatal?.includes(code)) return { ...failed, next: "failed" };
  if (retry?.includes(code)) return failed;
  if (warning?.includes(code)) return { outcome: "finished", counts: false, next: "finished" };
  if (asksForRequeue.has(code)) return { ...failed, outcome: "requeued" };
  if (code === 0 || (job.exitRule === "drqueue" && !signalOf(code)))
    return { outcome: "finished", counts: false, next: "finished" };
  return failed;
}

// Those that end a process on Linux and macOS, where the numbers agree or nearly so.
const signals: Record<number, string> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  4: "ILL",
  5: "TRAP",
  6: "ABRT",
  8: "FPE",
  9: "KILL",
  11: "SEGV",
  13: "PIPE",
  14: "ALRM",
  15: "TERM",
  24: "XCPU",
  25: "XFSZ",
};

/** The signal behind a shell's exit code, `SEGV` for 139; undefined when the code is an ordinary one. */
export function signalOf(code: number): string | undefined {
  return signals[code - 128];
}

/** Whether the job's state is one it does not leave by itself. */
export function hasEnded(state: JobState): boolean {
  return state === "finished" || state === "failed";
}
