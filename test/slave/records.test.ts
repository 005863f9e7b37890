// The runs of a slave that was killed: what its next life makes of them.
import { expect, test } from "bun:test";
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFamily } from "../../lib/slave/parent";
import { type End, Records } from "../../lib/slave/records";
import { until } from "../farm";
import { Bench, jobOrder, ordered, processesWith, uniqueSleep } from "./orders";

/** Writes down a run as a slave does before it starts it. */
function keep(bench: Bench, task: number): { records: Records; status: string; log: string } {
  const records = new Records(bench.folder);
  const log = `000007.shot_1/000${task + 1}.1.log`;
  records.keep({ run: ordered(task), job: jobOrder(["sleep", "1"]), log, startedAt: Date.now() - 5000 });
  return { records, status: records.statusFile(ordered(task)), log };
}

/** Starts what an earlier life would have started; this process is its parent, but nobody here waits for it. */
function start(bench: Bench, { status, log }: { status: string; log: string }, script: string) {
  const env = { PATH: process.env.PATH!, DRQUEUE_LOG: join(bench.logs, log) };
  return startFamily({
    command: ["sh", "-c", script],
    folder: bench.folder,
    env,
    output: openSync("/dev/null", "w"),
    status,
  });
}

test("a run that ended meanwhile is reported with the exit code its parent wrote", async () => {
  await using bench = new Bench();
  writeFileSync(keep(bench, 0).status, "0\n");
  writeFileSync(keep(bench, 1).status, "3\n");
  writeFileSync(keep(bench, 2).status, "130\n");
  bench.work.adopt();
  expect(await bench.ended(3)).toMatchObject([
    { task: 0, reason: "exit", code: 0 },
    { task: 1, reason: "exit", code: 3 },
    { task: 2, reason: "exit", code: 130 },
  ]);
  expect(bench.work.unsent[0]!.ranMs).toBeWithin(4000, 20_000);
});

test("a run that still goes on is watched to its end", async () => {
  await using bench = new Bench();
  const kept = keep(bench, 0);
  start(bench, kept, "sleep 0.3; exit 3");
  await until(async () => processesWith(kept.status)[0], "the process");
  bench.work.adopt();
  expect(bench.work.held).toEqual([{ job: 7, task: 0, attempt: 1 }]);
  expect(bench.work.free).toBe(1);
  expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 3 }]);
});

