import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What the place of the data folder depends on; a test passes its own. */
export type Surroundings = {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  /** Undefined on Windows, which has none. */
  uid: number | undefined;
  home: string;
};

/**
 * The folder in which this machine's master or slave keeps its own things, as an absolute path: what `--data` gave,
 * else DRQUEUE_DATA, else /var/lib/drqueue as root, else the user's own data folder. It need not exist yet.
 */
export function dataFolder(given?: string, around: Surroundings = here()): string {
  const { env, platform, uid, home } = around;
  const path = platform === "win32" ? win32 : posix;
  const named = given || env.DRQUEUE_DATA;
  if (named) return path.resolve(named);
  if (uid === 0) return "/var/lib/drqueue";
  if (platform === "win32") return path.join(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "drqueue");
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "drqueue");
  // The XDG specification says to pass over a path that is not absolute.
  const shared = env.XDG_DATA_HOME && path.isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : undefined;
  return path.join(shared ?? path.join(home, ".local", "share"), "drqueue");
}

/**
 * Creates the data folder where it is missing, whatever the umask for all to enter: as root, Postgres runs as another
 * user below it. What is secret in it must be 0600. A folder that exists is left as it is.
 */
export function createDataFolder(path: string): void {
  if (existsSync(path)) return;
  try {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`cannot create the data folder ${path} (${code}): choose another with --data or DRQUEUE_DATA`);
  }
}

/** Creates a folder that a flag names where it is missing. Throws an Error that names the flag. */
export function createFolder(path: string, flag: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new Error(
      `cannot create ${path} (${(error as NodeJS.ErrnoException).code}): choose another folder with ${flag}`,
    );
  }
}

function here(): Surroundings {
  return { env: process.env, platform: process.platform, uid: process.getuid?.(), home: homedir() };
}
