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

/**
 * The variables of one run: the fields of its kind, the job's own, then ours, which win. `log`: the file its output goes to. `gpus`: the
 * numbers of those it has for itself; without any, what the slave itself may use of them is inherited.
 */
export function environment(
  job: JobOrder,
  run: Ordered,
  around: Surroundings,
  log: string,
  gpus: readonly number[] = [],
): Record<string, string> {
  const first = run.frames[0] ?? 0;
  return {
    ...job.fieldVariables,
    ...job.env,
    DRQUEUE_FRAME: `${first}`,
    DRQUEUE_PADFRAME: padFrame(first, job.pad),
    DRQUEUE_PADFRAMES: run.frames.map((frame) => padFrame(frame, job.pad)).join(" "),
    DRQUEUE_FRAMES: formatFrames(spansOf(run.frames)),
    DRQUEUE_RANGES: rangesOf(run.frames),
    DRQUEUE_PAD: `${job.pad}`,
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
    ...(gpus.length > 0 && { CUDA_VISIBLE_DEVICES: gpus.join(","), DRQUEUE_GPUS: gpus.join(",") }),
  };
}

/** The frames in rising order, each once, as `first:last:step` with blanks between: what a jobscript walks through by arithmetic. */
export function rangesOf(frames: readonly number[]): string {
  const rising = [...new Set(frames)].sort((a, b) => a - b);
  return spansOf(rising)
    .map(({ first, last, step }) => `${first}:${last}:${step}`)
    .join(" ");
}

/** The job with every text that may name a folder translated to what this slave calls it. */
export function localized(job: JobOrder, translate: (text: string) => string): JobOrder {
  const values = (variables: Record<string, string>) =>
    Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, translate(value)]));
  return {
    ...job,
    command: job.command.map(translate),
    env: values(job.env),
    fieldVariables: values(job.fieldVariables),
    folder: job.folder === null ? null : translate(job.folder),
    script: job.script && { ...job.script, path: job.script.path === null ? null : translate(job.script.path) },
  };
}

/** More than any system takes as the arguments of a program, characters. */
const mostReplaced = 8 * 1024 * 1024;

/**
 * The command with {frame}, {padframe}, {frames}, {job} and {task} replaced in its words; anything else in braces stays. Ends with words as
 * they were when it has become longer than any system takes: it cannot be started, and must not use up the memory before.
 */
export function commandFor(job: JobOrder, run: Ordered): string[] {
  const first = run.frames[0] ?? 0;
  const values: Record<string, string> = {
    "{frame}": `${first}`,
    "{padframe}": padFrame(first, job.pad),
    "{frames}": formatFrames(spansOf(run.frames)),
    "{job}": `${job.id}`,
    "{task}": `${run.task}`,
  };
  let replaced = 0;
  return job.command.map((word) =>
    word.replace(/\{(?:frame|padframe|frames|job|task)\}/g, (token) => {
      replaced += values[token]!.length;
      return replaced > mostReplaced ? token : values[token]!;
    }),
  );
}
