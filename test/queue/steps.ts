// What can happen to the queue, one step at a time, carried out on the real one and on its model.
import { expect } from "bun:test";
import type fc from "fast-check";
import type { Handed } from "../../lib/queue/assign";
import { finish, kill, proceed, requeue, rerun, stop } from "../../lib/queue/control";
import type { Report } from "../../lib/queue/moves";
import type { Queue } from "../../lib/queue/open";
import { takeBack } from "../../lib/queue/recover";
import { remove } from "../../lib/queue/remove";
import { carryOut } from "../../lib/queue/round";
import { endRests } from "../../lib/queue/timers";
import { parseSet, setOfTasks } from "../../lib/sets";
import { type endReasons, taskStates } from "../../lib/states";
import type { Model, ModelJob, Range } from "./model";
import { handOut, slave, submitted, tell } from "./stage";

export const slaves = [1, 2, 3];
/** Tasks are frames, in order: task 0 is frame 1. */
export const most = 6;

export type Real = { queue: Queue; handed: Handed[] };
type Step = fc.AsyncCommand<Model, Real>;

/** A step on one of the jobs there are. */
abstract class OnJob implements Step {
  constructor(readonly pick: number) {}
  check(model: Readonly<Model>): boolean {
    return model.jobs.size > 0;
  }
  async run(model: Model, real: Real): Promise<void> {
    const ids = [...model.jobs.keys()];
    await this.on(ids[this.pick % ids.length]!, model, real);
    await expectSame(model, real);
  }
  abstract on(id: number, model: Model, real: Real): Promise<void>;
}

export class Submit implements Step {
  constructor(readonly given: Omit<ModelJob, "tasks" | "stopped"> & { tasks: number }) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const { tasks, exitRule, exitCodes, ...given } = this.given;
    const rules = { exitCodes: exitRule, exitMeanings: exitCodes, slaveFailures: 0 };
    const id = await submitted(real.queue, { ...given, ...rules, frames: `1-${tasks}` });
    model.submit(id, tasks, { ...given, exitRule, exitCodes, stopped: false });
    await expectSame(model, real);
  }
  toString = () => `submit(${JSON.stringify(this.given)})`;
}

export class HandOut implements Step {
  constructor(readonly free: number[]) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const slots = this.free.reduce((sum, free) => sum + free);
    const due = model.due(slots);
    const handed = await handOut(real.queue, ...slaves.map((id, at) => slave(id, this.free[at]!)));
    const got = handed.map((run) => model.handOut(run));
    expect(got.sort((a, b) => b - a)).toEqual(due);
    real.handed.push(...handed);
    await expectSame(model, real);
  }
  toString = () => `handOut(${this.free})`;
}

type GivenReport = { pick: number; reason: (typeof endReasons)[number]; code: number; other: boolean };

/** Of runs handed out at any time: most are over, or of a job that is deleted. */
function reportsOf(given: readonly GivenReport[], handed: readonly Handed[]): Report[] {
  if (handed.length === 0) return [];
  const reports = given.map(({ pick, reason, code, other }) => {
    // The latest ones more often: they are still open.
    const run = handed.at(-1 - (pick % handed.length))!;
    return { ...run, slave: other ? (run.slave % 3) + 1 : run.slave, reason, code };
  });
  // Of one run the last word in a message is what is told.
  const told = new Map(reports.map((one) => [`${one.job}.${one.task}.${one.attempt}.${one.slave}`, one]));
  // A slave on which three jobs fail is sick, of which the model knows nothing: no more than two are in a message.
  const jobs = [...new Set(reports.map(({ job }) => job))].slice(0, 2);
  for (const [name, { job }] of told) if (!jobs.includes(job)) told.delete(name);
  return [...Map.groupBy(told.values(), ({ job, task }) => `${job}.${task}`).values()].map(([one]) => one!);
}

const keepWell = ({ queue }: Real) => queue.sql`update slave set suspects = '[]' where suspects <> '[]'`;

export class Tell implements Step {
  constructor(readonly given: GivenReport[]) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const reports = reportsOf(this.given, real.handed);
    expect(await tell(real.queue, ...reports)).toBe(model.report(reports));
    await keepWell(real);
    await expectSame(model, real);
  }
  toString = () => `tell(${JSON.stringify(this.given)})`;
}

