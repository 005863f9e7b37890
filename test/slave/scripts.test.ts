// The jobscripts that kinds wrote: the shared one where the slave sees it, else a copy of its own; and scripts that may not be executed.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobOrder } from "../../lib/sync";
import { Bench, jobOrder, ordered } from "./orders";

const shared = (bench: Bench) => join(bench.folder, "shared", "000007.sh");
let bench: Bench;
beforeEach(() => {
  bench = new Bench(2, { paths: () => [{ farm: "/far/show", here: bench.folder }] });
  mkdirSync(join(bench.folder, "shared"));
});
afterEach(() => bench[Symbol.asyncDispose]());

const scripted = (sh: string, path: string | null, given: Partial<JobOrder> = {}) =>
  jobOrder([], { script: { path, sh, cmd: "exit 99" }, ...given });
const copies = () => (existsSync(join(bench.folder, "scripts")) ? readdirSync(join(bench.folder, "scripts")) : []);
const logOf = (task = 0) =>
  readFileSync(join(bench.logs, "000007.shot_1", `${`${task + 1}`.padStart(4, "0")}.1.log`), "utf8");

describe("the jobscript of a kind", () => {
  test("is run from where the slave sees it, as people have edited it, also without the right to execute it", async () => {
    writeFileSync(shared(bench), "echo edited; exit 5\n", { mode: 0o644 });
    bench.work.take(ordered(), scripted("echo as written", shared(bench)));
    expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 5 }]);
    expect(logOf()).toContain(`# command ["/bin/sh","${shared(bench)}"]\nedited\n`);
    expect(copies()).toEqual([]);
  });

  test("is found under the name that its folder has here", async () => {
    writeFileSync(shared(bench), "exit 6\n");
    bench.work.take(ordered(), scripted("exit 1", "/far/show/shared/000007.sh"));
    expect(await bench.ended(1)).toMatchObject([{ code: 6 }]);
  });

  test("is copied once where the slave does not see it, only for its own user, and the log names the copy", async () => {
    for (const [task, path] of ["/no/such/script.sh", null, bench.folder].entries())
      bench.work.take(ordered(task), scripted('echo "frame $DRQUEUE_FRAME"; exit 7', path));
    expect((await bench.ended(3)).map(({ code }) => code)).toEqual([7, 7, 7]);
    expect(copies()).toHaveLength(1);
    const copy = join(bench.folder, "scripts", copies()[0]!);
    expect(copy).toMatch(/\/7\.[0-9a-f]{12}\.sh$/);
    expect(statSync(copy).mode & 0o777).toBe(0o700);
    expect(logOf(1)).toContain(`# command ["/bin/sh","${copy}"]\nframe 2\n`);
  });

  test("is copied anew when it was changed, damaged, or removed", async () => {
    bench.work.take(ordered(0), scripted("exit 7", null));
    await bench.ended(1);
    writeFileSync(join(bench.folder, "scripts", copies()[0]!), "");
    bench.work.take(ordered(1), scripted("exit 7", null));
    bench.work.take(ordered(2), scripted("exit 8", null));
    expect((await bench.ended(3)).map(({ code }) => code)).toEqual([7, 7, 8]);
    bench.work.forgetJob(7);
    expect(copies()).toEqual([]);
    bench.work.take(ordered(3), scripted("exit 7", null));
    expect((await bench.ended(4))[3]).toMatchObject({ code: 7 });
  });

  test("goes when its job is forgotten, and with it no other's", async () => {
    bench.work.take(ordered(0), scripted("exit 7", null));
    bench.work.take({ ...ordered(1), job: 77 }, scripted("exit 7", null, { id: 77 }));
    await bench.ended(2);
    bench.work.forgetJob(7);
    expect(copies()).toEqual([expect.stringMatching(/^77\./) as string]);
    bench.work.forgetJob(5);
    expect(copies()).toHaveLength(1);
  });

  test("that cannot run its program says which that was", async () => {
    bench.work.take(ordered(), scripted("exit 127", null, { fieldVariables: { DRQUEUE_PROGRAM: "blender" } }));
    expect((await bench.ended(1))[0]!.message).toStartWith("blender could not be run (exit 127)");
  });
});

test("folders have the names they have here: in command, working folder, variables and fields", async () => {
  mkdirSync(join(bench.folder, "in"));
  const show = 'pwd; echo "$1" "$SCENE" "$DRQUEUE_SCENE"';
  const job = jobOrder(["sh", "-c", show, "sh", "--out=/far/show/out"], {
    env: { SCENE: "/far/show/a" },
    fieldVariables: { DRQUEUE_SCENE: "/far/show/b" },
    folder: "/far/show/in",
  });
  bench.work.take(ordered(), job);
  await bench.ended(1);
  const here = bench.folder;
  expect(logOf()).toContain(`${here}/in\n--out=${here}/out ${here}/a ${here}/b\n`);
});

describe("a jobscript that may not be executed", () => {
  const script = (text: string) => {
    const file = join(bench.folder, "script");
    writeFileSync(file, text);
    chmodSync(file, 0o644);
    return file;
  };
  const ran = async (text: string, ...words: string[]) => {
    bench.work.take(ordered(), jobOrder([script(text), ...words]));
    return (await bench.ended(1))[0]!;
  };

  test("is run by the interpreter of its first line, with what stands behind as one argument", async () => {
    expect(await ran('#! /bin/sh -eu  \necho "$1"; false; exit 9\n', "a b")).toMatchObject({ code: 1 });
    expect(logOf()).toContain("\na b\n");
  });

  test("is found by env as the original's are", async () => {
    expect(await ran("#!/usr/bin/env sh\nexit 9\n")).toMatchObject({ reason: "exit", code: 9 });
  });

  test("and whose interpreter is missing says which, and of which script", async () => {
    const ended = await ran("#!/no/such/python -u\n");
    expect(ended).toMatchObject({
      reason: "unstarted",
      message: `the interpreter /no/such/python of the jobscript ${bench.folder}/script does not exist on this slave`,
    });
  });

  test("and whose lines end as on Windows says so", async () => {
    expect((await ran("#!/bin/sh\r\nexit 0\r\n")).message).toEndWith(": its lines end as on Windows");
  });

  for (const [what, text] of [
    ["without such a line", "echo hello\n"],
    ["that is empty", ""],
    ["that names none", "#!  \nexit 0\n"],
  ] as const) {
    test(`${what} is refused with what to do`, async () => {
      expect(await ran(text)).toMatchObject({
        reason: "unstarted",
        message: expect.stringMatching(/may not be executed: chmod \+x it/) as string,
      });
    });
  }
});
