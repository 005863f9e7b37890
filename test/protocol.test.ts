// What may cross the wire, and what is refused at the door.
import { describe, expect, test } from "bun:test";
import type { z } from "zod";
import { JobFilter } from "../lib/lists";
import { Settings, SettingsChange } from "../lib/settings";
import { JobChange, Submission } from "../lib/submission";
import { EndedRun, mostEnded, Sync } from "../lib/sync";
import { RunKey, runName } from "../lib/wire";

const least = { name: "shot", command: ["render"] };
const accepts = (schema: z.ZodType, given: unknown) => schema.safeParse(given).success;

const sync = {
  version: 1,
  key: "0f0e0d0c-0b0a-4908-8706-050403020100",
  name: "node1",
  software: "0.1.0",
  port: 2345,
  os: "LINUX",
  cpus: 4,
  memoryMb: 8000,
  freeMemoryMb: 4000,
  memoryLeftMb: 3000,
  gpus: 0,
  gpusLeft: 0,
  load: 0.5,
  foreignSlots: 0,
  inHours: true,
  settings: {
    slots: 4,
    pools: ["Default"],
    enabled: true,
    drain: false,
    leaveMb: 0,
    loadLimit: null,
    hours: "",
    paths: [],
    gpus: null,
  },
  free: 4,
  alive: [],
  ended: [],
};
const end = { job: 1, task: 0, attempt: 1, reason: "exit", code: 0 };

describe("a submission", () => {
  test("needs a name and either a command or a kind; the rest is as the original has it", () => {
    expect(Submission.parse(least)).toEqual({
      ...least,
      frames: "1",
      block: 1,
      order: "forward",
      pad: 4,
      priority: 500,
      pool: "Default",
      owner: "",
      retries: 3,
      exitCodes: "strict",
      env: {},
      stopped: false,
      fields: {},
      os: "",
      memoryMb: 0,
      gpus: 0,
      licences: {},
      maxSlots: null,
      maxPerSlave: null,
      notBefore: null,
      blocked: [],
      after: [],
      exitMeanings: {},
      output: {},
      pictures: null,
      retryDelayMs: 0,
      frameTimeoutMs: null,
      silenceMs: null,
      slaveFailures: 3,
      maxFailures: 1000,
      deleteAfterMs: null,
      notify: [],
    });
    expect(accepts(Submission, { name: "shot", kind: "blender", fields: { scene: "x.blend" } })).toBe(true);
    for (const missing of [{ name: "shot" }, { command: ["render"] }, { ...least, kind: "blender" }])
      expect(accepts(Submission, missing)).toBe(false);
  });

  test("with a word that it does not have is refused, so that a mistyped one is noticed", () => {
    expect(accepts(Submission, { ...least, prioritty: 900 })).toBe(false);
  });

  test.each([
    ["no program", { command: [] }],
    ["an empty program", { command: ["", "x"] }],
    ["a NUL in an argument", { command: ["echo", "a\0b"] }],
    ["a NUL in a variable", { env: { A: "\0" } }],
    ["a variable's name that a shell could not hold", { env: { "A-B": "1" } }],
    ["an empty name", { name: "" }],
    ["a line end in the name", { name: "a\nb" }],
    ["a NUL in the name", { name: "a\0b" }],
    ["a blank in the pool", { pool: "my pool" }],
    ["an empty block", { block: 0 }],
    ["half a block", { block: 1.5 }],
    ["a number as text", { priority: "500" }],
    ["a priority below zero", { priority: -1 }],
    ["an exit rule that there is not", { exitCodes: "loose" }],
    ["a NUL in the folder", { folder: "/a\0" }],
    ["a pool without a name among others", { pool: "maya,,nuke" }],
    ["an operating system that no shell could name", { os: "LINUX;rm" }],
    ["no licence of a name", { licences: { nuke: 0 } }],
    ["a licence whose name is no word", { licences: { "a b": 1 } }],
    [
      "more licences than a farm has",
      { licences: Object.fromEntries(Array.from("abcdefghijklmnopq", (name) => [name, 1])) },
    ],
    ["no slot at all", { maxSlots: 0 }],
    ["a time that is none", { notBefore: "22:00" }],
    ["a job to wait for that cannot be", { after: [{ job: 0 }] }],
    ["an exit code that no program has", { exitMeanings: { fatal: [256] } }],
    ["success as a failure", { exitMeanings: { fatal: [0] } }],
    ["a line that no regular expression finds", { output: { fatal: ["("] } }],
    ["a time limit that no task could keep", { frameTimeoutMs: 999 }],
  ])("with %s is refused", (_, wrong) => {
    expect(accepts(Submission, { ...least, ...wrong })).toBe(false);
  });

  test("names several pools and systems in a word, sorted, each once", () => {
    const { pool, os } = Submission.parse({ ...least, pool: "nuke,maya,nuke", os: "osx,Linux" });
    expect({ pool, os }).toEqual({ pool: "maya,nuke", os: "LINUX,OSX" });
  });

  test("waits for jobs until they are finished unless it says otherwise", () => {
    const { after } = Submission.parse({ ...least, after: [{ job: 3 }, { job: 4, until: "frames" }] });
    expect(after).toEqual([
      { job: 3, until: "finished" },
      { job: 4, until: "frames" },
    ]);
  });

  test("takes any text in arguments and values but NUL", () => {
    const given = { ...least, command: ["sh", "-c", "", "a\nb", "日本 'x'"], env: { A: "1\n2", _b: "" } };
    expect(accepts(Submission, given)).toBe(true);
  });
});

