import { expect, test } from "bun:test";
import { describeJob } from "../../lib/cli/describe-job";
import type { JobDetail } from "../../lib/protocol";

const job: JobDetail = {
  id: 12,
  name: "shot7",
  owner: "ana",
  pool: "Default",
  priority: 500,
  state: "running",
  stopped: false,
  stopReason: null,
  kind: null,
  after: [],
  frames: "1-10",
  frameCounts: { total: 10, waiting: 5, running: 1, finished: 4, failed: 0 },
  taskCounts: { total: 5, waiting: 2, running: 1, finished: 2, failed: 0 },
  block: 2,
  submittedAt: "2026-11-22T12:00:00.000Z",
  startedAt: "2026-11-22T12:00:01.000Z",
  endedAt: null,
  command: ["render"],
  env: {},
  folder: null,
  order: "forward",
  pad: 4,
  retries: 3,
  exitCodes: "strict",
  fields: null,
  script: null,
  scriptPath: null,
  os: "",
  memoryMb: 0,
  gpus: 0,
  licences: {},
  maxSlots: null,
  maxPerSlave: null,
  notBefore: null,
  blocked: [],
  setAside: [],
  needs: [],
  neededBy: [],
  exitMeanings: {},
  output: {},
  retryDelayMs: 0,
  frameTimeoutMs: null,
  silenceMs: null,
  slaveFailures: 3,
  maxFailures: 1000,
  deleteAfterMs: null,
  heldTasks: 0,
  restingTasks: 0,
  slowest: null,
  secondsLeft: null,
  pictures: null,
  logFolder: "000012.shot7",
  runningFrames: "5-6",
  failedFrames: "",
  frameSeconds: null,
};
const shown = (differs: Partial<JobDetail> = {}) => Bun.stripANSI(describeJob({ ...job, ...differs }));

test("a job as usual is told without its settings", () => {
  const names = shown()
    .split("\n")
    .map((line) => line.slice(0, 9).trim())
    .filter(Boolean);
  expect(names).toEqual(
    "job state frames running tasks command owner pool priority retries submitted started logs".split(" "),
  );
});

test("a job that stopped itself says why, and which slaves it set aside", () => {
  const text = shown({
    state: "stopped",
    stopped: true,
    stopReason: "1000 tasks failed",
    setAside: [{ slave: "rack7", failures: 3 }],
  });
  expect(text).toMatch(/^stopped +1000 tasks failed$/m);
  expect(text).toMatch(/^set aside +rack7 \(3 failures\)$/m);
});

test("what waits is told apart: for other jobs, and to be tried again", () => {
  const text = shown({ heldTasks: 1, restingTasks: 1200, needs: [{ job: 3, until: "ended", state: "running" }] });
  expect(text).toMatch(/^waiting +1 task for other jobs, 1,200 tasks to be tried again after a pause$/m);
  expect(text).toMatch(/^needs +job 3 ended \(running\)$/m);
});

test("times tell the average, the slowest and what is left", () => {
  const text = shown({ frameSeconds: 61, slowest: { frame: 3, seconds: 130 }, secondsLeft: 7200 });
  expect(text).toMatch(/^a frame +1 m 01 s on average$/m);
  expect(text).toMatch(/^slowest +2 m 10 s, the task that begins with frame 3$/m);
  expect(text).toMatch(/^left +about 2 h 00 m$/m);
});

test("a job of a kind shows its fields and where its jobscript is", () => {
  const text = shown({
    kind: "blender",
    command: ["/srv/scripts/000012.sh"],
    fields: { scene: "/mnt/a.blend", image: "evil\x1b[2J" },
    script: "#!/bin/sh\n",
    scriptPath: "/srv/scripts/000012.sh",
  });
  expect(text).toMatch(/^kind +blender\n {2}scene +\/mnt\/a\.blend\n {2}image +evil \[2J\nscript +\/srv/m);
  expect(text).not.toContain("command");
});

test("rules of failure that are not the usual ones are told", () => {
  const text = shown({
    retryDelayMs: 30_000,
    slaveFailures: 0,
    maxFailures: 5,
    frameTimeoutMs: 1_200_000,
    silenceMs: 600_000,
    deleteAfterMs: 0,
    exitMeanings: { fatal: [3, 4], warning: [5] },
  });
  expect(text).toMatch(/^retries +3, the first after 30 s$/m);
  expect(text).toMatch(/^sets aside +no slave, however many tasks fail there$/m);
  expect(text).toMatch(/^stops after +5 failures$/m);
  expect(text).toMatch(/^time limit +20 m 00 s for a frame$/m);
  expect(text).toMatch(/^silence +failed after 10 m 00 s without output$/m);
  expect(text).toMatch(/^deleted +once it is finished$/m);
  expect(text).toMatch(/^exit codes +3,4 fatal; 5 warning$/m);
});
