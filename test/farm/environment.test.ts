// What a jobscript is told, and what it is not told.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { NewJob } from "../../lib/client";
import { type Farm, startFarm } from "../farm";
import { endFarm, isOnline, ownSlave } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  const secrets = { DRQUEUE_TOKEN: farm.token, DATABASE_URL: "postgres://secret@db/drqueue" };
  const own = { DRQUEUE_FRAME: "slave's own", STUDIO: "here", TWICE: "slave" };
  ownSlave(farm, { name: "s9", slots: "4" }, { ...secrets, ...own });
  await isOnline(farm, "s9");
});
afterAll(() => endFarm(farm));

/** Renders a job whose tasks write down their variables; returns them by task. */
async function told(job: Partial<NewJob>): Promise<{ id: number; tasks: Record<string, string>[] }> {
  const folder = join(farm.folder, `told-${crypto.randomUUID()}`);
  const command = ["sh", "-c", 'mkdir -p "$1"; env -0 >"$1/$DRQUEUE_TASK"', "sh", folder];
  const id = await farm.submit({ command, ...job });
  expect((await farm.ended(id)).state).toBe("finished");
  const tasks = readdirSync(folder)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => {
      const pairs = readFileSync(join(folder, name), "utf8").split("\0").filter(Boolean);
      return Object.fromEntries(
        pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
      );
    });
  return { id, tasks };
}
const ours = (all: Record<string, string>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("DRQUEUE_")));