/** Reports in and tasks out in one transaction, as the dispatcher has it. */
export class Round implements Step {
  constructor(
    readonly given: GivenReport[],
    readonly free: number[],
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const reports = reportsOf(this.given, real.handed);
    const asking = () => slaves.map((id, at) => slave(id, this.free[at]!));
    const { handed } = await carryOut(real.queue, { reports, unknown: [], check: [], again: () => [], asking });
    model.report(reports);
    await keepWell(real);
    const due = model.due(this.free.reduce((sum, free) => sum + free));
    const got = (handed as Handed[]).map((run) => model.handOut(run));
    expect(got.sort((a, b) => b - a)).toEqual(due);
    real.handed.push(...(handed as Handed[]));
    await expectSame(model, real);
  }
  toString = () => `round(${JSON.stringify(this.given)}, ${this.free})`;
}

const acts = { requeue, finish, kill };

export class Act extends OnJob {
  constructor(
    pick: number,
    readonly act: keyof typeof acts,
    readonly range: Range,
  ) {
    super(pick);
  }
  override async on(id: number, model: Model, real: Real): Promise<void> {
    const [from, to] = [this.range[0], this.range[0] + this.range[1]];
    const done = acts[this.act](real.queue, id, `${from + 1}-${to}`);
    if (from >= model.jobs.get(id)!.tasks.length) await expect(done).rejects.toMatchObject({ kind: "invalid" });
    else expect(await done).toEqual(model[this.act](id, [from, to]));
  }
  override toString = () => `${this.act}(${this.pick}, ${this.range})`;
}

export class Stop extends OnJob {
  constructor(
    pick: number,
    readonly kill: boolean,
  ) {
    super(pick);
  }
  override async on(id: number, model: Model, real: Real): Promise<void> {
    expect(await stop(real.queue, id, { kill: this.kill })).toEqual(model.stop(id, this.kill));
  }
  override toString = () => `stop(${this.pick}, ${this.kill})`;
}

export class Proceed extends OnJob {
  override async on(id: number, model: Model, real: Real): Promise<void> {
    await proceed(real.queue, id);
    model.jobs.get(id)!.stopped = false;
  }
  override toString = () => `continue(${this.pick})`;
}

export class Rerun extends OnJob {
  override async on(id: number, model: Model, real: Real): Promise<void> {
    expect(await rerun(real.queue, id)).toEqual(model.requeue(id, [0, most]));
  }
  override toString = () => `rerun(${this.pick})`;
}

export class Remove extends OnJob {
  override check(model: Readonly<Model>): boolean {
    return model.jobs.size > 2;
  }
  override async on(id: number, model: Model, real: Real): Promise<void> {
    await remove(real.queue, id);
    model.remove(id);
  }
  override toString = () => `delete(${this.pick})`;
}

export class Lose implements Step {
  constructor(readonly slave: number) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    await real.queue.sql`update slave set state = 'lost' where id = ${this.slave}`;
    expect(await takeBack(real.queue)).toBe(model.lose(this.slave));
    await real.queue.sql`update slave set state = 'online'`;
    await expectSame(model, real);
  }
  toString = () => `lose(${this.slave})`;
}

export class WakeRested implements Step {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    await real.queue.sql`update run set ended_at = ended_at - interval '2 hours'`;
    expect(await endRests(real.queue)).toBe(model.wakeRested());
    await expectSame(model, real);
  }
  toString = () => "wakeRested()";
}

/** Sets, state and runs of every job. */
async function expectSame(model: Model, { queue }: Real): Promise<void> {
  const jobs = await queue.sql`select id, state, waiting, running, finished, failed, resting from job order by id`;
  const runs =
    await queue.sql`select job, task, attempt, slave, outcome, counts, wish from run order by job, task, attempt`;
  const sets = [...taskStates, "resting"] as const;
  expect(jobs.map(({ id, state, ...row }) => [id, state, ...sets.map((one) => parseSet(row[one]))])).toEqual(
    [...model.jobs].map(([id, job]) => [
      id,
      model.stateOf(job),
      ...taskStates.map((state) => setOfTasks(job.tasks.keys().filter((task) => job.tasks[task]!.state === state))),
      setOfTasks(job.tasks.keys().filter((task) => job.tasks[task]!.resting)),
    ]),
  );
  expect(runs.map((run) => ({ ...run }) as Record<string, unknown>)).toEqual(
    [...model.jobs].flatMap(([job, { tasks }]) =>
      tasks.flatMap((one, task) => one.runs.map((run, at) => ({ job, task, attempt: at + 1, ...run }))),
    ),
  );
}
