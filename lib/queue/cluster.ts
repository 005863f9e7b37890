// One Postgres on one folder: made by initdb, started, stopped, and what it says when it fails.
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { within } from "../local/deadline";
import { end, type Held, hold } from "../local/held";
import { commandOf, isAlive } from "../local/processes";
import type { User } from "./postgres-user";

export const user = "drqueue";
export const database = "drqueue";
/** Names the socket, nothing else. */
export const port = 5432;
const startDeadlineMs = 60_000;

/** One Postgres: its folders, its programs, its log, and the user it runs as when that is not our own. */
export type Home = {
  data: string;
  pg: string;
  socketFolder: string;
  bin: string;
  log: string;
  runAs: User | undefined;
};

/** What differs from Postgres's defaults, which are the durable ones: fsync and synchronous_commit stay on. */
function settings({ socketFolder }: Home): string[] {
  const changed = {
    listen_addresses: "",
    // A list: quoted, as a comma in the path would else part it.
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    port,
    max_connections: 40,
    // One every five minutes would fill the log.
    log_checkpoints: "off",
  };
  return Object.entries(changed).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** A unix socket's path may have 107 bytes on Linux and 103 on macOS: of a longer one, a hash stands in the temp folder. */
export function socketFolderFor(data: string, name = "pg-socket"): string {
  const near = join(data, name);
  if (Buffer.byteLength(join(near, `.s.PGSQL.${port}`)) <= 103) return near;
  const kind = name === "pg-socket" ? data : near;
  return join(realpathSync(tmpdir()), `drqueue-${createHash("sha256").update(kind).digest("hex").slice(0, 16)}`);
}

/** Whoever may enter this folder may do anything with the database: its mode is what guards it. */
function makeSocketFolder({ socketFolder, runAs }: Home): void {
  if (!existsSync(socketFolder)) {
    mkdirSync(socketFolder, { mode: 0o700 });
    if (runAs) chownSync(socketFolder, runAs.uid, runAs.gid);
  }
  // In the temp folder somebody else may have been there first.
  const found = lstatSync(socketFolder);
  if (!found.isDirectory() || found.uid !== (runAs?.uid ?? process.getuid?.())) {
    throw new Error(
      `${socketFolder} is not a folder of the user Postgres runs as: remove it, or choose another --data`,
    );
  }
  chmodSync(socketFolder, 0o700);
}

/** Has initdb write a new database cluster into `pg`: elsewhere first, as one killed half-way would leave half of it. */
export async function createCluster(home: Home): Promise<void> {
  const prefix = "pg.draft-";
  for (const name of readdirSync(home.data)) {
    if (name.startsWith(prefix)) rmSync(join(home.data, name), { recursive: true, force: true, maxRetries: 5 });
  }
  const draft = mkdtempSync(join(home.data, prefix));
  if (home.runAs) chownSync(draft, home.runAs.uid, home.runAs.gid);
  const kind = ["--username", user, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"];
  const initdb = await hold(home, [join(home.bin, "initdb"), "-D", draft, ...kind]);
  const code = await initdb.exited;
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
    const why = await lastWords(home, initdb.logStart);
    throw new Error(`initdb could not create ${home.pg} (exit ${code}): ${why}`);
  }
  move(draft, home.pg);
}

/** Renames a folder, for good: both names are in the same folder. */
export function move(from: string, to: string): void {
  renameSync(from, to);
  const folder = openSync(dirname(to), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** Stops a Postgres that still runs on this folder, or still shuts down, because its master was killed a moment ago. */
export async function endLeftOver(home: Home): Promise<void> {
  const found = readPostmaster(home.pg);
  // Postgres itself clears the file of one that has died.
  if (!found || !isAlive(found.pid)) return;
  const command = commandOf(found.pid);
  // What it is cannot be told, or it is some other Postgres: ours will say so itself if that is in its way after all.
  if (!command) return;
  if (!/postgres|postmaster/.test(command)) {
    // The pid now belongs to another program, maybe since a reboot. Postgres sees only that it is alive, and refuses.
    rmSync(join(home.pg, "postmaster.pid"), { force: true });
    rmSync(join(home.socketFolder, `.s.PGSQL.${port}.lock`), { force: true });
    return;
  }
  if (!`${command} `.includes(` -D ${home.pg} `)) return;
  for (const mode of ["fast", "immediate"]) {
    const stop = await hold(home, [join(home.bin, "pg_ctl"), "stop", "-D", home.pg, "-m", mode, "-w", "-t", "30"]);
    if ((await stop.exited) === 0 || !isAlive(found.pid)) return;
  }
  throw new Error(
    `Postgres ${found.pid} still runs on ${home.pg} and does not stop: end it by hand (kill ${found.pid})`,
  );
}

/** What a running Postgres says of itself in its lock file; undefined when there is none. */
function readPostmaster(pg: string): { pid: number; ready: boolean } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(pg, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === "ready" };
}

/** Starts the Postgres of a folder. Throws an Error in one line when it does not accept connections within 60 s; no process is then left. */
export async function startServer(home: Home): Promise<Held> {
  makeSocketFolder(home);
  const server = await hold(home, [join(home.bin, "postgres"), "-D", home.pg, ...settings(home)]);
  try {
    await untilReady(home, server);
    await createDatabase(home);
    return server;
  } catch (error) {
    await end(server);
    throw error;
  }
}

async function untilReady(home: Home, server: Held): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline) {
    const now = readPostmaster(home.pg);
    if (now?.pid === server.pid && now.ready) return;
    if (await within(5, server.exited)) {
      const code = await server.exited;
      const why = await lastWords(home, server.logStart);
      throw new Error(`Postgres did not start on ${home.pg} (exit ${code}): ${why}`);
    }
  }
  const why = await lastWords(home, server.logStart);
  throw new Error(`Postgres on ${home.pg} accepts no connections after ${startDeadlineMs / 1000} s: ${why}`);
}

/** Creates our database in a new cluster, once it is sure that what answers is the Postgres of this folder. */
async function createDatabase(home: Home): Promise<void> {
  const sql = postgres({
    host: home.socketFolder,
    port,
    username: user,
    database: "postgres",
    max: 1,
    // A studio's PGSSLMODE is about other servers.
    ssl: false,
    onnotice: () => {},
  });
  try {
    const [found] = await sql<{ folder: string; exists: boolean }[]>`
      SELECT current_setting('data_directory') AS folder,
             EXISTS (SELECT FROM pg_database WHERE datname = ${database}) AS exists`;
    if (!found || realpathSync(found.folder) !== home.pg) {
      throw new Error(
        `the Postgres at ${home.socketFolder} serves ${found?.folder}, not ${home.pg}: stop it, or choose another --data`,
      );
    }
    if (!found.exists) await sql`CREATE DATABASE ${sql(database)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What the log says since byte `start`, in one line: its errors where there are any, else its last lines. */
export async function lastWords(home: Home, start: number): Promise<string> {
  const log = Bun.file(home.log);
  const text = await log.slice(Math.max(start, log.size - 4096)).text();
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^[-\d]+ [:.\d]+ \S+ \[\d+\] /, "").trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) => /\b(FATAL|PANIC|ERROR|HINT|DETAIL|error):/.test(line));
  const told = (errors.length > 0 ? errors : lines).slice(-4).join("; ");
  return `${told || "it said nothing"} (see ${home.log})`;
}
