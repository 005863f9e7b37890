// The shell parent of a jobscript: the ends it tells apart, under every shell that may be /bin/sh.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  adoptFamily,
  type Family,
  familyLives,
  findParents,
  parentScript,
  readStatus,
  signalFamily,
  startFamily,
} from "../../lib/slave/parent";
import { until } from "../farm";
import { processesWith, uniqueSleep } from "./orders";

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue parent-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: process.env.PATH! };
const newStatus = () => join(folder, `7.0.${++count}.status`);
const askParent = "import os, signal, sys; os.kill(os.getppid(), signal.SIGINT); sys.exit(1)";

const ends: [what: string, command: string[], code: number][] = [
  ["exit 0", ["true"], 0],
  ["exit 1", ["sh", "-c", "exit 1"], 1],
  ["exit 255", ["sh", "-c", "exit 255"], 255],
  ["exit 130 by itself", ["sh", "-c", "exit 130"], 130],
  ["INT to itself", ["sh", "-c", "kill -INT $$"], 130],
  ["INT to itself, by bash", ["bash", "-c", "kill -INT $$"], 130],
  ["TERM to itself", ["sh", "-c", "kill -TERM $$"], 143],
  ["KILL to itself", ["sh", "-c", "kill -KILL $$"], 137],
  ["a broken memory access", ["sh", "-c", "kill -SEGV $$"], 139],
  ["an abort", ["sh", "-c", "kill -ABRT $$"], 134],
  ["INT to its parent, then exit 1", ["sh", "-c", "kill -INT $PPID; exit 1"], 130],
  ["INT to its parent, then exit 0", ["sh", "-c", "kill -INT $PPID; exit 0"], 130],
  ["INT to its parent by Python, then exit 1", ["python3", "-c", askParent], 130],
  ["INT to its parent, which it outlives a while", ["sh", "-c", "kill -INT $PPID; sleep 0.2; exit 1"], 130],
  ["TERM to its parent, then exit 0", ["sh", "-c", "kill -TERM $PPID; exit 0"], 0],
  ["a program that is not there", ["/no/such"], 127],
];
const python = Bun.which("python3") !== null;

for (const shell of ["sh", "bash", "dash"]) {
  const missing = Bun.which(shell) === null;
  describe(`under ${shell} the parent tells and writes down`, () => {
    for (const [what, command, code] of ends) {
      test.skipIf(missing || (command[0] === "python3" && !python))(what, async () => {
        const status = newStatus();
        const parent = Bun.spawn([shell, "-c", parentScript, "drqueue-run", status, ...command], {
          detached: true,
          stdin: "ignore",
          stdout: "ignore",
          stderr: "ignore",
        });
        expect(await parent.exited).toBe(code);
        expect(readStatus(status)).toBe(code);
      });
    }

    test.skipIf(missing)("the words of the command as they are, also those the shell has commands for", async () => {
      const words = ["a b", "$HOME", "`id`", "'\"", "line\nbreak", "back\\nslash", ";", "*", ""];
      const parent = Bun.spawn([shell, "-c", parentScript, "drqueue-run", newStatus(), "echo", ...words], {
        stdout: "pipe",
      });
      expect(await new Response(parent.stdout).text()).toBe(`${words.join(" ")}\n`);
      const own = Bun.spawn([shell, "-c", parentScript, "drqueue-run", newStatus(), "exit", "3"], { stderr: "ignore" });
      expect(await own.exited).toBe(127);
    });

    test.skipIf(missing)("nothing yet while the jobscript runs, though the whole group is told to end", async () => {
      const status = newStatus();
      const stubborn = ["sh", "-c", "trap '' TERM; echo on; sleep 0.3; exit 5"];
      const parent = Bun.spawn([shell, "-c", parentScript, "drqueue-run", status, ...stubborn], {
        detached: true,
        stdout: "pipe",
      });
      await parent.stdout.getReader().read();
      process.kill(-parent.pid, "SIGTERM");
      expect(readStatus(status)).toBeUndefined();
      expect(await parent.exited).toBeOneOf([5, 143]);
      expect(readStatus(status)).toBe(parent.exitCode!);
    });
  });
}

function start(command: string[], status = newStatus()): Family {
  const output = openSync(join(folder, "output"), "a");
  try {
    return startFamily({ command, folder, env, output, status });
  } finally {
    closeSync(output);
  }
}

test("a family is its own group: TERM to all of it ends the children too", async () => {
  const sleep = uniqueSleep();
  const family = start(["sh", "-c", `sleep ${sleep} & sleep ${sleep} & wait`]);
  await until(async () => processesWith(`sleep ${sleep}`).length >= 3 || undefined, "the sleepers");
  expect(familyLives(family.group, undefined)).toBe(true);
  expect(signalFamily(family.group, undefined, "SIGTERM")).toBe(true);
  expect(await family.ended).toMatchObject({ code: 143 });
  await until(async () => !familyLives(family.group, undefined) || undefined, "the group to end");
  expect(processesWith(`sleep ${sleep}`)).toEqual([]);
});

test("a parent that was killed says nothing: its end is 137", async () => {
  const status = newStatus();
  const family = start(["sleep", "0.2"], status);
  process.kill(family.group, "SIGKILL");
  expect(await family.ended).toMatchObject({ code: 137 });
  expect(readStatus(status)).toBeUndefined();
});

test("the time of the jobscript is measured", async () => {
  const ended = await start(["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"]).ended;
  expect(ended.cpuMs).toBeGreaterThan(10);
});

test("memory is that of the jobscript, and nothing is said of one that took less than the slave itself", async () => {
  const own = process.resourceUsage().maxRSS / 1024;
  const wanted = Math.round(own + 100);
  const [small, large] = [
    await start(["true"]).ended,
    await start([process.execPath, "-e", `new Uint8Array(${wanted * 1024 * 1024}).fill(1)`]).ended,
  ];
  expect(small).toMatchObject({ code: 0 });
  if (process.platform === "linux") expect(small.memoryMb).toBeUndefined();
  expect(large.memoryMb).toBeGreaterThanOrEqual(wanted);
  expect(large.memoryMb).toBeLessThan(wanted + 200);
});

test("a parent is found again by its status file, in a folder with a blank too, and its end is seen", async () => {
  const status = newStatus();
  const family = start(["sh", "-c", "sleep 0.3; exit 3"], status);
  await until(async () => findParents().get(status) ?? undefined, "the parent to be found");
  expect(findParents().get(status)).toBe(family.group);
  expect(await adoptFamily(family.group, status, 20).ended).toEqual({ code: 3 });
  expect(findParents().has(status)).toBe(false);
});

test("a status that is missing, empty or cut short is not one", () => {
  const status = newStatus();
  expect(readStatus(status)).toBeUndefined();
  for (const [text, code] of [
    ["", undefined],
    ["13", undefined],
    ["x\n", undefined],
    ["0\n", 0],
    ["139\n", 139],
  ] as const) {
    writeFileSync(status, text);
    expect(readStatus(status)).toBe(code as never);
  }
});

test("the output of a jobscript is appended to what the file holds", async () => {
  const before = readFileSync(join(folder, "output"), "utf8");
  await start(["echo", "more"]).ended;
  expect(readFileSync(join(folder, "output"), "utf8")).toBe(`${before}more\n`);
});
