// `drqueue install` as a person calls it, below a folder that stands for another machine.
import { afterEach, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { whyNotRunnable } from "../../lib/install/write";
import { readCommand, readUnit } from "../install/units";

const cli = resolve(import.meta.dir, "../../cli.ts");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "drqueue-install-"));
  folders.push(made);
  return made;
}

function install(args: string[], env: Record<string, string> = {}) {
  const ran = Bun.spawnSync([process.execPath, cli, "install", ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

const unitOf = (root: string, name: string) => join(root, "etc/systemd/system", name);
const environment = (root: string) => join(root, "etc/drqueue/drqueue.env");

test("what it writes starts this very program with the flags given, and it says what to do next", () => {
  const root = folder();
  const { code, out, err } = install(["slave", "--for", "systemd", "--root", root, "--pool=maya", "--slots", "2"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.trim().split("\n").at(-1)).toEndWith("systemctl daemon-reload && systemctl enable --now drqueue-slave");
  const unit = Object.fromEntries(readUnit(readFileSync(unitOf(root, "drqueue-slave.service"), "utf8")).Service!);
  const command = readCommand(unit.ExecStart!);
  expect(command.slice(-4)).toEqual(["slave", "--pool=maya", "--slots", "2"]);
  if (process.platform === "linux") {
    const ran = Bun.spawnSync([...command.slice(0, -4), "--version"]);
    expect(ran.stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
  }
});

test("flags behind a -- are kept like those before it, its own are not", () => {
  const { out } = install(["slave", "--print", "--for=systemd", "--user", "render", "--", "--pool", "maya"]);
  const text = out.slice(out.indexOf("[Unit]"), out.indexOf("# /etc/drqueue"));
  const unit = Object.fromEntries(readUnit(text).Service!);
  expect(readCommand(unit.ExecStart!).slice(-3)).toEqual(["slave", "--pool", "maya"]);
  expect(unit.User).toBe("render");
});

test("secrets go into a file that only root reads, stay as a person left them, and are not printed", () => {
  const root = folder();
  const env = { DRQUEUE_TOKEN: "geheim", DRQUEUE_MASTER: "farm1" };
  const slave = ["slave", "--for=systemd"];
  const printed = install([...slave, "--print"], env).out;
  expect(install([...slave, "--print"], { DRQUEUE_TOKEN: "two\ngeheim" })).toMatchObject({ code: 2, out: "" });
  expect(printed).not.toContain("geheim");
  expect(printed).toContain('DRQUEUE_MASTER="farm1"');
  install([...slave, "--root", root], env);
  expect(statSync(environment(root)).mode & 0o777).toBe(0o600);
  expect(readFileSync(environment(root), "utf8")).toContain('DRQUEUE_TOKEN="geheim"\n');
  expect(readFileSync(unitOf(root, "drqueue-slave.service"), "utf8")).not.toContain("geheim");
  appendFileSync(environment(root), 'MINE="1"\n');
  expect(install(["master", "--for=systemd", "--root", root], { DATABASE_URL: "postgres://x/y" }).code).toBe(0);
  expect(readFileSync(environment(root), "utf8")).toEndWith('MINE="1"\n');
});

test("a file that says something else is not overwritten without --force, and nothing else is written then", () => {
  const root = folder();
  const slave = ["slave", "--for=systemd", "--root", root];
  install(slave);
  const unit = unitOf(root, "drqueue-slave.service");
  const before = readFileSync(unit, "utf8");
  expect(install(slave)).toMatchObject({ code: 0, err: "" });
  appendFileSync(unit, "Nice=5\n");
  rmSync(environment(root));
  const { code, err } = install(slave);
  expect([code, err]).toEqual([
    1,
    `drqueue: ${unit} says something else: compare it with --print, and overwrite it with --force\n`,
  ]);
  expect(readFileSync(unit, "utf8")).toEndWith("Nice=5\n");
  expect(existsSync(environment(root))).toBe(false);
  expect(install([...slave, "--force"]).code).toBe(0);
  expect(readFileSync(unit, "utf8")).toBe(before);
});

test("what the program would refuse at its start is refused at once", () => {
  for (const [flag, why] of [
    ["--slot=3", "'--slot=3' is not an option here: did you mean --slots?"],
    ["--slots=many", "--slots"],
    ["--data=here", "--data 'here': a service starts in another folder"],
    ["--user=a b", "--user 'a b' cannot be the name of a user"],
  ] as const) {
    const { code, out, err } = install(["slave", "--for=systemd", "--print", flag]);
    expect({ flag, code, out, lines: err.trim().split("\n").length }).toEqual({ flag, code: 2, out: "", lines: 1 });
    expect(err).toContain(why);
  }
});

test("for Windows and macOS it prints, on any machine, what they need", () => {
  const windows = install(["slave", "--for", "windows", "--master", "farm1"]);
  expect(windows).toMatchObject({ code: 0, err: "" });
  expect(windows.out).toContain("Register-ScheduledTask");
  expect(windows.out).toContain("--master farm1'");
  expect(install(["master", "--for=launchd", "--print"]).out).toContain("<key>ProgramArguments</key>");
});

test.skipIf(process.getuid?.() !== 0)("root hears that the user is not there, or may not run the program", () => {
  const root = folder();
  const copy = join(root, "true");
  Bun.spawnSync(["cp", "/bin/true", copy]);
  expect(whyNotRunnable("nobody", ["/bin/true"])).toBeUndefined();
  expect(whyNotRunnable("nobody", [copy])).toContain("nobody may not run");
  expect(whyNotRunnable("no-such-user", [copy])).toContain("there is no user 'no-such-user'");
});
