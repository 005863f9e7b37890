// The queue as simple as it can be told: a map from task to state. The real one must agree with it after every step.
import type { Handed } from "../../lib/queue/assign";
import type { Report } from "../../lib/queue/moves";
import type { ExitCodes } from "../../lib/rules";
import { type ExitRule, judge, type TaskState, type Wish } from "../../lib/states";

type ModelRun = { slave: number; outcome: string | null; counts: boolean; wish: Wish | null };
/** `resting`: it failed and is not tried again yet. */
type ModelTask = { state: TaskState; resting: boolean; runs: ModelRun[] };
export type ModelJob = {
  readonly retries: number;
  readonly exitRule: ExitRule;
  readonly exitCodes: ExitCodes;
  readonly maxFailures: number;
  readonly retryDelayMs: number;
  priority: number;
  stopped: boolean;
  readonly tasks: ModelTask[];
};

/** All jobs by number, and the slaves that are lost. */
export class Model {
  readonly jobs = new Map<number, ModelJob>();

  submit(id: number, tasks: number, given: Omit<ModelJob, "tasks">): void {
    const waiting = (): ModelTask => ({ state: "waiting", resting: false, runs: [] });
    this.jobs.set(id, { ...given, tasks: Array.from({ length: tasks }, waiting) });
  }

  /** What a hand-out of so many slots must come to: how many tasks of each priority, the highest first. */
  due(slots: number): number[] {
    const waiting = [...this.jobs.values()]
      .filter(({ stopped }) => !stopped)
      .flatMap(({ priority, tasks }) =>
        tasks.filter(({ state, resting }) => state === "waiting" && !resting).map(() => priority),
      );
    return waiting.sort((a, b) => b - a).slice(0, slots);
  }

  /** Throws when the task could not be handed out. */
  handOut({ job: id, task: number, attempt, slave }: Handed): number {
    const job = this.jobs.get(id);
    const task = job?.tasks[number];
    if (!job || job.stopped || task?.state !== "waiting" || task.resting)
      throw new Error(`task ${id}.${number} does not wait`);
    task.state = "running";
    task.runs.push({ slave, outcome: null, counts: false, wish: null });
    if (task.runs.length !== attempt) throw new Error(`attempt ${attempt} of ${id}.${number} is out of turn`);
    return job.priority;
  }

  /** Takes reports that come together. Returns how many count. */
  report(given: readonly Report[]): number {
    const failed = ({ tasks }: ModelJob) => tasks.filter(({ state }) => state === "failed").length;
    const before = new Map([...this.jobs.values()].map((job) => [job, failed(job)]));
    const counted = given.filter((one) => this.end(one)).length;
    for (const [job, had] of before) {
      const over = job.maxFailures > 0 && had < job.maxFailures && failed(job) >= job.maxFailures;
      if (over && job.tasks.some(({ state }) => state === "waiting")) job.stopped = true;
    }
    return counted;
  }

  private end(given: Report): boolean {
    const job = this.jobs.get(given.job);
    const task = job?.tasks[given.task];
    const run = task?.runs[given.attempt - 1];
    if (!job || !task || !run || run.slave !== given.slave) return false;
    const verdict = judge(given, job, task.runs.filter(({ counts }) => counts).length, run.wish);
    const isLast = task.runs.at(-1) === run;
    const late = run.outcome === "lost" && isLast && task.state === "waiting" && verdict.outcome === "finished";
    if (run.outcome !== null && !late) return false;
    run.outcome = verdict.outcome;
    run.counts = verdict.counts;
    task.state = verdict.next;
    task.resting = verdict.next === "waiting" && verdict.counts && job.retryDelayMs > 0;
    return true;
  }

  /** Ends all rests. Returns how many jobs had tasks that rested. */
  wakeRested(): number {
    const rested = [...this.jobs.values()].filter(({ tasks }) => tasks.some(({ resting }) => resting));
    for (const { tasks } of rested) for (const task of tasks) task.resting = false;
    return rested.length;
  }

  /** Calls back for each task of the range [from, to) and returns what that was true for. */
  private each(id: number, [from, to]: Range, act: (task: ModelTask) => boolean): number {
    return this.jobs.get(id)!.tasks.slice(from, to).filter(act).length;
  }

  private wish(id: number, range: Range, wish: Wish): number {
    return this.each(id, range, (task) => {
      if (task.state !== "running") return false;
      task.runs.at(-1)!.wish = wish;
      return true;
    });
  }

  requeue(id: number, range: Range): Done {
    const tasks = this.each(id, range, (task) => {
      task.resting = false;
      for (const run of task.runs) {
        run.counts = false;
        // A person wants it rendered anew: a late success of this run is out of date.
        if (run.outcome === "lost") run.outcome = "killed";
      }
      if (task.state !== "finished" && task.state !== "failed") return false;
      task.state = "waiting";
      return true;
    });
    return { tasks, killing: this.wish(id, range, "requeue") };
  }

  finish(id: number, range: Range): Done {
    const tasks = this.each(id, range, (task) => {
      if (task.state !== "waiting" && task.state !== "failed") return false;
      task.state = "finished";
      task.resting = false;
      return true;
    });
    return { tasks, killing: this.wish(id, range, "finish") };
  }

  kill(id: number, range: Range): Done {
    return { tasks: 0, killing: this.wish(id, range, "requeue") };
  }

  stop(id: number, kill: boolean): Done {
    this.jobs.get(id)!.stopped = true;
    return kill ? this.kill(id, [0, Number.POSITIVE_INFINITY]) : { tasks: 0, killing: 0 };
  }

  remove(id: number): void {
    this.jobs.delete(id);
  }

  /** Takes back what runs on the slave. */
  lose(slave: number): number {
    let taken = 0;
    for (const task of [...this.jobs.values()].flatMap(({ tasks }) => tasks)) {
      const run = task.runs.at(-1);
      if (task.state !== "running" || run?.slave !== slave) continue;
      run.outcome = run.wish ? "killed" : "lost";
      task.state = run.wish === "finish" ? "finished" : "waiting";
      taken++;
    }
    return taken;
  }

  stateOf({ tasks, stopped }: ModelJob): string {
    const has = (state: TaskState) => tasks.some((task) => task.state === state);
    if (!has("waiting") && !has("running")) return has("failed") ? "failed" : "finished";
    return stopped ? "stopped" : has("running") ? "running" : "waiting";
  }
}

/** Tasks from the first up to but without the second. */
export type Range = readonly [from: number, to: number];
type Done = { tasks: number; killing: number };
