// Any sequence of operations on the queue: after each step it is as a naive model of it says.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import type { Handed } from "../../lib/queue/assign";
import { finish, kill, proceed, requeue, rerun, stop } from "../../lib/queue/control";
import type { Report } from "../../lib/queue/moves";
import type { Queue } from "../../lib/queue/open";
import { takeBack } from "../../lib/queue/recover";
import { remove } from "../../lib/queue/remove";
import { carryOut } from "../../lib/queue/round";
import { endRests } from "../../lib/queue/timers";
import type { ExitCodes } from "../../lib/rules";
import { parseSet, setOfTasks } from "../../lib/sets";
import { endReasons, exitRules, taskStates } from "../../lib/states";
import { Model, type ModelJob, type Range } from "./model";
import { clear, handOut, met, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());

const slaves = [1, 2, 3];
/** Tasks are frames, in order: task 0 is frame 1. */
const most = 6;

type Real = { queue: Queue; handed: Handed[] };
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

class Submit implements Step {
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

class HandOut implements Step {
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

class Tell implements Step {
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
class Round implements Step {
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

class Act extends OnJob {
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

class Stop extends OnJob {
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

class Proceed extends OnJob {
  override async on(id: number, model: Model, real: Real): Promise<void> {
    await proceed(real.queue, id);
    model.jobs.get(id)!.stopped = false;
  }
  override toString = () => `continue(${this.pick})`;
}

class Rerun extends OnJob {
  override async on(id: number, model: Model, real: Real): Promise<void> {
    expect(await rerun(real.queue, id)).toEqual(model.requeue(id, [0, most]));
  }
  override toString = () => `rerun(${this.pick})`;
}

class Remove extends OnJob {
  override check(model: Readonly<Model>): boolean {
    return model.jobs.size > 2;
  }
  override async on(id: number, model: Model, real: Real): Promise<void> {
    await remove(real.queue, id);
    model.remove(id);
  }
  override toString = () => `delete(${this.pick})`;
}

class Lose implements Step {
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

class WakeRested implements Step {
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

test("the queue agrees with a naive model of it after every step", async () => {
  const pick = fc.nat(4);
  const range = fc.tuple(fc.nat(most - 1), fc.integer({ min: 1, max: most })) as fc.Arbitrary<Range>;
  const report = fc.record({
    pick: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(30) }),
    reason: fc.oneof({ weight: 4, arbitrary: fc.constant("exit" as const) }, fc.constantFrom(...endReasons)),
    code: fc.constantFrom(0, 0, 1, 1, 3, 5, 137, 139),
    other: fc.integer({ min: 0, max: 7 }).map((chance) => chance === 0),
  });
  const submit = fc
    .record({
      tasks: fc.integer({ min: 1, max: most }),
      retries: fc.nat(2),
      priority: fc.constantFrom(500, 500, 900),
      exitRule: fc.constantFrom(...exitRules),
      exitCodes: fc.constantFrom<ExitCodes[]>({}, { fatal: [3], warning: [5] }, { retry: [5], warning: [1] }),
      maxFailures: fc.constantFrom(0, 1, 2, 1000),
      retryDelayMs: fc.constantFrom(0, 0, 60_000),
    })
    .map((given) => new Submit(given));
  const free = fc.array(fc.nat(3), { minLength: 3, maxLength: 3 });
  const reports = fc.array(report, { minLength: 1, maxLength: 5 });
  const hands = free.map((given) => new HandOut(given));
  const told = reports.map((given) => new Tell(given));
  const rounds = fc.tuple(reports, free).map((given) => new Round(...given));
  const steps = [
    submit,
    ...Array(3).fill(hands),
    ...Array(3).fill(told),
    ...Array(4).fill(rounds),
    fc.tuple(pick, fc.constantFrom("requeue", "finish", "kill"), range).map((given) => new Act(...given)),
    fc.tuple(pick, fc.boolean()).map((given) => new Stop(...given)),
    pick.map((given) => new Proceed(given)),
    pick.map((given) => new Proceed(given)),
    ...Array(2).fill(fc.constant(new WakeRested())),
    pick.map((given) => new Rerun(given)),
    pick.map((given) => new Remove(given)),
    fc.constantFrom(...slaves).map((given) => new Lose(given)),
  ];
  await fc.assert(
    fc.asyncProperty(submit, fc.commands(steps, { maxCommands: 60, size: "+1" }), async (first, commands) => {
      await clear(queue);
      for (const id of slaves) expect(await met(queue, `s${id}`)).toBe(id);
      const real: Real = { queue, handed: [] };
      const model = new Model();
      await first.run(model, real);
      await fc.asyncModelRun(() => ({ model, real }), commands);
    }),
    { numRuns: 100, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
}, 60_000);
