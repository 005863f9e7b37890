import { existsSync, lstatSync, realpathSync, renameSync, rmSync, statSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createDataFolder } from "../local/folder";
import { end } from "../local/held";
import {
  createCluster,
  database,
  endLeftOver,
  type Home,
  lastWords,
  port,
  socketFolderFor,
  startServer,
  user,
} from "./cluster";
import { carriedPostgres, stagedPostgres, stagePostgres } from "./postgres-files";
import { refuseClosedPath, userToRunAs } from "./postgres-user";
import { bringToVersion, clearUnfinished, finishSwap } from "./upgrade";

/** A running Postgres of our own: `postgres({ host: socketFolder, port, username: user, database })` reaches it. */
export type Embedded = {
  socketFolder: string;
  /** Names the socket, nothing else. Pass it on, or a PGPORT in the environment is taken instead. */
  port: number;
  database: string;
  user: string;
  pid: number;
  /** Shuts it down, by force when it takes longer than 30 s. Connections still open are cut. May be called again. */
  stop(): Promise<void>;
};

const logLimit = 10 * 1024 * 1024;

/**
 * `onExit` is told, in one line, when Postgres ends without stop(), `tell` what takes long or is good to know. `programs`: a folder of
 * programs in the data folder, postgres-<version>, instead of those that this build carries.
 */
export type EmbeddedOptions = {
  data: string;
  onExit?: (why: string) => void;
  tell?: (news: string) => void;
  programs?: string;
};

/**
 * Starts the Postgres whose database lives in `<data>/pg`, creating both where they are missing, and bringing the database to the
 * version of this build. It listens on a unix socket only, and ends when this process ends, however that happens. Call it while
 * holding the data folder's lock.
 * @throws Error in one line when it does not accept connections within 60 s; no process is then left
 */
export async function startEmbedded({
  data: given,
  onExit,
  tell = () => {},
  programs,
}: EmbeddedOptions): Promise<Embedded> {
  // Where there is none, no other trouble is worth a word.
  if (!programs) carriedPostgres();
  createDataFolder(given);
  // The real path, so that a Postgres left over is known by its command line whatever path was given then and now.
  const data = realpathSync(given);
  const pg = join(data, "pg");
  finishSwap(data);
  const runAs = userToRunAs(pg);
  const socketFolder = socketFolderFor(data);
  if (runAs) await refuseClosedPath([data, dirname(socketFolder)], runAs);

  const staged = programs ?? (await stagePostgres(data));
  const home: Home = { data, pg, socketFolder, runAs, bin: join(staged, "bin"), log: freshLog(data) };
  await endLeftOver(home);
  await clearUnfinished(home);
  if (existsSync(join(pg, "PG_VERSION"))) await bringToVersion(home, staged, tell);
  else await createCluster(home);

  const server = await startServer(home);
  dropUnused(data, staged);

  let stopped: Promise<void> | undefined;
  server.exited.then(async (code) => {
    if (stopped) return;
    const why = await lastWords(home, server.logStart);
    onExit?.(`Postgres ended by itself (exit ${code}): ${why}`);
  });
  return {
    socketFolder,
    port,
    database,
    user,
    pid: server.pid,
    stop() {
      stopped ??= end(server);
      return stopped;
    },
  };
}

/** Removes the programs of other versions: the database is of this one now. */
function dropUnused(data: string, staged: string): void {
  for (const { folder } of stagedPostgres(data)) {
    if (basename(folder) === basename(staged)) continue;
    if (lstatSync(folder).isSymbolicLink()) unlinkSync(folder);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The log's path; one over 10 MB is put aside as pg.log.1, which the next one replaces. */
function freshLog(data: string): string {
  const log = join(data, "pg.log");
  if (existsSync(log) && statSync(log).size > logLimit) renameSync(log, `${log}.1`);
  return log;
}
