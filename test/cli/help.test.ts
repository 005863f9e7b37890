import { expect, test } from "bun:test";
import { programOf, sourceOf } from "../program";

test("every command has a help with its usage, each option once, and examples that begin with its name", async () => {
  const root = await run("cli", "--help");
  const commands = [...root.out.matchAll(/^ {2}([a-z][a-z-]*) {2,}[A-Z]/gm)].map(([, name]) => name!);
  const own = commands.filter((name) => !["help", "completion"].includes(name));
  expect(own.length).toBe(37);
  const pages = await Promise.all(own.map((name) => run("cli", name, "--help")));
  for (const [at, { code, out, err }] of pages.entries()) {
    const name = own[at]!;
    expect({ name, code, err }).toEqual({ name, code: 0, err: "" });
    expect(out).toContain(`Usage: drqueue ${name}`);
    const [text, examples] = out.split("\nExamples:\n");
    expect({ name, examples }).toEqual({ name, examples: expect.stringContaining(`  drqueue ${name}`) });
    if (name !== "slave") expect(twice(text!.match(/^ {2}-[-\w, ]+/gm) ?? [])).toEqual([]);
    expect(twice(text!.match(/^[A-Z][^:\n]+\.$/gm) ?? [])).toEqual([]);
    for (const line of text!.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).not.toMatch(/ $/m);
    expect(out).not.toMatch(/^ *,/m);
    if (!["master", "slave", "install"].includes(name)) expect(out).toContain("--json");
  }
}, 30_000);

test("a help names the default of an option", async () => {
  expect((await run("cli", "submit", "--help")).out).toContain("Higher goes first. (default 500)");
});

test("help shows a path of Windows with its backslash", async () => {
  expect((await run("cli", "set", "--help")).out).toContain("/mnt/show=S:\\show;");
});

test("master and slave have their help as programs of their own", async () => {
  expect((await run("master", "--help")).out).toMatch(/^Start a master.*\nUsage: master \[options\]\n/);
  expect((await run("slave", "--help")).out).toMatch(/^Start a slave.*\nUsage: slave \[options\]\n/);
});

test("the version is printed alone", async () => {
  expect((await run("cli", "--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

async function run(
  program: "cli" | "master" | "slave",
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const ran = Bun.spawn([...(program === "cli" ? programOf : sourceOf)(program), ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(ran.stdout).text(),
    new Response(ran.stderr).text(),
    ran.exited,
  ]);
  return { code, out, err };
}

function twice(lines: readonly string[]): string[] {
  return lines.filter((line, at) => lines.indexOf(line) !== at);
}