test("a run that still goes on can be killed", async () => {
  await using bench = new Bench();
  const sleep = uniqueSleep();
  start(bench, keep(bench, 0), `setsid sleep ${sleep} & sleep ${sleep}`);
  await until(async () => processesWith(`sleep ${sleep}`).length >= 3 || undefined, "the sleepers");
  bench.work.adopt();
  bench.work.kill(ordered(0), "killed");
  expect(await bench.ended(1)).toMatchObject([{ reason: "killed" }]);
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("a run without a status is lost, and what is left of it is ended before that is reported", async () => {
  await using bench = new Bench();
  const sleep = uniqueSleep();
  const family = start(bench, keep(bench, 0), `trap '' TERM; sleep ${sleep}; sleep ${sleep}`);
  await until(async () => processesWith(`sleep ${sleep}`).length >= 2 || undefined, "the sleepers");
  process.kill(family.group, "SIGKILL");
  await family.ended;
  bench.work.adopt();
  expect(bench.work.held).toHaveLength(1);
  expect(await bench.ended(1)).toMatchObject([{ reason: "lost", message: expect.any(String) as string }]);
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

/** How an end that its status file does not tell is reported by the next life. */
const ends: [what: string, end: End, status: string | undefined, expected: object][] = [
  [
    "of a timeout, though it exited with 0",
    { as: "overtime", message: "took longer than 5s" },
    "0\n",
    { reason: "overtime", code: 0, message: "took longer than 5s" },
  ],
  ["that a person wanted", { as: "killed" }, "143\n", { reason: "killed", code: 143 }],
  ["that the slave wanted as it stopped", { as: "returned" }, undefined, { reason: "returned" }],
  [
    "of what could not be started",
    { as: "unstarted", message: "there is no program x" },
    undefined,
    { reason: "unstarted", message: "there is no program x" },
  ],
  ["by a signal to the parent", { as: "exit", code: 137 }, undefined, { reason: "exit", code: 137 }],
];
for (const [what, end, code, expected] of ends)
  test(`an end ${what} survives the slave that saw it`, async () => {
    await using bench = new Bench();
    const { records, status } = keep(bench, 0);
    records.keepEnd(ordered(0), end);
    if (code) writeFileSync(status, code);
    bench.work.adopt();
    expect(await bench.ended(1)).toMatchObject([{ task: 0, ...expected }]);
    bench.work.acknowledge(bench.work.unsent);
    expect(readdirSync(join(bench.folder, "runs"))).toEqual([]);
  });

test("a reason to end is on disk before the end, and an exit that its status tells costs no file", async () => {
  await using bench = new Bench();
  const files = () => readdirSync(join(bench.folder, "runs")).sort();
  bench.work.take(ordered(0), jobOrder(["true"]));
  await bench.ended(1);
  expect(files()).toEqual(["7.0.1.run", "7.0.1.status"]);
  bench.work.acknowledge(bench.work.unsent);
  bench.work.take(ordered(1), jobOrder(["sleep", "60"]));
  bench.work.kill(ordered(1), "killed");
  expect(files()).toContain("7.1.1.end");
  expect(JSON.parse(readFileSync(join(bench.folder, "runs", "7.1.1.end"), "utf8"))).toEqual({ as: "killed" });
  await bench.ended(1);
  bench.work.take(ordered(2), jobOrder(["no-such-program"]));
  await bench.ended(2);
  expect(files()).toContain("7.2.1.end");
});

test("a run that was being ended when the slave died is ended by the next life, for the same reason", async () => {
  await using bench = new Bench();
  const sleep = uniqueSleep();
  const kept = keep(bench, 0);
  start(bench, kept, `trap '' TERM; sleep ${sleep}; sleep ${sleep}`);
  await until(async () => processesWith(`sleep ${sleep}`).length >= 2 || undefined, "the sleepers");
  kept.records.keepEnd(ordered(0), { as: "overtime", message: "took longer than 5s" });
  bench.work.adopt();
  expect(bench.work.runningCount).toBe(1);
  expect(await bench.ended(1)).toMatchObject([{ reason: "overtime", message: "took longer than 5s" }]);
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("a reason that was written down half counts for nothing", async () => {
  await using bench = new Bench();
  const { status } = keep(bench, 0);
  writeFileSync(join(bench.folder, "runs", "7.0.1.end"), '{"as":"over');
  writeFileSync(status, "0\n");
  bench.work.adopt();
  expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 0 }]);
});

test("runs of an earlier life are held before they are taken up, and left alone when they are another slave's", async () => {
  await using bench = new Bench();
  const sleep = uniqueSleep();
  const kept = keep(bench, 0);
  const family = start(bench, kept, `sleep ${sleep}`);
  await until(async () => processesWith(`sleep ${sleep}`).length >= 1 || undefined, "the sleeper");
  writeFileSync(keep(bench, 1).status, "0\n");
  bench.work.recall();
  expect(bench.work.held).toEqual([
    { job: 7, task: 0, attempt: 1 },
    { job: 7, task: 1, attempt: 1 },
  ]);
  bench.work.take(ordered(2), jobOrder(["sleep", "60"]));
  bench.work.kill(ordered(3), "killed");
  bench.work.abandon();
  expect(bench.work.held).toEqual([{ job: 7, task: 2, attempt: 1 }]);
  expect(await bench.ended(1)).toMatchObject([{ task: 2, reason: "returned" }]);
  expect(kept.records.all().map(({ run }) => run.task)).toEqual([2]);
  expect(processesWith(`sleep ${sleep}`).length).toBeGreaterThan(0);
  process.kill(-family.group, "SIGKILL");
  await family.ended;
});

test("a run that was written down half is forgotten: it never started", async () => {
  await using bench = new Bench();
  const { records } = keep(bench, 0);
  const file = join(bench.folder, "runs", "7.0.1.run");
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 40));
  expect(records.all()).toEqual([]);
  expect(existsSync(file)).toBe(false);
});

test("files that are no records are passed over, and a run is forgotten with its status", async () => {
  await using bench = new Bench();
  const { records, status } = keep(bench, 0);
  writeFileSync(status, "0\n");
  writeFileSync(join(bench.folder, "runs", "note.txt"), "not mine");
  expect(records.all()).toHaveLength(1);
  records.forget(ordered(0));
  expect(records.all()).toEqual([]);
  expect(existsSync(status)).toBe(false);
});

test("a run that the release before wrote down is picked up: what that did not know is as if nobody had asked for it", async () => {
  await using bench = new Bench();
  const { records, status } = keep(bench, 0);
  const file = join(bench.folder, "runs", "7.0.1.run");
  const { run, job, log, startedAt } = JSON.parse(readFileSync(file, "utf8"));
  const { id, name, owner, pool, command, env, folder, logFolder, start, end, step, block, pad } = job;
  const before = { id, name, owner, pool, command, env, folder, logFolder, start, end, step, block, pad };
  writeFileSync(file, JSON.stringify({ run, job: before, log, startedAt }));
  expect(records.all()).toEqual([{ run, job: jobOrder(command), log, startedAt }]);
  writeFileSync(status, "0\n");
  bench.work.adopt();
  expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 0 }]);
});

test("copies of jobscripts whose jobs have no run here any more are removed when a slave starts", async () => {
  await using bench = new Bench();
  keep(bench, 0);
  const { scripts } = new Records(bench.folder);
  for (const job of [7, 8]) scripts.commandOf(job, { path: null, sh: "exit 0", cmd: "" });
  bench.work.adopt();
  expect(readdirSync(join(bench.folder, "scripts"))).toEqual([expect.stringMatching(/^7\./) as string]);
});
