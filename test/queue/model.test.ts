// Any sequence of operations on the queue: after each step it is as a naive model of it says.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import type { Queue } from "../../lib/queue/open";
import type { ExitCodes } from "../../lib/rules";
import { endReasons, exitRules } from "../../lib/states";
import { Model, type Range } from "./model";
import { clear, met, newQueue } from "./stage";
import {
  Act,
  HandOut,
  Lose,
  most,
  Proceed,
  type Real,
  Remove,
  Rerun,
  Round,
  Stop,
  Submit,
  slaves,
  Tell,
  WakeRested,
} from "./steps";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());

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
    { numRuns: 80, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
}, 60_000);
