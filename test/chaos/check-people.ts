// What people were told is so: submissions are there once and whole, and what was done to a job has been done.
import type { JobRow } from "./evidence";
import { covers, endOf, framesOfJob, type Known } from "./known";
import { filler, type Submitted } from "./people";

export function checkSubmissions(known: Known): string[] {
  const byName = Map.groupBy(known.jobs, ({ name }) => name);
  const findings = known.jobs
    .filter(({ name }) => !known.submittedBy.has(name))
    .map(({ id, name }) => `job ${id} (${name}): nobody submitted it`);
  for (const one of known.submitted) {
    const rows = byName.get(one.name) ?? [];
    const told = (what: string) => findings.push(`submission ${one.name}: ${what}`);
    if (rows.length > 1) told(`is there ${rows.length} times: jobs ${rows.map(({ id }) => id).join(", ")}`);
    if (one.done === "no" && rows.length > 0) told(`was refused, but is there as job ${rows[0]!.id}`);
    if (one.done === "yes") {
      const gone = known.actsOn(one.id!, "delete").length > 0;
      if (rows.length === 0 && !gone) told(`was accepted as job ${one.id}, but is not there`);
      if (rows.length > 0 && rows[0]!.id !== one.id) told(`was accepted as job ${one.id}, but is job ${rows[0]!.id}`);
    }
    if (rows[0]) findings.push(...checkFrames(known, one, rows[0]));
  }
  return findings;
}

function checkFrames(known: Known, { name, frames: [first, last], block }: Submitted, job: JobRow): string[] {
  const wanted = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const told = (what: string) => [`submission ${name} (job ${job.id}): ${what}`];
  const has = framesOfJob(job);
  if (has.length !== wanted.length || has.some((frame, at) => frame !== wanted[at]) || job.block !== block)
    return told(`frames ${first}-${last} by ${block} became ${JSON.stringify(job.spans)} by ${job.block}`);
  if (job.tasks !== Math.ceil(wanted.length / block)) return told(`has ${job.tasks} tasks`);
  // Each frame is in one task, whichever attempt.
  const taskOf = new Map<number, number>();
  for (const { task, frames } of known.ranOfJob(job.id))
    for (const frame of frames) {
      if (frame < first || frame > last) return told(`frame ${frame} was rendered, which it does not have`);
      if ((taskOf.get(frame) ?? task) !== task)
        return told(`frame ${frame} is in tasks ${taskOf.get(frame)} and ${task}`);
      taskOf.set(frame, task);
    }
  const tasks = new Set(taskOf.values());
  if (tasks.size === job.tasks && taskOf.size !== wanted.length)
    return told(`only ${taskOf.size} frames were rendered`);
  return [];
}

export function checkActs(known: Known): string[] {
  const findings: string[] = [];
  for (const act of known.acts) {
    const job = known.jobsById.get(act.job);
    if (act.done !== "yes") continue;
    if (act.what === "delete" && job) findings.push(`job ${job.id} was deleted, but is there`);
    if (!job) continue;
    if (act.what === "priority") {
      const after = known.actsOn(job.id, "priority").filter((other) => other !== act && endOf(other) >= act.at);
      if (job.priority !== act.priority && !after.some(({ priority }) => priority === job.priority))
        if (!after.some(({ done, at }) => done === "yes" && at >= act.until))
          findings.push(`job ${job.id} got priority ${act.priority}, but has ${job.priority}`);
    }
    if (act.what !== "finish") continue;
    if (known.actsOn(job.id, "requeue", "rerun", "kill", "stop").some((other) => endOf(other) >= act.at)) continue;
    for (const task of [...job.waiting, ...job.failed]) {
      const frames = known.ranOf({ job: job.id, task })[0]?.frames;
      if (frames && covers(act, frames))
        findings.push(
          `job ${job.id} task ${task} was called finished, but is not: ${known.history({ job: job.id, task })}`,
        );
    }
  }
  return findings;
}

/** What has not ended has a reason that people know: it is stopped, or waits for what will not be. */
export function checkEnded(known: Known): string[] {
  return known.jobs.flatMap((job) => {
    if (job.waiting.length === 0 || job.name === filler) return [];
    if (job.stopped && (job.stopReason !== null || known.actsOn(job.id, "stop").length > 0)) return [];
    const kept = known.bonds.some(({ job: id, needs, until }) => {
      const upstream = known.jobsById.get(needs);
      if (id !== job.id || !upstream) return false;
      return until === "ended" ? upstream.waiting.length > 0 : upstream.finished.length < upstream.tasks;
    });
    return kept
      ? []
      : [`job ${job.id} (${job.name}): tasks ${job.waiting.slice(0, 10).join(",")} wait, and nobody knows why`];
  });
}
