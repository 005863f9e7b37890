// A database that was set back, as by a restored backup: it hands out attempts that its slaves have done already.
import { expect, test } from "bun:test";
import postgres from "postgres";
import { startFarm } from "../farm";
import { isOnline } from "./own-slave";

test("tasks that a restored database hands out again are done again, not waited for for ever", async () => {
  await using farm = await startFarm();
  const id = await farm.submit({ frames: "1-4", command: ["true"] });
  await farm.ended(id);
  const port = farm.masters[0]!.port;
  await farm.masters[0]!.end("SIGTERM");
  const sql = postgres(farm.env.DATABASE_URL!, { max: 1, onnotice: () => {} });
  await sql`update job set waiting = finished, finished = '{}', ended_at = null where id = ${id}`;
  await sql`delete from run where job = ${id}`;
  await sql.end();
  await farm.startMaster({ port });
  await isOnline(farm, "s1");
  expect(await farm.ended(id)).toMatchObject({ state: "finished", frameCounts: { finished: 4 } });
  const runs = await farm.client.runs(id, 1);
  expect(runs.map(({ outcome }) => outcome)).toEqual(["returned", "finished"]);
});
