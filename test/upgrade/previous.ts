// The release before this one, as the project's own history has it: programs to run beside those of this one.
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const project = resolve(import.meta.dir, "../..");

/** The release before: its version, and the folder that its files were laid out in. */
export type Previous = { version: string; folder: string; remove(): void };

/** What the runner laid out for all tests. */
const shared = process.env.DRQUEUE_TEST_PREVIOUS;

/** Lays out the release before in a folder of its own; undefined, with a word on why, where the history does not reach back to it. */
export function previousRelease(): Previous | undefined {
  if (shared) return { version: versionOf(shared), folder: shared, remove: () => {} };
  const commit = lastCommitBefore(minorOf(versionIn(readFileSync(join(project, "package.json"), "utf8"))));
  if (typeof commit !== "string") {
    console.log(`the release before is not in this history (${commit.why}): what is tried with it is skipped`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "drqueue-previous-"));
  const laid = Bun.spawnSync(["sh", "-c", 'git archive "$1" | tar -x -C "$2"', "sh", commit, folder], { cwd: project });
  if (!laid.success) throw new Error(`cannot lay out ${commit}: ${laid.stderr}`);
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  return {
    version: versionOf(folder),
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The last commit whose version has another minor number than this: the parent of the one that raised it. */
function lastCommitBefore(minor: string): string | { why: string } {
  const log = git("log", "--format=%H", "--", "package.json");
  if (log === undefined) return { why: "it is no clone" };
  let raised: string | undefined;
  for (const commit of log.split("\n").filter(Boolean)) {
    const text = git("show", `${commit}:package.json`);
    if (text === undefined || minorOf(versionIn(text)) !== minor) break;
    raised = commit;
  }
  const parent = git("rev-parse", "--verify", "--quiet", `${raised ?? "HEAD"}${raised ? "^" : ""}`);
  return parent ?? { why: "the clone is shallow" };
}

function git(...args: string[]): string | undefined {
  const ran = Bun.spawnSync(["git", ...args], { cwd: project });
  return ran.success ? ran.stdout.toString().trim() : undefined;
}

function versionIn(packageFile: string): string {
  return (JSON.parse(packageFile) as { version: string }).version;
}

function versionOf(folder: string): string {
  return versionIn(readFileSync(join(folder, "package.json"), "utf8"));
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
