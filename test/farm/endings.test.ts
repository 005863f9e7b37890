// What the end of a task means, through a real farm.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import type { NewJob } from "../../lib/client";
import type { Frame } from "../../lib/protocol";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 4 });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

/** Submits a job of one frame and waits for its end. One retry, unless it says otherwise. */
async function rendered(command: string[], more: Partial<NewJob> = {}): Promise<Frame & { id: number }> {
  const id = await farm.submit({ command, retries: 1, ...more });
  await farm.ended(id);
  return { id, ...(await farm.frame(id, 1)) };
}
const sh = (script: string) => ["sh", "-c", script];
const askParent = "import os, signal, sys; os.kill(os.getppid(), signal.SIGINT); sys.exit(1)";

describe("a task is finished, and not tried again,", () => {
  test("by exit 0", async () => {
    expect(await rendered(["true"])).toMatchObject({ state: "finished", outcome: "finished", code: 0, attempt: 1 });
  });

  for (const code of [1, 3, 126, 127, 129, 131, 255]) {
    // 129 and 131 are those of signals: the original told them apart by the wait status, which a shell folds into the code.
    const strict = code === 129 || code === 131;
    test(`${strict ? "never " : ""}by exit ${code} where the original's exit codes were asked for`, async () => {
      const frame = await rendered(sh(`exit ${code}`), { exitCodes: "drqueue" });
      expect(frame).toMatchObject({ state: strict ? "failed" : "finished", code, attempt: strict ? 2 : 1 });
    });
  }
});

describe("a task asks to be requeued, until its retries are used up,", () => {
  const asking: [what: string, command: string[], code: number][] = [
    ["exit 130", sh("exit 130"), 130],
    ["exit 137", sh("exit 137"), 137],
    ["exit 143", sh("exit 143"), 143],
    ["INT to itself", sh("kill -INT $$"), 130],
    ["TERM to itself", sh("kill -TERM $$"), 143],
    ["KILL to itself", sh("kill -KILL $$"), 137],
    ["INT to its parent and exit 1", sh("kill -INT $PPID; exit 1"), 130],
    ["INT to its parent and exit 0", sh("kill -INT $PPID; exit 0"), 130],
    ["INT to its parent from Python, as the original's scripts do", ["python3", "-c", askParent], 130],
  ];
  for (const [what, command, code] of asking) {
    for (const exitCodes of ["strict", "drqueue"] as const) {
      test.skipIf(command[0] === "python3" && !Bun.which("python3"))(`by ${what} (${exitCodes})`, async () => {
        const frame = await rendered(command, { exitCodes });
        expect(frame).toMatchObject({ state: "failed", outcome: "requeued", code, attempt: 2 });
        expect(frame.message).toMatch(new RegExp(`^exit ${code}`));
      });
    }
  }

  test("and is finished when the next run is", async () => {
    const frame = await rendered(sh("test $DRQUEUE_ATTEMPT = 3 || kill -INT $PPID"), { retries: 3 });
    expect(frame).toMatchObject({ state: "finished", code: 0, attempt: 3 });
  });
});

describe("a task fails when its retries are used up,", () => {
  const failing: [what: string, script: string, code: number, message: string][] = [
    ["exit 1", "exit 1", 1, "exit 1"],
    ["exit 2", "exit 2", 2, "exit 2"],
    ["exit 255", "exit 255", 255, "exit 255"],
    ["a broken memory access", "kill -SEGV $$", 139, "exit 139 (signal SEGV)"],
    ["an abort", "kill -ABRT $$", 134, "exit 134 (signal ABRT)"],
  ];
  for (const [what, script, code, message] of failing) {
    test(`by ${what}, with a message`, async () => {
      expect(await rendered(sh(script))).toMatchObject({
        state: "failed",
        outcome: "failed",
        code,
        message,
        attempt: 2,
      });
    });
  }

  test("which are three unless the job says otherwise", async () => {
    const id = await farm.submit({ command: ["false"] });
    expect(await farm.ended(id)).toMatchObject({ state: "failed" });
    expect(await farm.frame(id, 1)).toMatchObject({ attempt: 4 });
    expect(await rendered(["false"], { retries: 0 })).toMatchObject({ state: "failed", attempt: 1 });
  });

  test("by a signal also where the original's exit codes were asked for", async () => {
    const frame = await rendered(sh("kill -SEGV $$"), { exitCodes: "drqueue" });
    expect(frame).toMatchObject({ state: "failed", code: 139, attempt: 2 });
  });
});

describe("a jobscript that cannot run says why in the frame and in its log:", () => {
  const missing = (name: string) => `${farm.folder}/${name}`;
  const cases: [what: string, command: () => string[], more: Partial<NewJob>, words: RegExp][] = [
    ["one that is missing", () => [missing("none")], {}, /the jobscript .*none does not exist on this slave/],
    [
      "one that may not be executed",
      () => {
        writeFileSync(missing("plain"), "exit 0\n", { mode: 0o644 });
        return [missing("plain")];
      },
      {},
      /the jobscript .*plain may not be executed: chmod \+x it/,
    ],
    ["a folder", () => [farm.folder], {}, /is a folder, not a jobscript/],
    [
      "a working folder that is missing",
      () => ["true"],
      { folder: "/no/such/folder" },
      /the working folder \/no\/such/,
    ],
    [
      "an interpreter that is missing",
      () => [farm.script("odd", "#!/no/such/interpreter\n")],
      {},
      /odd could not be run \(exit 127\): it, its interpreter, or a program it calls is missing/,
    ],
    ["a program that is not in PATH", () => ["no-such-program"], {}, /there is no program no-such-program/],
  ];
  for (const [what, command, more, words] of cases) {
    test(what, async () => {
      const frame = await rendered(command(), more);
      expect(frame).toMatchObject({ state: "failed", outcome: "failed", attempt: 2 });
      expect(frame.message).toMatch(words);
      expect(await farm.log(frame.id, 1)).toMatch(words);
      expect((await farm.cli("frames", `${frame.id}`)).out).toMatch(words);
    });
  }

  test("one whose name is longer than any message, and the farm goes on", async () => {
    const frame = await rendered([`/${"no/such/".repeat(500)}`], { retries: 0 });
    expect(frame).toMatchObject({ state: "failed", message: expect.stringContaining("does not exist") as string });
    expect(await rendered(["true"])).toMatchObject({ state: "finished" });
  });
});

test("a log has a header and a footer that tell the run", async () => {
  const frame = await rendered(sh("echo out; echo err >&2; exit 4"), { retries: 0, name: "shot 7" });
  const log = await farm.log(frame.id, 1);
  expect(log).toMatch(
    new RegExp(
      [
        `^# job ${frame.id} shot 7, frames 1, attempt 1`,
        "# started \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z on s1",
        '# command \\["sh","-c","echo out; echo err >&2; exit 4"\\]',
        "out",
        "err",
        "# ended \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z, exit 4 after \\d+\\.\\d\\d s\n$",
      ].join("\n"),
    ),
  );
});
