// What the runs of a slave take of its machine: GPUs each for itself, memory they asked for, slots that other load takes.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startFamily } from "../../lib/slave/parent";
import { Records } from "../../lib/slave/records";
import { until } from "../farm";
import { Bench, jobOrder, ordered, processesWith } from "./orders";

const sh = (script: string, given: Parameters<typeof jobOrder>[1] = {}) => jobOrder(["sh", "-c", script], given);
const logOf = (bench: Bench, task: number) =>
  readFileSync(join(bench.logs, "000007.shot_1", `000${task + 1}.1.log`), "utf8");
const gpusOf = (bench: Bench, task: number) => /^gpus=(.*)$/m.exec(logOf(bench, task))?.[1];
const tell = 'echo "gpus=$CUDA_VISIBLE_DEVICES/$DRQUEUE_GPUS"';

describe("GPUs", () => {
  test("belong to one run at a time; who finds none waits, and others go ahead", async () => {
    await using bench = new Bench(8, { gpus: () => 3 });
    const held = sh(`${tell}; sleep 60`, { gpus: 2 });
    bench.work.take(ordered(0), held);
    bench.work.take(ordered(1), sh(`${tell}; sleep 60`, { gpus: 1 }));
    bench.work.take(ordered(2), sh(tell, { gpus: 2 }));
    expect([bench.work.gpusTaken, bench.work.runningCount]).toEqual([5, 2]);
    bench.work.take(ordered(3), sh("exit 0"));
    expect(await bench.ended(1)).toMatchObject([{ task: 3, code: 0 }]);
    bench.work.kill(ordered(0), "killed");
    await bench.ended(3);
    expect(bench.work.unsent.find(({ task }) => task === 2)).toMatchObject({ reason: "exit", code: 0 });
    expect([0, 1, 2].map((task) => gpusOf(bench, task))).toEqual(["0,1/0,1", "2/2", "0,1/0,1"]);
    expect(bench.work.gpusTaken).toBe(1);
  });

  test("that this slave does not have are nothing to wait for: the task is given back", async () => {
    await using bench = new Bench(2, { gpus: () => 1 });
    bench.work.take(ordered(), sh("exit 0", { gpus: 2 }));
    expect(await bench.ended(1)).toMatchObject([{ reason: "returned" }]);
  });

  test("are not hidden from tasks that ask for none", async () => {
    await using bench = new Bench(2, { gpus: () => 2 });
    process.env.CUDA_VISIBLE_DEVICES = "1";
    try {
      bench.work.take(ordered(), sh(tell));
    } finally {
      delete process.env.CUDA_VISIBLE_DEVICES;
    }
    await bench.ended(1);
    expect(gpusOf(bench, 0)).toBe("1/");
  });

  test("stay with a run that was picked up", async () => {
    await using bench = new Bench(2, { gpus: () => 2 });
    const records = new Records(bench.folder);
    const kept = { run: ordered(), job: sh("", { gpus: 1 }), log: "000007.shot_1/0001.1.log", startedAt: Date.now() };
    records.keep({ ...kept, gpus: [0] });
    const status = records.statusFile(ordered());
    const env = { PATH: process.env.PATH!, DRQUEUE_LOG: join(bench.logs, kept.log) };
    const { openSync } = await import("node:fs");
    startFamily({ command: ["sleep", "60"], folder: "/tmp", env, output: openSync("/dev/null", "w"), status });
    await until(async () => processesWith(status)[0], "the process");
    bench.work.adopt();
    bench.work.take(ordered(1), sh(tell, { gpus: 1 }));
    await bench.ended(1);
    expect(gpusOf(bench, 1)).toBe("1/1");
  });
});

describe("memory", () => {
  test("that tasks asked for is owed to them, less what they use", async () => {
    await using bench = new Bench(1);
    expect(bench.work.memoryOwedMb).toBe(0);
    const hold = "head -c 60000000 /dev/zero | tail -c 60000000 | sleep 60";
    bench.work.take(ordered(0), sh(hold, { memoryMb: 500 }));
    bench.work.take(ordered(1), sh("exit 0", { memoryMb: 70 }));
    expect(bench.work.memoryOwedMb).toBeWithin(400, 571);
    bench.work.kill(ordered(1), "returned");
    await until(async () => (bench.work.memoryOwedMb < 450 ? true : undefined), "the memory to be used");
    expect(bench.work.memoryOwedMb).toBeGreaterThan(300);
  });

  test("of a task that uses more than it asked for is owed to nobody", async () => {
    await using bench = new Bench(1);
    bench.work.take(ordered(), sh("sleep 60", { memoryMb: 1 }));
    await until(async () => (bench.work.memoryOwedMb === 0 ? true : undefined), "the memory to be used");
  });
});

test("slots that other load takes away start nothing, and end nothing", async () => {
  await using bench = new Bench(3);
  bench.work.take(ordered(0), sh("sleep 60"));
  bench.work.foreign = 2;
  expect(bench.work.free).toBe(0);
  bench.work.take(ordered(1), sh("exit 0"));
  expect(bench.work.runningCount).toBe(1);
  expect(await bench.ended(1)).toMatchObject([{ task: 1, reason: "returned" }]);
  bench.work.foreign = 0;
  expect(bench.work.free).toBe(2);
  bench.work.foreign = 9;
  expect([bench.work.free, bench.work.runningCount]).toEqual([0, 1]);
});
