// Jobs of the farm as files that submit them again.
import { sizeText, timeText } from "./amounts";
import type { NewBatchJob } from "./batch";
import type { JobDetail } from "./protocol";
import type { ExitCodes, OutputRules } from "./rules";
import { Submission } from "./submission";

/** What a kind says of the output of its program and of the pictures, which its jobs have without being told. */
type Kind = { exitCodes: ExitCodes; output: OutputRules; pictures?: string | null };

/**
 * What was given for a job, without what is as usual, so that submitting it again makes an equal one. The owner always stands there:
 * without one the command line says who submits. A job is stopped there only when it was never started.
 */
export function exported(job: JobDetail, kind?: Kind): NewBatchJob {
  const known: Record<string, unknown> = {
    ...job,
    command: job.kind === null ? job.command : undefined,
    after: job.needs.map(({ job, until }) => ({ job, until })),
    blocked: [...new Set(job.blocked)],
    stopped: job.stopped && job.stopReason === null && job.startedAt === null,
    exitMeanings: differing(job.exitMeanings, kind?.exitCodes ?? {}),
    output: differing(job.output, kind?.output ?? {}),
    pictures: job.pictures === kind?.pictures ? null : job.pictures,
  };
  const usual: Record<string, unknown> = Submission.parse({ name: job.name, command: [job.name] });
  const told = Object.keys(Submission.shape).filter((field) => {
    const value = known[field];
    if (value === undefined || value === null) return false;
    return ["name", "command", "owner"].includes(field) || JSON.stringify(value) !== JSON.stringify(usual[field]);
  });
  return Object.fromEntries(told.map((field) => [field, known[field]])) as NewBatchJob;
}

/** The lists of a job that are not those of its kind; one that only the kind has is empty. */
function differing<T extends object>(own: T, ofKind: T): T {
  const lists = { ...Object.fromEntries(Object.keys(ofKind).map((name) => [name, []])), ...own };
  return Object.fromEntries(
    Object.entries(lists).filter(([name, list]) => JSON.stringify(list) !== JSON.stringify(ofKind[name as keyof T])),
  ) as T;
}

/** The content of a file with these jobs of the farm, spelled as people write. Several have ids, by which they wait for each other. */
export function fileOf(jobs: readonly { number: number; job: NewBatchJob }[]): object {
  const [one, another] = jobs;
  if (one && !another) return written(one.job, new Map());
  const ids = idsOf(jobs);
  return { jobs: jobs.map(({ number, job }) => ({ id: ids.get(number), ...written(job, ids) })) };
}

const spelled: Record<string, [name: string, text: (value: number) => string]> = {
  memoryMb: ["memory", sizeText],
  retryDelayMs: ["retryDelay", timeText],
  frameTimeoutMs: ["frameTimeout", timeText],
  silenceMs: ["silence", timeText],
  deleteAfterMs: ["deleteAfter", timeText],
};

function written({ id: _, after = [], ...job }: NewBatchJob, ids: ReadonlyMap<number, string>): object {
  const fields = Object.entries(job).map(([field, value]) => {
    const [name, text] = spelled[field] ?? [field];
    return [name, text && typeof value === "number" ? text(value) : value];
  });
  const needs = after.map(({ job, until = "finished" }) => {
    const named = typeof job === "number" ? (ids.get(job) ?? job) : job;
    return until === "finished" ? named : { job: named, until };
  });
  return { ...Object.fromEntries(fields), ...(needs.length > 0 && { after: needs }) };
}

/** An id for each job: its name as far as an id can hold it, with its number where another has the same. */
function idsOf(jobs: readonly { number: number; job: NewBatchJob }[]): Map<number, string> {
  const ids = new Map<number, string>();
  const taken = new Set<string>();
  for (const { number, job } of jobs) {
    const name = job.name
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[^A-Za-z_]+|-+$/g, "")
      .slice(0, 40);
    let id = name === "" ? `job-${number}` : name;
    while (taken.has(id)) id = `${id}-${number}`.slice(-60).replace(/^[^A-Za-z_]+/, "");
    taken.add(id);
    ids.set(number, id);
  }
  return ids;
}
