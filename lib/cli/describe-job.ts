// A job as people read it: what it is and where it stands, then what of its settings differs from the usual.
import type { JobDetail } from "../protocol";
import type { Need } from "../states";
import { terminalWidth } from "./command";
import { count, cut, facts, gigabytes, moment, paint, plain, span, stateText } from "./table";

type Pairs = [name: string, value: string][];

/** All of it as names and values. */
export function describeJob(job: JobDetail): string {
  const pairs = [...progressOf(job), ...workOf(job), ...limitsOf(job), ...failuresOf(job), ...timesOf(job)];
  return facts(pairs.filter(([name, value]) => value !== "" || name === "state"));
}

function progressOf(job: JobDetail): Pairs {
  const { total, waiting, running, finished, failed } = job.frameCounts;
  const width = terminalWidth() - 12;
  const waits = [
    ...(job.heldTasks > 0 ? [`${tasks(job.heldTasks)} for other jobs`] : []),
    ...(job.restingTasks > 0 ? [`${tasks(job.restingTasks)} to be tried again after a pause`] : []),
  ];
  return [
    ["job", `${job.id} ${plain(job.name)}`],
    ["state", stateText(job.state) + (job.stopped && job.state !== "stopped" ? " (stopped)" : "")],
    ["stopped", job.stopReason === null ? "" : paint("red", plain(job.stopReason))],
    ["frames", `${cut(job.frames, width)}  (${count(total)})`],
    ["", `${count(finished)} finished, ${count(running)} running, ${count(waiting)} waiting, ${count(failed)} failed`],
    ["running", cut(job.runningFrames, width)],
    ["failed", cut(job.failedFrames, width)],
    ["waiting", waits.join(", ")],
    [
      "needs",
      job.needs.map(({ job, until, state }) => `job ${job} ${untilText[until] ?? until} (${state})`).join(", "),
    ],
    ["needed by", job.neededBy.length === 0 ? "" : `job${job.neededBy.length > 1 ? "s" : ""} ${list(job.neededBy)}`],
    ["tasks", `${count(job.taskCounts.total)} of ${job.block} frame${job.block === 1 ? "" : "s"}, ${job.order}`],
  ];
}

function workOf(job: JobDetail): Pairs {
  const given = Object.entries(job.fields ?? {}).map(([name, value]): [string, string] => [
    `  ${name}`,
    cut(plain(`${value}`), 2000),
  ]);
  const variables = Object.entries(job.env).map(([name, value]) => `${name}=${value}`);
  return [
    ["kind", job.kind ?? ""],
    ...given,
    ["script", plain(job.scriptPath ?? (job.script === null ? "" : "goes with each task"))],
    ["command", job.kind === null ? cut(plain(job.command.map(shellWord).join(" ")), 2000) : ""],
    ["folder", plain(job.folder ?? "")],
    ["pictures", plain(job.pictures ?? "")],
    ["variables", plain(variables.join(" "))],
    ["owner", plain(job.owner)],
    ["pool", job.pool],
    ["priority", `${job.priority}`],
  ];
}

function limitsOf(job: JobDetail): Pairs {
  const parts = [
    ...(job.os === "" ? [] : [`on ${job.os}`]),
    ...(job.memoryMb > 0 ? [`${gigabytes(job.memoryMb)} GB of memory`] : []),
    ...(job.gpus > 0 ? [`${job.gpus} GPU${job.gpus > 1 ? "s" : ""}`] : []),
    ...Object.entries(job.licences).map(([name, number]) => `licence ${name}${number > 1 ? `:${number}` : ""}`),
  ];
  return [
    ["a task needs", parts.join(", ")],
    ["at a time", job.maxSlots === null ? "" : `at most ${tasks(job.maxSlots)}`],
    ["on a slave", job.maxPerSlave === null ? "" : `at most ${tasks(job.maxPerSlave)} at a time`],
    ["not before", moment(job.notBefore)],
    ["not on", plain(job.blocked.join(", "))],
    [
      "set aside",
      plain(job.setAside.map(({ slave, failures }) => `${slave} (${count(failures)} failures)`).join(", ")),
    ],
  ];
}

function failuresOf(job: JobDetail): Pairs {
  const { fatal = [], retry = [], warning = [] } = job.exitMeanings;
  const codes = Object.entries({ fatal, retry, warning })
    .filter(([, all]) => all.length > 0)
    .map(([meaning, all]) => `${list(all)} ${meaning}`);
  const ms = (value: number) => span(value / 1000);
  const { deleteAfterMs } = job;
  return [
    [
      "retries",
      `${job.retries}${job.retryDelayMs > 0 ? `, the first after ${ms(job.retryDelayMs)}` : ""}${job.exitCodes === "drqueue" ? " (exit codes as the original)" : ""}`,
    ],
    ["exit codes", codes.join("; ")],
    ["time limit", job.frameTimeoutMs === null ? "" : `${ms(job.frameTimeoutMs)} for a frame`],
    ["silence", job.silenceMs === null ? "" : `failed after ${ms(job.silenceMs)} without output`],
    [
      "sets aside",
      job.slaveFailures === 3
        ? ""
        : job.slaveFailures === 0
          ? "no slave, however many tasks fail there"
          : `a slave after ${job.slaveFailures} failures`,
    ],
    [
      "stops after",
      job.maxFailures === 1000 ? "" : job.maxFailures === 0 ? "no number of failures" : `${job.maxFailures} failures`,
    ],
    [
      "deleted",
      deleteAfterMs === null ? "" : deleteAfterMs === 0 ? "once it is finished" : `${ms(deleteAfterMs)} after its end`,
    ],
  ];
}

function timesOf(job: JobDetail): Pairs {
  const { slowest } = job;
  return [
    ["submitted", moment(job.submittedAt)],
    ["started", moment(job.startedAt)],
    ["ended", moment(job.endedAt)],
    ["a frame", job.frameSeconds === null ? "" : `${span(job.frameSeconds)} on average`],
    ["slowest", slowest === null ? "" : `${span(slowest.seconds)}, ${taskOf(job, slowest.frame)}`],
    ["left", job.secondsLeft === null ? "" : `about ${span(job.secondsLeft)}`],
    ["logs", job.logFolder],
  ];
}

const untilText: Record<Need, string> = {
  finished: "finished",
  ended: "ended",
  frames: "frame by frame",
};

function taskOf({ block }: JobDetail, frame: number): string {
  return block === 1 ? `frame ${frame}` : `the task that begins with frame ${frame}`;
}

function tasks(number: number): string {
  return `${count(number)} task${number === 1 ? "" : "s"}`;
}

function list(numbers: readonly number[]): string {
  return numbers.join(",");
}

/** A word as one would type it to a shell. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
