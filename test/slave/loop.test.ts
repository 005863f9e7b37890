// The slave's talk with a master that answers as it likes: late, twice, wrongly, or not at all.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mostEnded } from "../../lib/sync";
import type { RunKey } from "../../lib/wire";
import { until } from "../farm";
import { ordered } from "./orders";
import { give, Talk } from "./talk";

let talk: Talk;
beforeEach(() => {
  talk = new Talk();
});
afterEach(() => talk[Symbol.asyncDispose]());

const next = () => talk.next();
const keys = (runs: RunKey[]) => runs.map(({ task, attempt }) => `${task}.${attempt}`);

describe("the first sync", () => {
  test("says hello and asks for as many tasks as there are slots; later ones do not say hello", async () => {
    const first = await next();
    expect(first.sync).toMatchObject({ hello: true, free: 2, alive: [], ended: [], name: "here" });
    first.answer();
    expect((await next()).sync.hello).toBeUndefined();
    expect(talk.loop.id).toBe(3);
    expect(talk.loop.connected).toBe(true);
  });
});

describe("an answer older than the lease", () => {
  test("starts nothing: its tasks are given back, what runs goes on", async () => {
    (await next()).answer(give(["sleep", "5"], ordered(0)));
    const late = await next();
    await Bun.sleep(60);
    late.answer({ ...give(["sleep", "5"], ordered(0), ordered(1)), leaseMs: 50 });
    const { sync } = await next();
    expect(sync.ended).toMatchObject([{ task: 1, reason: "returned" }]);
    expect(keys(sync.alive)).toEqual(["0.1"]);
  });
});

describe("the same answer twice", () => {
  test("starts a task once, and one whose result the master has is given back: a restored database may use its number again", async () => {
    const ledger = join(talk.bench.folder, "ledger");
    const orders = give(["sh", "-c", 'echo x >>"$1"', "sh", ledger], ordered(0));
    (await next()).answer({ ...orders, start: [ordered(0), ordered(0)] });
    const parked = await next();
    const report = await until(
      async () => talk.heard.find(({ sync }) => sync.ended.length > 0) ?? undefined,
      "the result to be sent while the other sync is parked",
    );
    talk.heard.splice(talk.heard.indexOf(report), 1);
    expect(keys(report.sync.ended)).toEqual(["0.1"]);
    report.answer(orders);
    parked.answer(orders);
    const after = await until(
      async () => talk.heard.find(({ sync }) => sync.ended.length > 0),
      "the order to be answered",
    );
    expect(after.sync).toMatchObject({ alive: [], ended: [{ task: 0, attempt: 1, reason: "returned" }] });
    after.answer({ ...orders, start: [ordered(0, 2)] });
    await until(async () => talk.heard.find(({ sync }) => keys(sync.ended).includes("0.2")), "the second attempt");
    expect(readFileSync(ledger, "utf8")).toBe("x\nx\n");
  });

  test("kills once, and a kill of what ended long ago is answered", async () => {
    (await next()).answer(give(["sleep", "30"], ordered(0)));
    const kill = [{ job: 7, task: 0, attempt: 1 }];
    (await next()).answer({ kill: [...kill, ...kill] });
    const report = await until(async () => talk.heard.find(({ sync }) => sync.ended.length > 0), "the report");
    expect(report.sync.ended).toMatchObject([{ task: 0, reason: "killed" }]);
    for (const one of talk.heard.splice(0)) one.answer({ kill });
    const after = await next();
    expect(after.sync).toMatchObject({ alive: [], ended: [{ task: 0, attempt: 1, reason: "killed" }] });
  });
});

