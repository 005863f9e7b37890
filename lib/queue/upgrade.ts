// Another major release of Postgres does not read the folder of the one before: the database is written down by the old programs, which
// are still in the data folder, read in by the new ones beside it, and put into its place when all is there.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type BackupPiece, readPlain } from "../local/backup-read";
import { end } from "../local/held";
import { backup } from "./backup";
import {
  createCluster,
  database,
  endLeftOver,
  type Home,
  move,
  port,
  socketFolderFor,
  startServer,
  user,
} from "./cluster";
import { Route } from "./connect";
import { serverAt } from "./place";
import { stagedPostgres } from "./postgres-files";
import { isEmpty, restore } from "./restore";

/** The new database while it is filled, and when it is whole. The old one stays what it is until then. */
const filling = "pg.upgrading";
const whole = "pg.upgraded";
const kept = "pg.old-";
/** Where the new one listens meanwhile. */
const secondSocket = "pg-socket-2";

/** Takes the last step of an upgrade whose process was ended right before it: the old database has been put aside, the new one is whole. */
export function finishSwap(data: string): void {
  if (!existsSync(join(data, "pg")) && existsSync(join(data, whole))) move(join(data, whole), join(data, "pg"));
}

/** Removes what an upgrade left that did not come so far; it begins anew. */
export async function clearUnfinished(home: Home): Promise<void> {
  for (const pg of [filling, whole].map((name) => join(home.data, name))) {
    if (!existsSync(pg)) continue;
    await endLeftOver({ ...home, pg });
    rmSync(pg, { recursive: true, force: true, maxRetries: 5 });
    rmSync(socketFolderFor(home.data, secondSocket), { recursive: true, force: true });
  }
}

/**
 * Brings the database in `home` to the major version of the programs in `staged`. The old one is kept beside it.
 * @throws Error in one line when it is a newer one's, or the programs of its own are not there
 */
export async function bringToVersion(home: Home, staged: string, tell: (news: string) => void): Promise<void> {
  for (const name of readdirSync(home.data).filter((name) => name.startsWith(kept)))
    tell(`${join(home.data, name)} is the database before it was upgraded: remove it when all is well`);
  const is = Number.parseInt(readFileSync(join(home.pg, "PG_VERSION"), "utf8"), 10);
  const wanted = Number.parseInt(basename(staged).replace("postgres-", ""), 10);
  if (is === wanted) return;
  if (is > wanted)
    throw new Error(
      `the database in ${home.pg} is one of Postgres ${is}, and this release of DrQueue brings ${wanted}: start a release with ${is}, or restore a backup into another --data`,
    );
  const old = stagedPostgres(home.data).find(({ major }) => major === is);
  if (!old)
    throw new Error(
      `the database in ${home.pg} is one of Postgres ${is}, whose programs are no longer in ${home.data}: start the release of DrQueue that it is from once more, which brings them, then this one`,
    );
  tell(`the database is upgraded from Postgres ${is} to ${wanted}, which may take a while; the old one is kept`);
  await refill({ ...home, bin: join(old.folder, "bin") }, home, tell);
  const aside = freeName(home.data, `${kept}${is}`);
  move(home.pg, aside);
  move(join(home.data, whole), home.pg);
  tell(`the database is upgraded; the old one is in ${aside}: remove it when all is well`);
}

/** Copies the database of an old server into a new one, beside it. */
async function refill(old: Home, home: Home, tell: (news: string) => void): Promise<void> {
  const fresh: Home = {
    ...home,
    pg: join(home.data, filling),
    socketFolder: socketFolderFor(home.data, secondSocket),
  };
  await createCluster(fresh);
  const from = await startServer(old);
  try {
    const into = await startServer(fresh);
    try {
      // A master that was ended in its first moments made no tables.
      if (!(await isEmpty(routeTo(old))))
        await restore(routeTo(fresh), told(readPlain(backup(routeTo(old))), tell), { past: false });
    } finally {
      await end(into);
      rmSync(fresh.socketFolder, { recursive: true, force: true });
    }
  } finally {
    await end(from);
  }
  move(fresh.pg, join(home.data, whole));
}

function routeTo({ socketFolder }: Home): Route {
  return new Route(serverAt({ socketFolder, port, database, user }));
}

async function* told(pieces: AsyncIterable<BackupPiece>, tell: (news: string) => void): AsyncGenerator<BackupPiece> {
  for await (const piece of pieces) {
    if (piece.kind === "tableEnd" && piece.rows > 0) tell(`${piece.rows} rows of ${piece.table} are copied`);
    yield piece;
  }
}

/** The name, or with a number behind it when there is such a folder already. */
function freeName(data: string, name: string): string {
  for (let number = 1; ; number++) {
    const path = join(data, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}
