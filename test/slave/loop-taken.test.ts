// The slave's talk with a master that knows another process by its identity.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { Client } from "../../lib/client";
import { hostNow } from "../../lib/slave/host";
import { Loop } from "../../lib/slave/loop";
import { OwnSettings } from "../../lib/slave/settings";
import type { JobOrder, Ordered } from "../../lib/sync";
import { until } from "../farm";
import { type Heard, listenAsMaster } from "./master";
import { Bench, jobOrder, ordered } from "./orders";

let bench: Bench;
let loop: Loop;
let heard: Heard[];
let port: number;
let server: Bun.Server<undefined>;

const master = (on = 0) => listenAsMaster((one) => heard.push(one), on);

beforeEach(() => {
  heard = [];
  server = master();
  port = server.port!;
  bench = new Bench(2);
  bench.onNews = () => loop.tell();
  loop = new Loop(
    new Client({ host: "127.0.0.1", port, token: "t" }),
    { name: "here", port: 1, address: undefined },
    OwnSettings.open(bench.folder),
    bench.work,
    { host: hostNow, clock: () => new Date(), gpus: 0 },
  );
  loop.tell();
});
afterEach(async () => {
  const left = loop.leave(1);
  await server.stop(true);
  await left;
  await bench[Symbol.asyncDispose]();
});

const next = async () => until(async () => heard.shift(), "a sync");
const give = (command: string[], ...start: Ordered[]): { jobs: JobOrder[]; start: Ordered[] } => ({
  jobs: [jobOrder(command)],
  start,
});

describe("a master that knows another process by this slave's identity", () => {
  const key = (one: Heard) => [one.sync.key, one.sync.free, one.sync.hello];

  test("is asked again, with nothing lost, and is obeyed once that one is gone", async () => {
    (await next()).answer(give(["true"], ordered(0)));
    const report = await until(async () => heard.find(({ sync }) => sync.ended.length > 0), "the report");
    for (const one of heard.splice(0)) one.answer({ taken: { heardMs: 900 } });
    const again = await next();
    expect(key(again)).toEqual([report.sync.key, 0, true]);
    expect(again.sync.ended).toEqual(report.sync.ended);
    expect([loop.connected, bench.work.unsent.length]).toEqual([false, 1]);
    again.answer();
    expect(key(await next())).toEqual([report.sync.key, 2, undefined]);
    expect([loop.connected, bench.work.unsent.length]).toEqual([true, 0]);
  });

  test("is called by another name as soon as that one is proven to live: nothing of before is reported or runs on", async () => {
    (await next()).answer(give(["sleep", "60"], ordered(0)));
    const before = await next();
    const [sleep] = bench.work.shown;
    bench.work.kill(ordered(9), "killed");
    const { instance } = before.sync;
    const after = await until(async () => {
      const found = heard.find(({ sync }) => sync.key !== before.sync.key);
      for (const one of heard.splice(0)) if (one !== found) one.answer({ taken: { heardMs: 10 } });
      before.answer({ taken: { heardMs: 10 } });
      return found;
    }, "a new identity");
    expect(after.sync).toMatchObject({ instance, hello: true });
    expect(after.sync.ended.filter(({ task }) => task === 9)).toEqual([]);
    after.answer({ id: 4 });
    await until(async () => loop.id === 4 || undefined, "the slave to have another number");
    await until(async () => bench.work.runningCount === 0 || undefined, "what ran to be ended");
    expect(() => process.kill(sleep!.pid!, 0)).toThrow();
    expect(OwnSettings.open(bench.folder).key).toBe(after.sync.key);
  });
});