test("a jobscript gets every variable of the original and the new ones, and no other DRQUEUE_ variable", async () => {
  const { id, tasks } = await told({ name: "shot 7", owner: "ann", frames: "5", pad: 6 });
  const compId = (await farm.client.slave("s9")).id;
  const root = farm.dataOf("m1");
  expect(ours(tasks[0]!)).toEqual({
    DRQUEUE_FRAME: "5",
    DRQUEUE_PADFRAME: "000005",
    DRQUEUE_PADFRAMES: "000005",
    DRQUEUE_FRAMES: "5",
    DRQUEUE_RANGES: "5:5:1",
    DRQUEUE_PAD: "6",
    DRQUEUE_STARTFRAME: "5",
    DRQUEUE_ENDFRAME: "5",
    DRQUEUE_STEPFRAME: "1",
    DRQUEUE_BLOCKSIZE: "1",
    DRQUEUE_JOBID: `${id}`,
    DRQUEUE_JOBNAME: "shot 7",
    DRQUEUE_OWNER: "ann",
    DRQUEUE_POOL: "Default",
    DRQUEUE_TASK: "0",
    DRQUEUE_ATTEMPT: "1",
    DRQUEUE_COMPID: `${compId}`,
    DRQUEUE_OS: process.platform === "darwin" ? "OSX" : "LINUX",
    DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`,
    DRQUEUE_ROOT: root,
    DRQUEUE_BIN: dirname(process.execPath),
    DRQUEUE_ETC: `${root}/etc`,
    DRQUEUE_DB: `${root}/db`,
    DRQUEUE_TMP: tmpdir(),
    DRQUEUE_LOGS: `${farm.folder}/logs`,
    DRQUEUE_LOG: `${farm.folder}/logs/${String(id).padStart(6, "0")}.shot_7/000005.1.log`,
  });
});

describe("the frames of a task are told truly", () => {
  const pick = (tasks: Record<string, string>[], ...names: string[]) =>
    tasks.map((task) => names.map((name) => task[`DRQUEUE_${name}`]));

  test("with a step", async () => {
    const { tasks } = await told({ frames: "1-10x3" });
    expect(pick(tasks, "FRAME", "PADFRAMES", "STARTFRAME", "ENDFRAME", "STEPFRAME")).toEqual([
      ["1", "0001", "1", "10", "3"],
      ["4", "0004", "1", "10", "3"],
      ["7", "0007", "1", "10", "3"],
      ["10", "0010", "1", "10", "3"],
    ]);
  });

  test("in blocks with a step, and the last block is shorter", async () => {
    const { tasks } = await told({ frames: "1-20x4", block: 2 });
    expect(pick(tasks, "FRAME", "PADFRAME", "PADFRAMES", "FRAMES", "BLOCKSIZE")).toEqual([
      ["1", "0001", "0001 0005", "1,5", "2"],
      ["9", "0009", "0009 0013", "9,13", "2"],
      ["17", "0017", "0017", "17", "2"],
    ]);
  });

  test("below zero", async () => {
    const { tasks } = await told({ frames: "-2-1", block: 2, pad: 3 });
    expect(pick(tasks, "FRAME", "PADFRAME", "PADFRAMES", "FRAMES", "STARTFRAME", "ENDFRAME")).toEqual([
      ["-2", "-002", "-002 -001", "-2--1", "-2", "1"],
      ["0", "000", "000 001", "0-1", "-2", "1"],
    ]);
  });

  test("downwards, and from the end; the job ends with the last frame that it really has", async () => {
    const { tasks } = await told({ frames: "6-1x2", order: "reverse" });
    expect(pick(tasks, "FRAME", "TASK", "STARTFRAME", "ENDFRAME")).toEqual([
      ["2", "0", "6", "2"],
      ["4", "1", "6", "2"],
      ["6", "2", "6", "2"],
    ]);
  });

  test("the numbers are such that a script may calculate with them", async () => {
    const { tasks } = await told({ frames: "-3-9x5", block: 2 });
    const numbers = ["FRAME", "STARTFRAME", "ENDFRAME", "STEPFRAME", "BLOCKSIZE", "JOBID", "COMPID", "TASK", "ATTEMPT"];
    for (const value of pick(tasks, ...numbers).flat()) expect(value).toMatch(/^-?\d+$/);
  });
});

test("the variables are the job's own before the slave's, and DrQueue's before both", async () => {
  const odd = "a b 'c' \"d\" $HOME `id`\nline 2 \\ ö";
  const { tasks } = await told({ env: { TWICE: "job", ODD: odd, EMPTY: "", DRQUEUE_JOBID: "0" } });
  expect(tasks[0]).toMatchObject({ STUDIO: "here", TWICE: "job", ODD: odd, EMPTY: "", DRQUEUE_FRAME: "1" });
  expect(tasks[0]!.DRQUEUE_JOBID).not.toBe("0");
});

test("no jobscript sees the farm's token or the database", async () => {
  const { tasks } = await told({});
  const all = JSON.stringify(tasks);
  expect(all).not.toContain(farm.token);
  expect(all).not.toContain("postgres://");
  expect(Object.keys(tasks[0]!)).not.toContain("DRQUEUE_TOKEN");
  expect(Object.keys(tasks[0]!)).not.toContain("DATABASE_URL");
});

test("DRQUEUE_ATTEMPT grows with every run, and each writes a log of its own", async () => {
  const id = await farm.submit({ command: ["sh", "-c", "echo run $DRQUEUE_ATTEMPT; test $DRQUEUE_ATTEMPT = 3"] });
  await farm.ended(id);
  for (const attempt of [1, 2, 3]) expect(await farm.log(id, 1, attempt)).toContain(`\nrun ${attempt}\n`);
  expect(await farm.log(id, 1)).toContain("\nrun 3\n");
});

describe("arguments", () => {
  async function words(words: string[], job: Partial<NewJob> = {}): Promise<string[]> {
    const out = join(farm.folder, `words-${crypto.randomUUID()}`);
    const script = farm.script("words", `#!/bin/sh\nout=$1\nshift\nprintf '%s\\0' "$@" >"$out"\n`);
    const id = await farm.submit({ command: [script, out, ...words], ...job });
    expect((await farm.ended(id)).state).toBe("finished");
    return readFileSync(out, "utf8").split("\0").slice(0, -1);
  }

  test("reach the jobscript as they are: there is no shell in between", async () => {
    const given = [
      "a b",
      "'q\"",
      "$HOME",
      "$(id)",
      "`id`",
      "line\nbreak",
      "; false",
      "&",
      "| cat",
      "*",
      "~",
      "",
      "\\n",
      "-e",
    ];
    expect(await words(given)).toEqual(given);
  });

  test("have their tokens replaced, also within a word; other braces stay", async () => {
    const given = [
      "{frame}",
      "out.{padframe}.png",
      "{frames}",
      "{job}:{task}",
      "{other}",
      "{Frame}",
      "{{frame}}",
      "{frame",
    ];
    const [frame, out, frames, both, ...rest] = await words(given, { frames: "3-9x3", block: 3 });
    expect([frame, out, frames]).toEqual(["3", "out.0003.png", "3-9x3"]);
    expect(both).toMatch(/^\d+:0$/);
    expect(rest).toEqual(["{other}", "{Frame}", "{3}", "{frame"]);
  });

  test("keep a frame below zero in its token", async () => {
    expect(await words(["--frame={frame}", "{padframe}"], { frames: "-7" })).toEqual(["--frame=-7", "-0007"]);
  });
});
