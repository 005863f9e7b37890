// Runs under Node before `npm start`, `npm test` and the like: installs what package-lock.json names when it is missing or out of
// date, and makes sure that Bun is really there. Says nothing when there is nothing to do.
import { spawnSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const project = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const installed = join(project, "node_modules", ".package-lock.json");

function fail(message) {
  process.stderr.write(`drqueue: ${message}\n`);
  process.exit(1);
}

function run(program, args) {
  return spawnSync(program, args, { cwd: project, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
}

function upToDate() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(project, "package-lock.json")).mtimeMs;
}

function bunWorks() {
  const bun = join(project, "node_modules", ".bin", process.platform === "win32" ? "bun.cmd" : "bun");
  return spawnSync(bun, ["--version"], { stdio: "ignore", shell: process.platform === "win32" }).status === 0;
}

if (!upToDate()) {
  process.stderr.write("drqueue: installing its packages (once, less than a minute) ...\n");
  const npm = process.env.npm_execpath;
  if (!npm) fail("run this through npm: npm start");
  // Not `npm ci`: it refuses a lock file in which packages for other platforms are missing, as some registries lack them.
  const flags = ["--no-save", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = run(process.execPath, [npm, "install", ...flags]);
  if (done.status !== 0) fail(`npm install failed: ${(done.stderr ?? "").trim().split("\n").slice(0, 3).join("; ")}`);
  const now = new Date();
  utimesSync(installed, now, now);
}
// Some npm versions and settings install packages without running their install scripts: Bun is then only a stub.
if (!bunWorks()) run(process.execPath, [join(project, "node_modules", "bun", "install.js")]);
if (!bunWorks())
  fail(
    "Bun does not run here: remove node_modules and try again, or install Bun from https://bun.sh and run 'bun start.ts'",
  );
