// The farm of a data folder without a master: its database is started for as long as it takes.
import { join } from "node:path";
import { flow, pack } from "../local/backup-file";
import { type BackupPiece, readBackup } from "../local/backup-read";
import { createDataFolder } from "../local/folder";
import { LockHeldError, takeLock } from "../local/lock";
import { PlainError } from "../local/program";
import { keepToken } from "../local/token";
import { backup } from "../queue/backup";
import { Route } from "../queue/connect";
import { startEmbedded } from "../queue/embedded";
import { described, serverAt } from "../queue/place";
import { type Restored, restore } from "../queue/restore";
import { makeRoom } from "../queue/restore-room";
import { keepFormat } from "./format";
import { isAway } from "./translate";

/** A packed backup of the database at `url`, else of the folder's own, whose Postgres runs until it is read or given up. */
export function backupOwn(data: string, url: string | undefined): ReadableStream<Uint8Array> {
  return flow(
    (async function* () {
      await using farm = await openOwn(data, url);
      try {
        yield* pack(backup(farm.route));
      } catch (error) {
        throw farm.explained(error as Error);
      }
    })(),
  );
}

/** Brings a farm back, and its token into the data folder. The backup is looked at before anything is done. */
export async function restoreOwn(
  data: string,
  url: string | undefined,
  packed: ReadableStream<Uint8Array>,
): Promise<Restored> {
  const pieces = readBackup(packed);
  const first = await pieces.next();
  createDataFolder(data);
  await using farm = await openOwn(data, url);
  try {
    await farm.makeRoom();
    const restored = await restore(farm.route, behind(first, pieces), { past: true });
    if (restored.token) keepToken(data, restored.token);
    return restored;
  } catch (error) {
    throw farm.explained(error as Error);
  }
}

/** A database to be backed up or filled. */
type Own = { route: Route; makeRoom(): Promise<void>; explained(error: Error): Error } & AsyncDisposable;

async function openOwn(data: string, url: string | undefined): Promise<Own> {
  return url ? openServer(url) : openEmbedded(data);
}

function openServer(url: string): Own {
  const server = serverOf(url);
  const away = `the database at ${described(server)} does not answer: start it, or correct DATABASE_URL`;
  return {
    route: new Route(server),
    // What is in it may be anybody's.
    makeRoom: async () => {},
    explained: (error) => (isAway(error) ? new PlainError(away) : error),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The data folder's own, which no master can use meanwhile. */
async function openEmbedded(data: string): Promise<Own> {
  const lock = lockFolder(data);
  try {
    keepFormat(data);
    const server = await startEmbedded({ data, tell: (news) => process.stderr.write(`${news}\n`) });
    return {
      route: new Route(serverAt(server)),
      makeRoom: () => makeRoom(server, data),
      explained: (error) => error,
      async [Symbol.asyncDispose]() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function serverOf(url: string) {
  try {
    return serverAt({ url });
  } catch (error) {
    throw new PlainError((error as Error).message);
  }
}

function lockFolder(data: string) {
  try {
    return takeLock(join(data, "master.lock"));
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new PlainError(
      `a master (process ${error.holder.pid}) runs on ${data}: stop it first, or choose another --data`,
    );
  }
}

async function* behind(
  first: IteratorResult<BackupPiece, void>,
  rest: AsyncGenerator<BackupPiece>,
): AsyncGenerator<BackupPiece> {
  if (!first.done) yield first.value;
  yield* rest;
}
