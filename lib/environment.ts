// What a jobscript is told: the DRQUEUE_* variables (the original's names, kept) and the tokens in its arguments.
import { formatFrames, spansOf } from "./frames";
import { padFrame } from "./logs";
import type { JobOrder, Ordered } from "./sync";

/** What belongs to the slave rather than to the job. */
export type Surroundings = {
  compId: number;
  os: string;
  master: string;
  root: string;
  bin: string;
  tmp: string;
  logs: string;
};

/** The variables of one run: the job's own, then ours, which win. `log`: the file its output goes to. */
export function environment(job: JobOrder, run: Ordered, around: Surroundings, log: string): Record<string, string> {
  const first = run.frames[0] ?? 0;
  return {
    ...job.env,
    DRQUEUE_FRAME: `${first}`,
    DRQUEUE_PADFRAME: padFrame(first, job.pad),
    DRQUEUE_PADFRAMES: run.frames.map((frame) => padFrame(frame, job.pad)).join(" "),
    DRQUEUE_FRAMES: formatFrames(spansOf(run.frames)),
    DRQUEUE_STARTFRAME: `${job.start}`,
    DRQUEUE_ENDFRAME: `${job.end}`,
    DRQUEUE_STEPFRAME: `${job.step}`,
    DRQUEUE_BLOCKSIZE: `${job.block}`,
    DRQUEUE_JOBID: `${job.id}`,
    DRQUEUE_JOBNAME: job.name,
    DRQUEUE_OWNER: job.owner,
    DRQUEUE_POOL: job.pool,
    DRQUEUE_TASK: `${run.task}`,
    DRQUEUE_ATTEMPT: `${run.attempt}`,
    DRQUEUE_COMPID: `${around.compId}`,
    DRQUEUE_OS: around.os,
    DRQUEUE_MASTER: around.master,
    DRQUEUE_ROOT: around.root,
    DRQUEUE_BIN: around.bin,
    DRQUEUE_ETC: `${around.root}/etc`,
    DRQUEUE_DB: `${around.root}/db`,
    DRQUEUE_TMP: around.tmp,
    DRQUEUE_LOGS: around.logs,
    DRQUEUE_LOG: log,
  };
}

/** The command with {frame}, {padframe}, {frames}, {job} and {task} replaced in its words; anything else in braces stays. */
export function commandFor(job: JobOrder, run: Ordered): string[] {
  const first = run.frames[0] ?? 0;
  const values: Record<string, string> = {
    "{frame}": `${first}`,
    "{padframe}": padFrame(first, job.pad),
    "{frames}": formatFrames(spansOf(run.frames)),
    "{job}": `${job.id}`,
    "{task}": `${run.task}`,
  };
  return job.command.map((word) => word.replace(/\{(?:frame|padframe|frames|job|task)\}/g, (token) => values[token]!));
}
