// The runs of a slave that was killed: what its next life makes of them.
import { expect, test } from "bun:test";
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFamily } from "../../lib/slave/parent";
import { Records } from "../../lib/slave/records";
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
