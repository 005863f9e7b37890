// Makes room for a farm that comes back into a database of our own.
import { PlainError } from "../local/program";
import { quoted } from "./backup-tables";
import { Route } from "./connect";
import { serverAt } from "./place";

/** A database of a Postgres that this program started. */
type Own = { socketFolder: string; port: number; database: string; user: string };

/** Empties a database, which may have been used but must hold no jobs. Throws a PlainError when it does. */
export async function makeRoom(own: Own, data: string): Promise<void> {
  const there = new Route(serverAt(own)).open({ max: 1 });
  try {
    const [found] = await there`select to_regclass('job') is not null as used`;
    const [jobs] = found!.used ? await there`select count(*)::int as count from job` : [];
    if (jobs?.count > 0)
      throw new PlainError(
        `the farm in ${data} has ${jobs!.count} jobs: restore into another --data, or move ${data}/pg away first`,
      );
    if (!found!.used) return;
  } finally {
    await there.end({ timeout: 5 });
  }
  const beside = new Route(serverAt({ ...own, database: "postgres" })).open({ max: 1 });
  try {
    await beside.unsafe(`drop database ${quoted(own.database)} with (force)`);
    await beside.unsafe(`create database ${quoted(own.database)}`);
  } finally {
    await beside.end({ timeout: 5 });
  }
}
