// Brings the tables up to date, while other masters may be at work on them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import type postgres from "postgres";
import { protocolVersion } from "../sync";
import type { Route } from "./connect";
import { codeOf } from "./error-code";
import { migrationLock } from "./locks";

/**
 * How long a step waits for a table that others use, how long they then go on undisturbed, and for how long it is tried: who waits to
 * change a table keeps all from it who come later.
 */
export type Patience = { lockMs: number; restMs: number; allMs: number };
const usual: Patience = { lockMs: 2000, restMs: 2000, allMs: 300_000 };

/** Brings the tables up to date. Throws when the server cannot be reached or is too old, or when its tables are a newer release's. */
export async function bringUpToDate(route: Route, patience: Patience = usual): Promise<void> {
  const sql = route.open({
    max: 1,
    connection: { application_name: "drqueue migration", lock_timeout: patience.lockMs },
  });
  try {
    const [version] = await sql`select current_setting('server_version_num')::int as number`;
    if (version?.number < 140_000)
      throw new Error("Postgres is too old: version 14 or newer is needed (multirange types)");
    // migrate() takes no lock, and of three masters that start at once two would crash: they take turns.
    await persist(patience, () => sql`select pg_advisory_lock(${migrationLock})`);
    await refuseNewer(sql);
    await persist(patience, () => migrate(drizzle(sql), { migrationsFolder: migrationsFolder() }));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Takes a step again and again for which a lock was not to be had in time; all of it is undone by then. */
async function persist(patience: Patience, step: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + patience.allMs;
  for (;;) {
    try {
      await step();
      return;
    } catch (error) {
      if (!/^(55P03|40P01)$/.test(codeOf(error) ?? "")) throw error;
      if (performance.now() > until)
        throw new Error(
          "its tables are to be changed and are in use all the time: end long transactions on them, or stop the other masters",
        );
      await Bun.sleep(patience.restMs * (0.5 + Math.random()));
    }
  }
}

/** A newer release may have said that masters of this one would do harm. */
async function refuseNewer(sql: postgres.Sql): Promise<void> {
  const [there] = await sql`
    select 1 from information_schema.columns where table_schema = 'public' and table_name = 'farm' and column_name = 'oldest_protocol'`;
  if (!there) return;
  const [farm] = await sql`select oldest_protocol as oldest from farm where id = 1`;
  if (farm && farm.oldest > protocolVersion)
    throw new Error(
      `it is used by a newer DrQueue (protocol ${farm.oldest}, this one speaks ${protocolVersion}): start the newer release`,
    );
}

/** In a compiled binary the migrations lie beside every module; see lib/build. */
export function migrationsFolder(): string {
  const embedded = join(import.meta.dir, "migrations");
  return existsSync(embedded) ? embedded : join(import.meta.dir, "../../migrations");
}
