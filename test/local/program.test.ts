import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { parse } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import { duration, size } from "../../lib/local/program";

const project = resolve(import.meta.dir, "../..");

describe("a duration", () => {
  const read = (text: string) => parse(option("--lease", duration()), ["--lease", text]);

  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
  ])("%s is %d ms", (text, ms) => {
    expect(read(text)).toEqual({ success: true, value: ms });
  });

  test.each(["5", "s", "-1s", "1 s", "1y", "1s2", ""])("'%s' is refused", (text) => {
    expect(read(text).success).toBe(false);
  });

  test("is written as it was given", () => {
    expect([1500, 30_000].map(duration().format)).toEqual(["1500ms", "30s"]);
  });
});

describe("a size", () => {
  const read = (text: string) => parse(option("--memory", size()), ["--memory", text]);

  test.each([
    ["500", 500],
    ["500M", 500],
    ["500mb", 500],
    ["4G", 4096],
    ["4GiB", 4096],
    ["1.5g", 1536],
    ["2T", 2 * 1024 * 1024],
    ["1k", 1],
    ["0", 0],
  ])("%s is %d MB", (text, megabytes) => {
    expect(read(text)).toEqual({ success: true, value: megabytes });
  });

  test.each(["", "G", "-1G", "4 G", "4X", "4GG", "lots", "1e3", "999999999", "96T"])("'%s' is refused", (text) => {
    expect(read(text).success).toBe(false);
  });

  test("is written as it was given", () => {
    expect([500, 4096, 0].map(size().format)).toEqual(["500M", "4G", "0M"]);
  });
});

describe("a program that ends with", () => {
  test.each([
    ["an exit code tells it", "return 3;", { code: 3, err: "" }],
    [
      "a mistake of the person tells it in a line",
      `throw new PlainError("no such thing", 2);`,
      { code: 2, err: "demo: no such thing\n" },
    ],
    ["an error of its own shows no stack", `throw new Error("broken");`, { code: 1, err: "demo: broken\n" }],
    [
      "an error that quotes escape codes is harmless",
      String.raw`throw new PlainError("a\x1b[2Jb\rc");`,
      { code: 1, err: "demo: a [2Jb c\n" },
    ],
  ])("%s", (_, step, wanted) => {
    expect(demo(step)).toEqual({ ...wanted, out: "" });
  });

  test("an error of its own shows its stack with DRQUEUE_DEBUG", () => {
    expect(demo(`throw new Error("broken");`, [], { DRQUEUE_DEBUG: "1" }).err).toMatch(
      /^demo: broken\nError: broken\n {4}at /,
    );
  });

  test("wrong flags names the one that was meant, and does not begin", () => {
    expect(demo(`console.log("begun"); return 0;`, ["--colour=red"])).toEqual({
      code: 2,
      out: "",
      err: "demo: '--colour=red' is not an option here: did you mean --color? (demo --help shows what there is)\n",
    });
  });

  test("--help and --version prints that and does not begin", () => {
    const begins = `console.log("begun"); return 0;`;
    expect(demo(begins, ["--help"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Shows\.\nUsage: demo \[options\]\n/),
    });
    expect(demo(begins, ["--help"]).out).not.toContain("begun");
    expect(demo(begins, ["--version"]).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

function demo(step: string, args: string[] = [], env: Record<string, string> = {}) {
  const text = `
    import { object } from "@optique/core/constructs";
    import { message as words } from "@optique/core/message";
    import { map, optional } from "@optique/core/modifiers";
    import { flag } from "@optique/core/primitives";
    import { PlainError, runProgram } from "${project}/lib/local/program";
    const flags = object({ color: optional(flag("--color")) });
    const step = async () => { ${step} };
    await runProgram("demo", map(flags, () => step), ${JSON.stringify(args)}, words\`Shows.\`);`;
  const { DRQUEUE_DEBUG: _, ...rest } = process.env as Record<string, string>;
  const ran = Bun.spawnSync([process.execPath, "-e", text], { cwd: project, env: { ...rest, ...env } });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}
