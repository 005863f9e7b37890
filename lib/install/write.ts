// Puts the files of a service where the system finds them.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PlainError } from "../local/program";

/** A file of a service. `keep`: one that is there already is a person's, and stays as it is. */
export type ServiceFile = { path: string; text: string; mode: number; keep?: boolean };

/**
 * Writes the files below `root`. Returns the paths of those that were not there in this form already. Writes nothing and throws a
 * PlainError where one that is there says something else, unless `force`.
 */
export function writeFiles(files: readonly ServiceFile[], root: string, force: boolean): string[] {
  const due = files.filter(({ path, text, keep }) => {
    const place = join(root, path);
    if (!existsSync(place)) return true;
    if (keep || readFileSync(place, "utf8") === text) return false;
    if (force) return true;
    throw new PlainError(`${place} says something else: compare it with --print, and overwrite it with --force`);
  });
  for (const { path, text, mode } of due) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    // Secret from the first byte on, and whole or not at all.
    writeFileSync(`${place}.new`, text, { mode });
    chmodSync(`${place}.new`, mode);
    renameSync(`${place}.new`, place);
  }
  return due.map(({ path }) => join(root, path));
}

/** How this program is started as it runs now: as a binary of its own, or by Bun from a file of the checkout. */
export function ownProgram(main = Bun.main, executable = process.execPath): string[] {
  // The files of a compiled binary are in a place that only it sees.
  return /[/\\](\$bunfs|~BUN)[/\\]/.test(main) ? [executable] : [executable, main];
}

/** What systemd has to say against a unit file; undefined when nothing, or when it is not there to ask. */
export function verify(path: string): string | undefined {
  if (!Bun.which("systemd-analyze")) return undefined;
  const asked = Bun.spawnSync(["systemd-analyze", "verify", "--man=no", path], { timeout: 20_000 });
  const said = asked.stderr.toString().trim();
  return asked.exitCode === 0 && said === ""
    ? undefined
    : said || `systemd-analyze verify ended with ${asked.exitCode}`;
}

/** What keeps this user from running the program, with what to do; undefined when nothing does. For root to ask. */
export function whyNotRunnable(user: string, program: readonly string[]): string | undefined {
  const [uid, gid] = ["-u", "-g"].map((which) => Bun.spawnSync(["id", which, "--", user]).stdout.toString().trim());
  if (!uid || !gid)
    return `there is no user '${user}': make one (useradd --system --create-home ${user}), or name another with --user`;
  try {
    const as = { uid: Number(uid), gid: Number(gid), cwd: "/", env: {}, timeout: 20_000 };
    if (Bun.spawnSync([...program, "--version"], as).exitCode === 0) return undefined;
  } catch {
    // Not even found.
  }
  return `${user} may not run ${program.join(" ")}: put it where all may, as /usr/local/bin or /opt`;
}
