// The slave's talk with a master that knows another process by its identity.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { OwnSettings } from "../../lib/slave/settings";
import { until } from "../farm";
import type { Heard } from "./master";
import { ordered } from "./orders";
import { give, Talk } from "./talk";

let talk: Talk;
beforeEach(() => {
  talk = new Talk();
});
afterEach(() => talk[Symbol.asyncDispose]());

const next = () => talk.next();

describe("a master that knows another process by this slave's identity", () => {
  const key = (one: Heard) => [one.sync.key, one.sync.free, one.sync.hello];

  test("is asked again, with nothing lost, and is obeyed once that one is gone", async () => {
    (await next()).answer(give(["true"], ordered(0)));
    const report = await until(async () => talk.heard.find(({ sync }) => sync.ended.length > 0), "the report");
    for (const one of talk.heard.splice(0)) one.answer({ taken: { heardMs: 900 } });
    const again = await next();
    expect(key(again)).toEqual([report.sync.key, 0, true]);
    expect(again.sync.ended).toEqual(report.sync.ended);
    expect([talk.loop.connected, talk.bench.work.unsent.length]).toEqual([false, 1]);
    again.answer();
    expect(key(await next())).toEqual([report.sync.key, 2, undefined]);
    expect([talk.loop.connected, talk.bench.work.unsent.length]).toEqual([true, 0]);
  });

  test("is called by another name as soon as that one is proven to live: nothing of before is reported or runs on", async () => {
    (await next()).answer(give(["sleep", "60"], ordered(0)));
    const before = await next();
    const [sleep] = talk.bench.work.shown;
    talk.bench.work.kill(ordered(9), "killed");
    const { instance } = before.sync;
    const after = await until(async () => {
      const found = talk.heard.find(({ sync }) => sync.key !== before.sync.key);
      for (const one of talk.heard.splice(0)) if (one !== found) one.answer({ taken: { heardMs: 10 } });
      before.answer({ taken: { heardMs: 10 } });
      return found;
    }, "a new identity");
    expect(after.sync).toMatchObject({ instance, hello: true });
    expect(after.sync.ended.filter(({ task }) => task === 9)).toEqual([]);
    after.answer({ id: 4 });
    await until(async () => talk.loop.id === 4 || undefined, "the slave to have another number");
    await until(async () => talk.bench.work.runningCount === 0 || undefined, "what ran to be ended");
    expect(() => process.kill(sleep!.pid!, 0)).toThrow();
    expect(OwnSettings.open(talk.bench.folder).key).toBe(after.sync.key);
  });
});
