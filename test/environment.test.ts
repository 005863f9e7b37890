// What a jobscript is told.
import { expect, test } from "bun:test";
import { commandFor, environment } from "../lib/environment";
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

test("the job's own variables cannot cover ours", () => {
  expect(environment(job, run, around, log).DRQUEUE_FRAME).toBe("25");
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
