// What a slave tells of itself when its settings, its hours, the load of others or the progress of its tasks change.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../lib/client";
import type { SettingsChange } from "../../lib/settings";
import { hostNow } from "../../lib/slave/host";
import { Loop } from "../../lib/slave/loop";
import { OwnSettings } from "../../lib/slave/settings";
import { until } from "../farm";
import { type Heard, listenAsMaster } from "./master";
import { Bench, jobOrder, ordered } from "./orders";

const longAgo = new Date(2026, 10, 23, 12);

let bench: Bench;
let own: OwnSettings;
let loop: Loop;
let heard: Heard[];
let server: Bun.Server<undefined>;
let load: number;
let freeMemoryMb: number;
/** Syncs that a test has seen and may not have answered. */
let seen: Heard[];
let lookMs: number;
/** The slave's clock goes on from here. */
let clock: { set: Date; at: number };

beforeEach(() => {
  heard = [];
  seen = [];
  load = 0;
  lookMs = 50;
  freeMemoryMb = 10_000;
  clock = { set: longAgo, at: performance.now() };
  server = listenAsMaster((one) => heard.push(one));
  bench = new Bench(4);
  bench.onNews = () => loop.tell();
  own = OwnSettings.open(bench.folder);
  loop = new Loop(
    new Client({ host: "127.0.0.1", port: server.port!, token: "t" }),
    { name: "here", port: 1, address: undefined },
    own,
    bench.work,
    {
      host: () => ({ ...hostNow(), load, freeMemoryMb }),
      clock: () => new Date(clock.set.getTime() + performance.now() - clock.at),
      gpus: 2,
      get lookMs() {
        return lookMs;
      },
    },
  );
});
afterEach(async () => {
  const left = loop.leave(1);
  await server.stop(true);
  await left;
  await bench[Symbol.asyncDispose]();
});

/** Connects and leaves the second sync parked. */
async function connect(change: SettingsChange = { slots: 4 }): Promise<Heard> {
  own.change(change);
  loop.tell();
  (await next()).answer();
  return next();
}
const next = () => nextWith(() => true, "a sync");
/** The next sync of this kind; the master is content with those before. */
const nextWith = (wanted: (sync: Heard["sync"]) => boolean, what: string) =>
  until(async () => {
    const one = heard.shift();
    if (one && wanted(one.sync)) seen.push(one);
    else one?.answer();
    return one && wanted(one.sync) ? one : undefined;
  }, what);
/** The master is content with all it has heard. */
const settle = () => {
  for (const one of seen.splice(0)) one.answer();
};
const change = (wanted: SettingsChange) => {
  own.change(wanted);
  loop.review();
};

describe("memory and GPUs for new tasks are told", () => {
  test("less what is to be left", async () => {
    const { sync } = await connect({ leaveMb: 4000 });
    expect(sync).toMatchObject({ memoryLeftMb: 6000, gpus: 2, gpusLeft: 2, inHours: true, foreignSlots: 0 });
    change({ leaveMb: 9000, gpus: 5 });
    expect((await next()).sync).toMatchObject({ memoryLeftMb: 1000, gpus: 5, gpusLeft: 5 });
  });

  test("less what a task has and asked for", async () => {
    const parked = await connect({ leaveMb: 1000 });
    parked.answer({ jobs: [jobOrder(["sleep", "30"], { memoryMb: 5000, gpus: 1 })], start: [ordered(0)] });
    const { sync } = await nextWith(({ alive }) => alive.length === 1, "the task to be told");
    // The sleeper uses a few MB of them.
    expect(sync.memoryLeftMb).toBeGreaterThanOrEqual(4000);
    expect(sync.memoryLeftMb).toBeLessThan(4100);
  });
});