describe("an order", () => {
  test("without its job is not carried out, and the slave stays as it was", async () => {
    (await next()).answer({ start: [ordered(0)] });
    expect((await next()).sync).toMatchObject({ alive: [], ended: [], free: 2 });
  });

  test("to start and to kill the same run in one answer ends it", async () => {
    const kill = [{ job: 7, task: 0, attempt: 1 }];
    (await next()).answer({ ...give(["sleep", "30"], ordered(0)), kill });
    const report = await until(async () => talk.heard.find(({ sync }) => sync.ended.length > 0), "the report");
    expect(report.sync.ended).toMatchObject([{ task: 0, reason: "killed" }]);
  });

  test("for more tasks than there are slots is carried out slot by slot; no more are asked for", async () => {
    const tasks = Array.from({ length: 6 }, (_, task) => ordered(task));
    (await next()).answer(give(["sleep", "0.1"], ...tasks));
    const { sync } = await next();
    expect(sync.free).toBe(0);
    expect(sync.alive).toHaveLength(6);
    const ended = new Set<number>();
    await until(async () => {
      for (const one of talk.heard.splice(0)) {
        for (const run of one.sync.ended) ended.add(run.task);
        one.answer();
      }
      return ended.size === 6 || undefined;
    }, "all six to be reported");
  });
});

describe("results wait", () => {
  test("while the master refuses, and are sent again whole", async () => {
    (await next()).answer(give(["true"], ordered(0)));
    const failing = await until(async () => talk.heard.find(({ sync }) => sync.ended.length > 0), "the report");
    for (const one of talk.heard.splice(0)) one.refuse(500);
    const again = await until(
      async () => talk.heard.find((one) => one !== failing && one.sync.ended.length > 0),
      "it again",
    );
    expect(again.sync.ended).toEqual(failing.sync.ended);
    expect(talk.bench.work.unsent).toHaveLength(1);
    for (const one of talk.heard.splice(0)) one.answer();
    await until(async () => talk.bench.work.unsent.length === 0 || undefined, "the result to be settled");
  });

  test("and an answer that got lost makes the slave say hello, to whoever answers next", async () => {
    (await next()).answer();
    (await next()).refuse(503);
    const { sync, answer } = await next();
    expect(sync.hello).toBe(true);
    answer();
    expect((await next()).sync.hello).toBeUndefined();
  });

  test("while nobody listens, and the slave connects again by itself", async () => {
    (await next()).answer(give(["sleep", "0.2"], ordered(0)));
    await next();
    await talk.server.stop(true);
    await until(async () => talk.bench.work.unsent.length === 1 || undefined, "the task to end");
    await until(async () => !talk.loop.connected || undefined, "the slave to notice");
    talk.server = talk.master(talk.port);
    const report = await until(async () => talk.heard.find(({ sync }) => sync.ended.length > 0), "the result");
    report.answer();
    await until(async () => talk.loop.connected || undefined, "the slave to be connected");
  });

  test("in pieces the master takes, when there are very many", async () => {
    (await next()).answer();
    await next();
    const runs = Array.from({ length: 1200 }, (_, task) => ordered(task));
    for (const run of runs) talk.bench.work.kill(run, "killed");
    const told = new Set<string>();
    let most = 0;
    await until(async () => {
      for (const one of talk.heard.splice(0)) {
        most = Math.max(most, one.sync.ended.length);
        for (const key of keys(one.sync.ended)) told.add(key);
        one.answer();
      }
      return told.size === runs.length || undefined;
    }, "all of them to be reported");
    expect(most).toBe(mostEnded);
  });
});

describe("letting go", () => {
  test("asks for nothing more, and gives back what an answer on its way still brings", async () => {
    const first = await next();
    talk.loop.stopAsking();
    first.answer(give(["sleep", "30"], ordered(0), ordered(1)));
    const report = await until(
      async () => talk.heard.find(({ sync }) => sync.ended.length > 0),
      "the tasks to be given back",
    );
    expect(report.sync).toMatchObject({ free: 0, ended: [{ reason: "returned" }, { reason: "returned" }] });
    expect(talk.bench.work.runningCount).toBe(0);
  });

  test("ends with a last sync that takes leave, with the last results", async () => {
    (await next()).answer();
    await next();
    talk.bench.work.kill(ordered(9), "killed");
    const left = talk.loop.leave(5000);
    await until(async () => {
      const farewell = talk.heard.find(({ sync }) => sync.leaving);
      for (const one of talk.heard.splice(0)) one.answer();
      return farewell;
    }, "the farewell");
    expect(await left).toBe(true);
    expect(talk.bench.work.unsent).toEqual([]);
  });

  test("does not wait for a master that is away longer than it was told to", async () => {
    (await next()).answer();
    await talk.server.stop(true);
    expect(await talk.loop.leave(200)).toBe(false);
  });
});
