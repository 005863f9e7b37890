// Why a job is not running, in words: the answer of the predicates that the plan hands out by.

import type { Reason } from "../protocol";
import { holds, sizeOf } from "../sets";
import {
  type Hindrance,
  hindrance,
  type JobNeeds,
  type Licences,
  type Obstacle,
  obstacle,
  type SlaveNow,
} from "./obstacles";

/** What keeps a job from running: something about the job itself, or what is in the way at each slave. */
export type Explained = { couldRun: boolean; hindrance: Hindrance | undefined; reasons: Reason[]; able: string[] };

/** The most slaves a reason names. */
const mostNames = 20;

/** Explains a job, or with `task` one task of it. `couldRun`: the plan would hand out a task of it (this task, were it its turn) now. */
export function explain(job: JobNeeds, slaves: readonly SlaveNow[], licences: Licences, task?: number): Explained {
  const met = slaves.map((slave) => ({ slave, obstacle: obstacle(job, slave) }));
  const able = met.flatMap(({ slave, obstacle }) => (obstacle ? [] : [slave.name]));
  const hindered = (task === undefined ? undefined : hindranceOf(job, task)) ?? hindrance(job, licences);
  const reasons = [
    ...Map.groupBy(
      met.filter(({ obstacle }) => obstacle),
      ({ obstacle }) => obstacle!.because,
    ),
  ].map(
    ([because, theirs]): Reason => ({
      because,
      text: describe(theirs.map(({ obstacle }) => obstacle!)),
      slaves: theirs.slice(0, mostNames).map(({ slave }) => slave.name),
      count: theirs.length,
    }),
  );
  reasons.sort((a, b) => b.count - a.count);
  return { couldRun: !hindered && able.length > 0, hindrance: hindered, reasons, able };
}

function hindranceOf(job: JobNeeds, task: number): Hindrance | undefined {
  if (!holds(job.waiting, task)) return { because: "nothing" };
  if (holds(job.held, task)) return { because: "held", tasks: 1 };
  if (holds(job.resting, task)) return { because: "resting", tasks: 1 };
  return undefined;
}

/** What keeps a job from running on any slave, in words. What `held` waits for is the caller's to say. */
export function describeHindrance(hindrance: Hindrance, job: JobNeeds): string {
  switch (hindrance.because) {
    case "nothing":
      return job.running > 0 ? "nothing waits: all that is left runs" : "nothing waits: it has ended";
    case "stopped":
      return "it is stopped";
    case "early":
      return "its time has not come";
    case "held":
      return "all that waits, waits for other jobs";
    case "resting":
      return `${tasks(hindrance.tasks)} failed and ${hindrance.tasks === 1 ? "is" : "are"} not tried again yet`;
    case "slots":
      return `it runs ${tasks(hindrance.most)}, as many as it may at a time`;
    case "licence": {
      const { name, needs, free } = hindrance;
      return `a task needs ${needs} licence${needs === 1 ? "" : "s"} ${name}, ${Math.max(0, free)} ${free === 1 ? "is" : "are"} free`;
    }
  }
}

/** What is in the way at slaves, all for the same cause: to be read behind their number. */
export function describe(obstacles: readonly Obstacle[]): string {
  const [one] = obstacles as readonly [Obstacle];
  const many = obstacles.length !== 1;
  const is = many ? "are" : "is";
  const has = many ? "have" : "has";
  switch (one.because) {
    case "away":
      return `${is} away`;
    case "sick":
      return `${is} sick: tasks of several jobs failed there`;
    case "problem":
      return `${is} in trouble: ${one.says}`;
    case "disabled":
      return `${is} disabled`;
    case "draining":
      return `${is} draining`;
    case "hours":
      return `${is} off hours`;
    case "pool":
      return `${is} not in pool ${one.needs.replaceAll(",", " or ")}`;
    case "os":
      return `${many ? "do" : "does"} not run ${one.needs.replaceAll(",", " or ")}`;
    case "memory": {
      const most = Math.max(...obstacles.map((each) => ("has" in each ? each.has : 0)));
      return `${has} too little memory (need ${gigabytes(one.needs)}, ${many ? "most has" : "has"} ${gigabytes(most)})`;
    }
    case "gpus": {
      const most = Math.max(...obstacles.map((each) => ("has" in each ? each.has : 0)));
      return `${has} too few free GPUs (need ${one.needs}, ${many ? "most has" : "has"} ${most})`;
    }
    case "blocked":
      return `${is} blocked for this job`;
    case "setAside": {
      const failures = Math.max(...obstacles.map((each) => ("failures" in each ? each.failures : 0)));
      return `${is} set aside for this job (${failures} failure${failures === 1 ? "" : "s"})`;
    }
    case "perSlave":
      return `${many ? "run" : "runs"} ${tasks(one.most)} of it, as many as one slave may`;
    case "load":
      return `${is} busy with other programs`;
    case "full":
      return `${is} full`;
  }
}

/** What keeps jobs from one slave, to be read behind their number. */
export function describeJobs(because: Obstacle["because"] | Hindrance["because"], count: number): string {
  const s = count === 1 ? "s" : "";
  const texts: Partial<Record<typeof because, string>> = {
    pool: `want${s} another pool`,
    os: `want${s} another operating system`,
    memory: `want${s} more memory than it has left`,
    gpus: `want${s} more GPUs than it has left`,
    blocked: `${count === 1 ? "is" : "are"} kept from it by a person`,
    setAside: `set${s} it aside after failures`,
    perSlave: `ha${count === 1 ? "s" : "ve"} as many tasks on it as allowed`,
    slots: `run${s} as many tasks as allowed`,
    licence: `wait${s} for licences`,
    early: `begin${s} later`,
  };
  return texts[because] ?? `can not start now`;
}

/** `12 tasks wait`, with those that can not start yet. */
export function describeWaiting(job: JobNeeds): string {
  const waiting = sizeOf(job.waiting);
  return `${tasks(waiting)} wait${waiting === 1 ? "s" : ""}`;
}

function tasks(count: number): string {
  return `${count.toLocaleString("en")} task${count === 1 ? "" : "s"}`;
}

/** MB as people say it. */
export function gigabytes(megabytes: number): string {
  return megabytes < 1024 ? `${Math.max(0, megabytes)} MB` : `${(megabytes / 1024).toFixed(1).replace(/\.0$/, "")} GB`;
}
