// What a slave does with its orders, by real processes and without a master.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EndedRun } from "../../lib/sync";
import { until } from "../farm";
import { Bench, jobOrder, ordered, processesWith, uniqueSleep } from "./orders";

const logOf = (bench: Bench, task: number) =>
  readFileSync(join(bench.logs, "000007.shot_1", `000${task + 1}.1.log`), "utf8");

describe("slots", () => {
  test("no more tasks run at a time than there are slots, however many are ordered", async () => {
    await using bench = new Bench(2);
    const ledger = join(bench.folder, "ledger");
    const job = jobOrder(["sh", "-c", 'echo + >>"$1"; sleep 0.1; echo - >>"$1"', "sh", ledger]);
    for (let task = 0; task < 7; task++) bench.work.take(ordered(task), job);
    expect(bench.work.runningCount).toBe(2);
    expect(bench.work.held).toHaveLength(7);
    expect((await bench.ended(7)).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    let running = 0;
    let most = 0;
    for (const line of readFileSync(ledger, "utf8").trim().split("\n")) {
      running += line === "+" ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBeLessThanOrEqual(2);
  });

  test("tasks that wait for a slot are given back when the slave has no slots any more", async () => {
    await using bench = new Bench(1);
    const job = jobOrder(["sleep", "0.3"]);
    for (let task = 0; task < 3; task++) bench.work.take(ordered(task), job);
    bench.work.setSlots(0);
    expect(await bench.ended(3)).toMatchObject([
      { task: 0, reason: "exit", code: 0 },
      { task: 1, reason: "returned" },
      { task: 2, reason: "returned" },
    ]);
    expect(bench.work.free).toBe(0);
  });

  test("more slots start what waits", async () => {
    await using bench = new Bench(1);
    const job = jobOrder(["sleep", "0.2"]);
    for (let task = 0; task < 3; task++) bench.work.take(ordered(task), job);
    bench.work.setSlots(3);
    expect(bench.work.runningCount).toBe(3);
    await bench.ended(3);
  });

  test("short tasks are asked for ahead, long ones never, and none is kept waiting behind a long one", async () => {
    await using bench = new Bench(1);
    for (let task = 0; task < 20; task++) bench.work.take(ordered(task), jobOrder(["true"]));
    await bench.ended(20);
    expect(bench.work.free).toBeGreaterThan(1);

    bench.work.take(ordered(30), jobOrder(["sleep", "30"]));
    bench.work.take(ordered(31), jobOrder(["true"]));
    await until(async () => bench.work.free === 0 || undefined, "the slave to ask for nothing");
    const given = await until(
      async () => bench.work.unsent.find(({ task }) => task === 31),
      "the waiting task to be given back",
    );
    expect(given).toMatchObject({ reason: "returned" });
    expect(bench.work.free).toBe(0);
  });
});

describe("an order is carried out once", () => {
  test("though it arrives again while it runs, when it has ended, and after the master has its result: then it is given back", async () => {
    await using bench = new Bench(2);
    const ledger = join(bench.folder, "ledger");
    const job = jobOrder(["sh", "-c", 'echo x >>"$1"; sleep 0.1', "sh", ledger]);
    const twice = () => bench.work.take(ordered(), job);
    twice();
    twice();
    expect(bench.work.held).toHaveLength(1);
    const ended = await bench.ended(1);
    twice();
    bench.work.acknowledge(ended);
    bench.work.acknowledge(ended);
    twice();
    bench.work.kill(ordered(), "killed");
    expect(bench.work.held).toEqual([]);
    expect(bench.work.unsent).toMatchObject([{ task: 0, attempt: 1, reason: "returned" }]);
    bench.work.acknowledge(bench.work.unsent);
    expect(readFileSync(ledger, "utf8")).toBe("x\n");
    expect(readdirSync(join(bench.folder, "runs"))).toEqual([]);
  });
});

describe("a kill", () => {
  test("of a run that is not there is answered, so that nobody waits for it", async () => {
    await using bench = new Bench();
    bench.work.kill(ordered(5), "killed");
    expect(bench.work.unsent).toEqual([{ job: 7, task: 5, attempt: 1, reason: "killed" }]);
    expect(bench.told).toBe(1);
  });

  test("asked for many times, and in the moment of the end, makes one report a run", async () => {
    await using bench = new Bench(8);
    for (let task = 0; task < 40; task++) bench.work.take(ordered(task), jobOrder(["sleep", `0.0${task % 5}`]));
    while (bench.work.held.length > 0) {
      for (const run of bench.work.held.filter(() => Math.random() < 0.2)) {
        bench.work.kill(run, "killed");
        bench.work.kill(run, "returned");
      }
      await Bun.sleep(5);
    }
    const ended = await bench.ended(40);
    expect(ended.map(({ task }) => task)).toEqual(Array.from({ length: 40 }, (_, task) => task));
    expect(bench.work.runningCount).toBe(0);
  });

  test("ends also who left the group, before the run is reported", async () => {
    await using bench = new Bench();
    const sleep = uniqueSleep();
    bench.work.take(ordered(), jobOrder(["sh", "-c", `setsid sleep ${sleep} & exec sleep ${sleep}`]));
    await until(async () => processesWith(`sleep ${sleep}`).length >= 2 || undefined, "the sleepers");
    bench.work.kill(ordered(), "killed");
    expect(await bench.ended(1)).toMatchObject([{ reason: "killed" }]);
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
  });
});

describe("a run that cannot start says why in words", () => {
  const refused: [what: string, command: string[], folder: string | null, words: RegExp][] = [
    ["a missing jobscript", ["/no/such/script"], null, /the jobscript \/no\/such\/script does not exist on this slave/],
    ["a program that is not in PATH", ["no-such-program"], null, /there is no program no-such-program in .*PATH/],
    ["a folder", ["/tmp"], null, /\/tmp is a folder, not a jobscript/],
    ["a missing working folder", ["true"], "/no/such/folder", /the working folder \/no\/such\/folder does not exist/],
  ];
  for (const [what, command, folder, words] of refused) {
    test(what, async () => {
      await using bench = new Bench();
      bench.work.take(ordered(), jobOrder(command, { folder }));
      expect(await bench.ended(1)).toMatchObject([
        { reason: "unstarted", message: expect.stringMatching(words) as string },
      ]);
      expect(logOf(bench, 0)).toMatch(words);
    });
  }

  test("however long the name of the program, the report is one that the master takes", async () => {
    await using bench = new Bench();
    bench.work.take(ordered(0), jobOrder(["p".repeat(30_000)]));
    bench.work.take(ordered(1), jobOrder([`/${"\u{1F600}".repeat(400)}`]));
    for (const ended of await bench.ended(2)) {
      expect(EndedRun.safeParse(ended).error).toBeUndefined();
      expect(ended.message!.isWellFormed()).toBe(true);
    }
  });

  test("more arguments than the system takes", async () => {
    await using bench = new Bench();
    bench.work.take(ordered(), jobOrder(["true", "x".repeat(200_000)]));
    expect(await bench.ended(1)).toMatchObject([
      { reason: "unstarted", message: expect.stringContaining("cannot start true") as string },
    ]);
    expect(bench.work.runningCount).toBe(0);
  });
});

describe("trouble with the logs is not the task's fault", () => {
  test("it is given back, the slave says what is wrong, and nothing stays open", async () => {
    await using bench = new Bench(1);
    mkdirSync(bench.logs);
    writeFileSync(join(bench.logs, "000007.shot_1"), "a file where a folder belongs");
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let task = 0; task < 5; task++) bench.work.take(ordered(task), jobOrder(["true"]));
    expect(new Set((await bench.ended(5)).map(({ reason }) => reason))).toEqual(new Set(["returned"]));
    expect(bench.work.problem).toMatch(/cannot write .* free some space, or mend its permissions/);
    expect(open()).toBeLessThanOrEqual(before);
  });

  test("a log that takes no byte leaves no open file behind", async () => {
    await using bench = new Bench(1);
    const folder = join(bench.logs, "000007.shot_1");
    mkdirSync(folder, { recursive: true });
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let task = 0; task < 10; task++) {
      Bun.spawnSync(["ln", "-s", "/dev/full", join(folder, `${`${task + 1}`.padStart(4, "0")}.1.log`)]);
      bench.work.take(ordered(task), jobOrder(["true"]));
    }
    expect(new Set((await bench.ended(10)).map(({ reason }) => reason))).toEqual(new Set(["returned"]));
    expect(open()).toBeLessThan(before + 5);
  });
});

test("a slave that is letting go starts no order that arrives late, and does not kill what it runs", async () => {
  await using bench = new Bench(4);
  bench.work.take(ordered(0), jobOrder(["sleep", "0.3"]));
  bench.work.close();
  bench.work.take(ordered(0), jobOrder(["sleep", "0.3"]));
  bench.work.take(ordered(1), jobOrder(["true"]));
  expect(bench.work.runningCount).toBe(1);
  expect(await bench.ended(2)).toMatchObject([
    { task: 0, reason: "exit", code: 0 },
    { task: 1, reason: "returned" },
  ]);
  expect(existsSync(join(bench.logs, "000007.shot_1", "0002.1.log"))).toBe(false);
});
