// What is held agrees with a look at every frame, after any steps, one by one and at once.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { change } from "../../lib/queue/change";
import { finish, kill, proceed, requeue, rerun, stop } from "../../lib/queue/control";
import { layoutOf } from "../../lib/queue/job";
import type { Queue } from "../../lib/queue/open";
import { Refusal } from "../../lib/queue/refusal";
import { remove } from "../../lib/queue/remove";
import { holds, parseSet, setOfTasks } from "../../lib/sets";
import { needs } from "../../lib/states";
import { framesOfTask, taskCount } from "../../lib/tasks";
import { clear, ended, handOut, newQueue, slave, submitted, tell } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let queue: Queue;
beforeAll(async () => {
  stage = await newQueue();
  queue = stage.queue;
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A job as its row has it, for a naive look. */
async function jobs() {
  const rows = await queue.sql`select * from job order by id`;
  return rows.map((row) => ({
    id: row.id as number,
    state: row.state as string,
    finished: parseSet(row.finished),
    held: parseSet(row.held),
    layout: layoutOf({ spans: row.spans, fillOrder: row.fill_order, block: row.block }),
  }));
}

async function expectHeld(): Promise<void> {
  const all = await jobs();
  const bonds = await queue.sql`select * from dependency`;
  for (const { id, held, layout } of all) {
    const tasks = Array.from({ length: taskCount(layout) }, (_, task) => task).filter((task) =>
      bonds.some(({ job, needs, until }) => {
        if (job !== id) return false;
        const upstream = all.find((one) => one.id === needs)!;
        if (until === "finished") return upstream.state !== "finished";
        if (until === "ended") return upstream.state !== "finished" && upstream.state !== "failed";
        const mine = framesOfTask(layout, task);
        return Array.from({ length: taskCount(upstream.layout) }, (_, theirs) => theirs).some(
          (theirs) =>
            !holds(upstream.finished, theirs) &&
            framesOfTask(upstream.layout, theirs).some((frame) => mine.includes(frame)),
        );
      }),
    );
    expect([id, held]).toEqual([id, setOfTasks(tasks)]);
  }
}

type Step = { act: keyof typeof acts; pick: number; other: number; third: number; from: number; length: number };

const idOf = async (pick: number) => {
  const ids = (await queue.sql`select id from job order by id desc`).map(({ id }) => id as number);
  return ids[pick % Math.max(1, ids.length)] ?? 1;
};
const frames = ({ from, length }: Step) => `${from}-${from + length}`;
const after = async (step: Step) => {
  const jobs = new Set([await idOf(step.other), await idOf(step.third)]);
  return [...jobs].map((job, at) => ({ job, until: needs[(step.from + at) % 3]! }));
};

const acts = {
  submit: async (step: Step) =>
    submitted(queue, {
      frames: step.third % 2 ? `${frames(step)}x2` : frames(step),
      block: 1 + (step.other % 3),
      order: (["forward", "reverse", "bisect", "coarse:2"] as const)[step.pick % 4]!,
      retries: step.pick % 2,
      after: step.other % 4 === 0 ? [] : await after(step),
    }),
  render: async (step: Step) => {
    const runs = await handOut(queue, slave(1, 1 + (step.length % 4)));
    await tell(queue, ...runs.map((run, at) => ended(run, (step.pick + at) % 4 === 0 ? 1 : 0)));
  },
  finish: async (step: Step) => finish(queue, await idOf(step.pick), frames(step)),
  requeue: async (step: Step) => requeue(queue, await idOf(step.pick), frames(step)),
  rerun: async (step: Step) => rerun(queue, await idOf(step.pick)),
  kill: async (step: Step) => kill(queue, await idOf(step.pick)),
  stop: async (step: Step) => stop(queue, await idOf(step.pick), { kill: true }),
  proceed: async (step: Step) => proceed(queue, await idOf(step.pick)),
  change: async (step: Step) => change(queue, await idOf(step.pick), { after: await after(step) }),
  remove: async (step: Step) =>
    remove(queue, await idOf(step.pick), (["refuse", "cascade", "release"] as const)[step.other % 3]!),
};
const common = ["submit", "submit", "render", "render", "render", "finish", "finish", "requeue"] as const;
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(...common, ...(Object.keys(acts) as (keyof typeof acts)[])),
  pick: fc.nat(5),
  other: fc.nat(5),
  third: fc.nat(5),
  from: fc.integer({ min: 1, max: 8 }),
  length: fc.nat(7),
});
const start: Step[] = [0, 1, 2].map((pick) => ({ act: "submit", pick, other: pick, third: 0, from: 1, length: 7 }));

/** What cannot be done is refused, which is no fault here; anything else is. */
async function carryOut(one: Step): Promise<void> {
  try {
    await acts[one.act](one);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

test("after every step those tasks are held that have to wait", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      await clear(queue);
      for (const one of [...start, ...steps]) {
        await carryOut(one);
        await expectHeld();
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 6_000 },
  );
}, 30_000);

test("so they are after many steps at once, none of which waits for another in a circle", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      await clear(queue);
      for (const one of start) await carryOut(one);
      for (let at = 0; at < steps.length; at += 6) {
        await Promise.all(steps.slice(at, at + 6).map(carryOut));
        await expectHeld();
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 6_000 },
  );
}, 30_000);
