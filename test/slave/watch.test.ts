// Tasks that take too long, go silent, or say of themselves that they have failed: real processes, which end.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFamily } from "../../lib/slave/parent";
import { Records } from "../../lib/slave/records";
import { Watch } from "../../lib/slave/watch";
import { EndedRun, type JobOrder } from "../../lib/sync";
import { until } from "../farm";
import { Bench, jobOrder, ordered, processesWith, uniqueSleep } from "./orders";

const sh = (script: string, given: Partial<JobOrder> = {}) => jobOrder(["sh", "-c", script], given);
const logOf = (bench: Bench) => readFileSync(join(bench.logs, "000007.shot_1", "0001.1.log"), "utf8");
const progressOf = (bench: Bench, percent: number) =>
  until(async () => bench.work.progressNews().find((one) => one.percent === percent), `${percent} percent`);

let benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches) await bench[Symbol.asyncDispose]();
  benches = [];
});
function newBench(...given: ConstructorParameters<typeof Bench>): Bench {
  const bench = new Bench(...given);
  benches.push(bench);
  return bench;
}

describe("a task that takes longer than its frames may", () => {
  test("is ended with all its processes, and the report says what was too long", async () => {
    const bench = newBench();
    const sleep = uniqueSleep();
    bench.work.take(
      { ...ordered(), frames: [1, 2] },
      sh(`setsid sleep ${sleep} & sleep ${sleep}`, { frameTimeoutMs: 200, block: 2 }),
    );
    const [ended] = await bench.ended(1);
    expect(ended).toMatchObject({
      reason: "overtime",
      message: "took longer than 0.4s (2 frames of 0.2s at most)",
    });
    expect(ended!.ranMs).toBeGreaterThan(380);
    expect(EndedRun.safeParse(ended).error).toBeUndefined();
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
    expect(logOf(bench)).toMatch(/# ended .*took longer than 0\.4s/);
  });

  test("is ended also where it does not listen to TERM, and where it would call that success", async () => {
    const bench = newBench();
    const deaf = "trap '' TERM; while :; do sleep 0.05; done";
    bench.work.take(ordered(0), sh(deaf, { frameTimeoutMs: 100 }));
    bench.work.take(ordered(1), sh("trap 'exit 0' TERM; while :; do sleep 0.05; done", { frameTimeoutMs: 100 }));
    for (const ended of await bench.ended(2)) expect(ended).toMatchObject({ reason: "overtime" });
  });

  test("is not ended when it ended by itself while its slave stood still, else it is", async () => {
    const stopped: number[] = [];
    const watch = new Watch(50, 60_000, ({ task }) => stopped.push(task));
    for (const task of [0, 1]) watch.add(`${task}`, ordered(task), sh("", { frameTimeoutMs: 300 }), "/no/such", 0);
    await Bun.sleep(120);
    Bun.sleepSync(600);
    await Bun.sleep(10);
    watch.remove("0");
    await until(async () => stopped.length > 0 || undefined, "the other one to be ended");
    watch.remove("1");
    expect(new Set(stopped)).toEqual(new Set([1]));
  });

  test("is left alone while there is time, and by jobs that set no limit", async () => {
    const bench = newBench();
    bench.work.take(ordered(0), sh("sleep 0.4", { frameTimeoutMs: 60_000 }));
    bench.work.take(ordered(1), sh("sleep 0.4"));
    for (const ended of await bench.ended(2)) expect(ended).toMatchObject({ reason: "exit", code: 0 });
  });
});

describe("a task that prints nothing", () => {
  test("for too long is ended, and the report says so", async () => {
    const bench = newBench();
    bench.work.take(ordered(), sh("echo begun; sleep 60", { silenceMs: 300 }));
    expect(await bench.ended(1)).toMatchObject([{ reason: "silent", message: "printed nothing for 0.3s" }]);
  });

  test("for too long is told from one that prints slowly, also without line ends", async () => {
    const bench = newBench();
    const slow = "i=0; while [ $i -lt 8 ]; do printf .; sleep 0.1; i=$((i+1)); done";
    bench.work.take(ordered(), sh(slow, { silenceMs: 600 }));
    expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 0 }]);
  });

  test("is not ended when nobody can tell, since it made a pipe of its log", async () => {
    const bench = newBench();
    bench.work.take(ordered(), sh('rm "$DRQUEUE_LOG"; mkfifo "$DRQUEUE_LOG"; sleep 0.5', { silenceMs: 100 }));
    expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 0 }]);
  });
});

describe("a slave that stood still", () => {
  test("does not hold that time against its tasks", async () => {
    const bench = newBench();
    bench.work.take(ordered(), sh("sleep 0.9", { frameTimeoutMs: 700, silenceMs: 700 }));
    const until = performance.now() + 800;
    while (performance.now() < until);
    expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 0 }]);
  });
});