test("a change of nothing is refused", () => {
  for (const schema of [JobChange, SettingsChange]) expect(accepts(schema, {})).toBe(false);
  expect(accepts(JobChange, { priority: 900 })).toBe(true);
  expect(accepts(JobChange, { frames: "1-10" })).toBe(false);
  expect(accepts(SettingsChange, { addPools: ["maya"], removePools: ["nuke"] })).toBe(true);
  expect(accepts(SettingsChange, { loadLimit: 0 })).toBe(false);
  expect(accepts(SettingsChange, { paths: [{ farm: "/mnt", here: "" }] })).toBe(false);
});

test("what a change does not mention it does not set to a default", () => {
  expect(SettingsChange.parse({ slots: 2 })).toEqual({ slots: 2 });
  expect(JobChange.parse({ priority: 900, maxSlots: null })).toEqual({ priority: 900, maxSlots: null });
});

test("settings of an earlier release have the usual values for all that is new", () => {
  expect(Settings.parse({ slots: 4, pools: ["Default"], enabled: true })).toEqual(sync.settings);
});

describe("a sync", () => {
  test("of a newer slave that says more is understood", () => {
    expect(Sync.parse({ ...sync, wings: 2 })).toEqual(sync as never);
  });

  test("carries a limited number of ended runs", () => {
    expect(accepts(Sync, { ...sync, ended: Array(mostEnded).fill(end) })).toBe(true);
    expect(accepts(Sync, { ...sync, ended: Array(mostEnded + 1).fill(end) })).toBe(false);
  });

  test("of a slave without a pool, or with a number the database cannot hold, is refused", () => {
    expect(accepts(Sync, { ...sync, settings: { ...sync.settings, pools: [] } })).toBe(false);
    for (const wrong of [{ cpus: 3_000_000_000 }, { memoryMb: -1 }, { load: Number.NaN }, { key: "me" }])
      expect(accepts(Sync, { ...sync, ...wrong })).toBe(false);
  });
});

test("the name of a run that no table could hold is refused", () => {
  const run = { job: 2_147_483_647, task: 2_147_483_647, attempt: 2_147_483_647 };
  expect(accepts(RunKey, run)).toBe(true);
  for (const part of ["job", "task", "attempt"]) expect(accepts(RunKey, { ...run, [part]: 2_147_483_648 })).toBe(false);
  expect(accepts(RunKey, { ...run, attempt: 0 })).toBe(false);
});

test("a run of a month on a hundred cores can be reported", () => {
  const month = 31 * 24 * 3600 * 1000;
  expect(accepts(EndedRun, { ...end, ranMs: month, cpuMs: 100 * month })).toBe(true);
});

test("a run's exit code is what a shell can say", () => {
  expect([0, 255, 256, -1].map((code) => accepts(EndedRun, { ...end, code }))).toEqual([true, true, false, false]);
});

test("a list's limits come as text and are numbers", () => {
  expect(JobFilter.parse({ limit: "20", before: "7" })).toEqual({ limit: 20, before: 7 });
  expect(JobFilter.parse({})).toEqual({ limit: 100 });
  for (const wrong of [{ limit: "0" }, { limit: "10001" }, { before: "x" }, { state: "done" }])
    expect(accepts(JobFilter, wrong)).toBe(false);
});

test("a run's name is its job, task and attempt", () => {
  expect(runName({ job: 12, task: 4, attempt: 2 })).toBe("12.4.2");
});
