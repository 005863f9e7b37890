// `bun test/upgrade/make-fixture.ts`: keeps a database of the release before as test/upgrade/<release>.sql. To be run once, by the first
// commit of a new release: from then on the release before is the one that was just left. What the new release can say of jobs, slaves
// and messages and the older could not belongs into fill-fixture.ts before that.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { startFarm } from "../farm";
import { stopTestServer } from "../postgres";
import { fill } from "./fill-fixture";
import { describe, lastLevel } from "./fixture";
import { previousRelease } from "./previous";

const previous = previousRelease();
if (!previous) process.exit(1);
try {
  await using farm = await startFarm({ slaves: 0, release: previous.folder, lease: "2s" });
  await fill(farm);
  // Slaves stay as they were, and so do the runs that they have.
  await farm.masters[0]!.end("SIGKILL");
  const url = farm.env.DATABASE_URL!;
  await forgetThisServer(url);
  const file = join(import.meta.dir, `${previous.version}.sql`);
  writeFileSync(file, await describe(url, previous.version, lastLevel(join(previous.folder, "migrations"))));
  console.log(`written: ${file}`);
} finally {
  previous.remove();
  await stopTestServer();
}

/** Numbers of transactions mean something on their own server only: small ones are older than any elsewhere. Nobody is to be told later. */
async function forgetThisServer(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.begin(async (tx) => {
    await tx`create temp table renamed on commit drop as
      select tx, 2 + dense_rank() over (order by tx) as number from (select distinct tx from event) as seen`;
    await tx`update farm set token = 'token of a fixture', notified_up_to = (
      select max(number) || '-' || split_part(notified_up_to, '-', 2) from renamed
      where tx <= split_part(notified_up_to, '-', 1)::xid8)`;
    await tx`update notice set "to" = 'http://127.0.0.1:1/hook' where "to" like 'http://127.0.0.1:%'`;
    await tx`update delivery set "to" = 'http://127.0.0.1:1/hook' where "to" like 'http://127.0.0.1:%'`;
    await tx`update event set tx = renamed.number::text::xid8 from renamed where renamed.tx = event.tx`;
  });
  await sql.end();
}
