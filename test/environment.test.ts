// What a jobscript is told.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { commandFor, environment, localized, rangesOf } from "../lib/environment";
import type { JobOrder, Ordered } from "../lib/sync";

const job: JobOrder = {
  id: 12,
  name: "shot 7",
  owner: "ann",
  pool: "maya",
  command: ["render", "{frame}", "out.{padframe}.png", "{frames}", "--tag={job}-{task}"],
  env: { SCENE: "a.mb", DRQUEUE_FRAME: "999" },
  folder: "/shots",
  logFolder: "000012.shot_7",
  start: 1,
  end: 99,
  step: 2,
  block: 3,
  pad: 4,
  fieldVariables: { DRQUEUE_SCENE: "/shots/a.mb", DRQUEUE_POOL: "none" },
  script: null,
  memoryMb: 0,
  gpus: 0,
  frameTimeoutMs: null,
  silenceMs: null,
  output: {},
};
const run: Ordered = { job: 12, task: 4, attempt: 2, frames: [25, 27, 29] };
const around = {
  compId: 3,
  os: "LINUX",
  master: "farm:1234",
  root: "/opt/drqueue",
  bin: "/opt/drqueue/bin",
  tmp: "/tmp",
  logs: "/logs",
};
const log = "/logs/000012.shot_7/0025.2.log";

test("every variable of the original and of ours is set, with the true frames of the task", () => {
  expect(environment(job, run, around, log)).toEqual({
    SCENE: "a.mb",
    DRQUEUE_SCENE: "/shots/a.mb",
    DRQUEUE_RANGES: "25:29:2",
    DRQUEUE_PAD: "4",
    DRQUEUE_FRAME: "25",
    DRQUEUE_PADFRAME: "0025",
    DRQUEUE_PADFRAMES: "0025 0027 0029",
    DRQUEUE_FRAMES: "25-29x2",
    DRQUEUE_STARTFRAME: "1",
    DRQUEUE_ENDFRAME: "99",
    DRQUEUE_STEPFRAME: "2",
    DRQUEUE_BLOCKSIZE: "3",
    DRQUEUE_JOBID: "12",
    DRQUEUE_JOBNAME: "shot 7",
    DRQUEUE_OWNER: "ann",
    DRQUEUE_POOL: "maya",
    DRQUEUE_TASK: "4",
    DRQUEUE_ATTEMPT: "2",
    DRQUEUE_COMPID: "3",
    DRQUEUE_OS: "LINUX",
    DRQUEUE_MASTER: "farm:1234",
    DRQUEUE_ROOT: "/opt/drqueue",
    DRQUEUE_BIN: "/opt/drqueue/bin",
    DRQUEUE_ETC: "/opt/drqueue/etc",
    DRQUEUE_DB: "/opt/drqueue/db",
    DRQUEUE_TMP: "/tmp",
    DRQUEUE_LOGS: "/logs",
    DRQUEUE_LOG: log,
  });
});

test("what scripts read as numbers are plain whole numbers, also downwards and below zero", () => {
  const down = environment({ ...job, start: 10, end: -10, step: -5 }, { ...run, frames: [-5, -10] }, around, log);
  expect(down).toMatchObject({ DRQUEUE_FRAME: "-5", DRQUEUE_PADFRAME: "-0005", DRQUEUE_STEPFRAME: "-5" });
  for (const name of [
    "FRAME",
    "STARTFRAME",
    "ENDFRAME",
    "STEPFRAME",
    "BLOCKSIZE",
    "JOBID",
    "COMPID",
    "TASK",
    "ATTEMPT",
  ])
    expect(down[`DRQUEUE_${name}`]).toMatch(/^-?\d+$/);
});

test("the job's own variables cannot cover ours, nor can its fields, but they cover its fields", () => {
  const env = { ...job.env, DRQUEUE_SCENE: "b.mb" };
  expect(environment({ ...job, env }, run, around, log)).toMatchObject({
    DRQUEUE_FRAME: "25",
    DRQUEUE_POOL: "maya",
    DRQUEUE_SCENE: "b.mb",
  });
});

test("the GPUs of a run are named to it; without any, what it inherits stays as it is", () => {
  const env = { ...job.env, CUDA_VISIBLE_DEVICES: "7" };
  const given = environment({ ...job, env, gpus: 2 }, run, around, log, [0, 2]);
  expect(given).toMatchObject({ CUDA_VISIBLE_DEVICES: "0,2", DRQUEUE_GPUS: "0,2" });
  const none = environment(job, run, around, log);
  expect([none.CUDA_VISIBLE_DEVICES, none.DRQUEUE_GPUS]).toEqual([undefined, undefined]);
});

test("the ranges hold every frame of the task once, rising, in whatever order the job has them", () => {
  expect(rangesOf([1, 2, 3])).toBe("1:3:1");
  expect(rangesOf([9, 6, 3, 20])).toBe("3:9:3 20:20:1");
  expect(rangesOf([-5])).toBe("-5:-5:1");
  const frames = fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 40 });
  const downwards = fc
    .record({ first: fc.integer({ min: -99, max: 99 }), step: fc.integer({ min: -9, max: 9 }).filter(Boolean) })
    .map(({ first, step }) => Array.from({ length: 12 }, (_, at) => first + at * step));
  fc.assert(
    fc.property(fc.oneof(frames, downwards), (task) => {
      const walked: number[] = [];
      for (const range of rangesOf(task).split(" ")) {
        const [first, last, step] = range.split(":").map(Number) as [number, number, number];
        expect(step).toBeGreaterThan(0);
        for (let frame = first; frame <= last; frame += step) walked.push(frame);
      }
      expect(walked).toEqual([...new Set(task)].sort((a, b) => a - b));
    }),
  );
});

test("a job is translated in all its texts that may name a folder, and in no other", () => {
  const script = { path: "/shots/a.sh", sh: "cd /shots", cmd: "cd /shots" };
  const here = localized({ ...job, script, name: "/shots" }, (text) => text.replace("/shots", "S:"));
  expect(here).toMatchObject({
    name: "/shots",
    folder: "S:",
    fieldVariables: { DRQUEUE_SCENE: "S:/a.mb", DRQUEUE_POOL: "none" },
    script: { ...script, path: "S:/a.sh" },
  });
  const words = localized({ ...job, command: ["/shots/run"], folder: null, env: { A: "/shots/b" } }, (text) =>
    text.replace("/shots", "S:"),
  );
  expect(words).toMatchObject({ command: ["S:/run"], folder: null, env: { A: "S:/b" }, script: null });
});

test("tokens in the command are replaced, in any place of a word", () => {
  expect(commandFor(job, run)).toEqual(["render", "25", "out.0025.png", "25-29x2", "--tag=12-4"]);
});

test("a token may come several times in a word", () => {
  expect(commandFor({ ...job, command: ["{frame}{frame}-{padframe}"] }, run)).toEqual(["2525-0025"]);
});

test("anything else in braces stays as it is", () => {
  const command = ["{}", "{Frame}", "{frame", "awk '{print}'", "{constructor}"];
  expect(commandFor({ ...job, command }, run)).toEqual(command);
});