describe("a task that prints a fatal line", () => {
  const output = { fatal: ["^Error:"], warning: ["^Warning:"], progress: ["(?<percent>\\d+)%"] };

  test("has failed, whatever its exit code, and the line is the message", async () => {
    const bench = newBench();
    bench.work.take(ordered(0), sh("echo fine; echo 'Error: no licence'; exit 0", { output }));
    bench.work.take(ordered(1), sh("echo 'Error: no scene' >&2; echo more; exit 3", { output }));
    expect(await bench.ended(2)).toMatchObject([
      { reason: "fatal", code: 0, message: "Error: no licence" },
      { reason: "fatal", code: 3, message: "Error: no scene" },
    ]);
    expect(logOf(bench)).toMatch(/# ended .*exit 0.*: Error: no licence/);
  });

  test("is ended when it does not end by itself", async () => {
    const bench = newBench(2, { failedMs: 200 });
    bench.work.take(ordered(), sh("echo 'Error: no licence'; sleep 60", { output }));
    expect(await bench.ended(1)).toMatchObject([{ reason: "fatal", message: "Error: no licence" }]);
  });

  test("but a person has it killed: then it was killed", async () => {
    const bench = newBench();
    bench.work.take(ordered(), sh("echo 'Error: no licence'; echo 7%; sleep 60", { output }));
    await progressOf(bench, 7);
    bench.work.kill(ordered(), "killed");
    expect(await bench.ended(1)).toMatchObject([{ reason: "killed", message: "killed on request" }]);
  });

  test("of any length makes a report that the master takes", async () => {
    const bench = newBench();
    bench.work.take(ordered(), sh("printf 'Error: '; head -c 9000 /dev/zero | tr '\\0' x", { output }));
    const [ended] = await bench.ended(1);
    expect(ended!.reason).toBe("fatal");
    expect(EndedRun.safeParse(ended).error).toBeUndefined();
  });

  test("and one that only warns is finished, with the warning as its message", async () => {
    const bench = newBench();
    bench.work.take(ordered(0), sh("echo 'Warning: missing texture'; echo 'Warning: two'", { output }));
    bench.work.take(ordered(1), sh("echo 'Warning: missing texture'; exit 4", { output }));
    expect(await bench.ended(2)).toMatchObject([
      { reason: "exit", code: 0, message: "Warning: missing texture" },
      { reason: "exit", code: 4, message: "exit 4" },
    ]);
  });
});

test("progress is told once for each step, while the run goes on", async () => {
  const bench = newBench();
  const output = { progress: ["^frame (?<frame>\\d+)", "(?<percent>\\d+)%"] };
  const go = join(bench.folder, "go");
  const wait = `while [ ! -e ${go} ]; do sleep 0.02; done`;
  const script = `echo 'frame 1'; printf '20%%\\r50%%\\r'; ${wait}; echo 'frame 2'; echo 50%; sleep 60`;
  bench.work.take({ ...ordered(), frames: [1, 2] }, sh(script, { output, block: 2 }));
  expect(await progressOf(bench, 25)).toEqual({ job: 7, task: 0, attempt: 1, percent: 25 });
  expect(bench.work.progressNews()).toEqual([]);
  writeFileSync(go, "");
  await progressOf(bench, 75);
  bench.work.kill(ordered(), "killed");
  await bench.ended(1);
  expect(bench.work.progressNews()).toEqual([]);
});

describe("a run that was picked up", () => {
  /** Writes down a run that began 5 s ago, and starts what an earlier life would have started. */
  async function earlier(bench: Bench, script: string, given: Partial<JobOrder>) {
    const records = new Records(bench.folder);
    const log = "000007.shot_1/0001.1.log";
    records.keep({ run: ordered(), job: sh(script, given), log, startedAt: Date.now() - 5000 });
    mkdirSync(join(bench.logs, "000007.shot_1"), { recursive: true });
    const output = Bun.file(join(bench.logs, log));
    await output.write("# job\n# started\n# command\n");
    const status = records.statusFile(ordered());
    const env = { PATH: process.env.PATH!, DRQUEUE_LOG: output.name! };
    const command = ["sh", "-c", `exec >>"$DRQUEUE_LOG"; ${script}`];
    const family = startFamily({ command, folder: bench.folder, env, output: openSync("/dev/null", "w"), status });
    return { family, status };
  }

  test("keeps its time limit, from when it began", async () => {
    const bench = newBench();
    const { status } = await earlier(bench, "sleep 60", { frameTimeoutMs: 5200 });
    await until(async () => processesWith(status)[0], "the process");
    bench.work.adopt();
    const began = performance.now();
    expect(await bench.ended(1)).toMatchObject([{ reason: "overtime", message: "took longer than 5.2s" }]);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test("keeps its limit of silence", async () => {
    const bench = newBench();
    const { status } = await earlier(bench, "sleep 60", { silenceMs: 300 });
    await until(async () => processesWith(status)[0], "the process");
    bench.work.adopt();
    expect(await bench.ended(1)).toMatchObject([{ reason: "silent" }]);
  });

  test("tells what it printed before and since", async () => {
    const bench = newBench();
    const output = { progress: ["(?<percent>\\d+)%"], fatal: ["^Error"] };
    const gate = join(bench.folder, "gate");
    const script = `echo 40%; while [ ! -e ${gate} ]; do sleep 0.05; done; echo Error: late`;
    const { status } = await earlier(bench, script, { output });
    await until(async () => processesWith(status)[0], "the process");
    bench.work.adopt();
    await progressOf(bench, 40);
    await Bun.write(gate, "");
    expect(await bench.ended(1)).toMatchObject([{ reason: "fatal", code: 0, message: "Error: late" }]);
  });

  test("and had ended before is judged by what it printed", async () => {
    const bench = newBench();
    const { family } = await earlier(bench, "echo Error: early", { output: { fatal: ["^Error"] } });
    await family.ended;
    bench.work.adopt();
    expect(await bench.ended(1)).toMatchObject([{ reason: "fatal", code: 0, message: "Error: early" }]);
  });
});
