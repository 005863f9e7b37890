// What is done at a master's data folder while no master runs there: a backup of its farm, and the return of one.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readLock } from "../local/lock";
import type { Restored } from "../queue/restore";

/** A backup of the farm whose database this is, packed; undefined when a master runs here, which is to be asked, or no database is known here. */
export async function backupHere(data: string): Promise<ReadableStream<Uint8Array> | undefined> {
  if (readLock(join(data, "master.lock"))) return undefined;
  if (!process.env.DATABASE_URL && !existsSync(join(data, "pg", "PG_VERSION"))) return undefined;
  // Loaded only now: commands start in half the time without a master's libraries.
  return (await import("./own-farm")).backupOwn(data, process.env.DATABASE_URL);
}

/** Brings a farm back from a packed backup, into the database of DATABASE_URL, else one of the data folder's own. */
export async function restoreHere(data: string, packed: ReadableStream<Uint8Array>): Promise<Restored> {
  return (await import("./own-farm")).restoreOwn(data, process.env.DATABASE_URL, packed);
}