describe("a slave that a person or the clock sends to rest", () => {
  const ways: [what: string, rest: () => void, wake: () => void][] = [
    ["disabled", () => change({ enabled: false }), () => change({ enabled: true })],
    ["draining", () => change({ drain: true }), () => change({ enabled: true })],
    ["out of hours", () => change({ hours: "sun" }), () => change({ hours: "" })],
  ];
  for (const [what, rest, wake] of ways)
    test(`and is ${what}: asks for nothing, lets end what runs, gives back the rest, and asks again afterwards`, async () => {
      const parked = await connect();
      bench.work.setSlots(1);
      const jobs = [jobOrder(["sleep", "30"])];
      parked.answer({ jobs, start: [ordered(0), ordered(1)] });
      const before = await nextWith(({ alive }) => alive.length === 2, "both tasks to be there");
      rest();
      // At once, not when its patience is over.
      expect(bench.work.unsent).toMatchObject([{ task: 1, reason: "returned" }]);
      const { sync, answer } = await nextWith(({ ended }) => ended.length > 0, "the one that has not begun");
      expect(sync).toMatchObject({ free: 0, ended: [{ task: 1 }], alive: [{ task: 0 }], running: 1 });
      // What the master sent before it knew is given back as well, though there are slots for it.
      bench.work.setSlots(3);
      before.answer({ jobs, start: [ordered(2)] });
      answer();
      const later = await nextWith(({ ended }) => ended.length > 0, "the one that was on its way");
      expect(later.sync).toMatchObject({ free: 0, ended: [{ task: 2, reason: "returned" }], running: 1 });
      later.answer();
      wake();
      expect((await nextWith(({ free }) => free > 0, "it to ask again")).sync).toMatchObject({ free: 2, running: 1 });
    });
});

describe("the master hears at once", () => {
  test("when the hours end and when they begin, by the slave's own clock", async () => {
    const at = (hour: number, minute: number, second: number, ms: number) => {
      clock = { set: new Date(2026, 10, 24, hour, minute, second, ms), at: performance.now() };
    };
    // Nothing but the clock makes it look.
    lookMs = 60_000;
    at(7, 59, 58, 800);
    const { sync } = await connect({ slots: 4, hours: "mon-fri 19:00-08:00" });
    expect(sync).toMatchObject({ inHours: true, free: 4 });
    expect((await next()).sync).toMatchObject({ inHours: false, free: 0 });
    settle();
    at(18, 59, 59, 600);
    loop.review();
    const open = await nextWith(({ inHours }) => inHours, "the hours to begin");
    expect(open.sync.free).toBe(4);
  });

  test("when other programs load the machine, and when they have gone", async () => {
    expect((await connect({ slots: 4, loadLimit: 1 })).sync).toMatchObject({ foreignSlots: 0, free: 4 });
    load = 3.2;
    expect((await next()).sync).toMatchObject({ foreignSlots: 3, free: 1, load: 3.2 });
    settle();
    load = 0.1;
    const calm = await nextWith(({ foreignSlots }) => foreignSlots === 0, "the load to go");
    expect(calm.sync.free).toBe(4);
    settle();
    load = 9;
    const full = await nextWith(({ foreignSlots }) => foreignSlots > 0, "the load to come back");
    expect(full.sync).toMatchObject({ foreignSlots: 9, free: 0 });
  });

  test("but not of load that is no matter without a limit", async () => {
    await connect();
    load = 8;
    await Bun.sleep(200);
    expect(heard).toEqual([]);
  });
});

describe("how far a task is", () => {
  const jobs = [
    jobOrder(["sh", "-c", 'tail -n +1 -f "$1"', "sh", "$STEPS"], { output: { progress: ["^(?<percent>\\d+)%"] } }),
  ];
  const printing = (file: string) => [
    { ...jobs[0]!, command: jobs[0]!.command.map((word) => (word === "$STEPS" ? file : word)) },
  ];

  test("is told when it changes, again when the answer was lost, and no more when the master has it", async () => {
    const steps = join(bench.folder, "steps");
    writeFileSync(steps, "10%\n");
    (await connect()).answer({ jobs: printing(steps), start: [ordered(0)] });
    const first = await nextWith(({ progress = [] }) => progress.length > 0, "the first step");
    expect(first.sync.progress).toEqual([{ job: 7, task: 0, attempt: 1, percent: 10 }]);
    first.refuse(503);
    const again = await nextWith(({ hello }) => hello === true, "it to come back");
    expect(again.sync.progress).toEqual(first.sync.progress!);
    again.answer();
    const quiet = await next();
    expect(quiet.sync.progress).toEqual([]);
    writeFileSync(steps, "10%\n35%\n");
    const second = await nextWith(({ progress = [] }) => progress.length > 0, "the second step");
    expect(second.sync.progress).toMatchObject([{ task: 0, percent: 35 }]);
  });
});
