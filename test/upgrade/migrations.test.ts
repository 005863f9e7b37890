// Databases of earlier releases are brought up to date with all that they hold, and their farms go on.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { openQueue } from "../../lib/queue/open";
import type { RunKey } from "../../lib/wire";
import packageFile from "../../package.json";
import { type Farm, startFarm } from "../farm";
import { exited, SimulatedSlave, settings } from "../master/simulated";
import { newDatabase, testServer } from "../postgres";
import { fixtures, load } from "./fixture";

const kept = fixtures();

test("a database of the release before is kept", () => {
  const [major, minor] = packageFile.version.split(".").map(Number);
  expect(kept.map(({ release }) => release.split(".").slice(0, 2).join("."))).toContain(`${major}.${minor! - 1}`);
});

describe.each(kept)("a database of release $release", (fixture) => {
  test("has the same rows when it is brought up to date", async () => {
    const url = await newDatabase(await testServer());
    await load(fixture, url);
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    const columns = await sql`
      select table_name as table, string_agg(quote_ident(column_name), ', ') as columns
      from information_schema.columns where table_schema = 'public' group by 1`;
    const contents = () =>
      Promise.all(
        columns.map(({ table, columns }) => sql.unsafe(`select ${columns} from "${table}" order by 1::text, 2::text`)),
      );
    const before = await contents();
    await (await openQueue({ url })).close();
    const after = await contents();
    for (const [at, { table }] of columns.entries()) {
      expect([table, before[at]!.length > 0]).toEqual([table, true]);
      expect([table, ...after[at]!]).toEqual([table, ...before[at]!]);
    }
    await sql.end();
  });

  test("is a farm that shows all it has, and ends what was begun and what waits, each task once", async () => {
    await using farm = await startFarm({
      slaves: 0,
      prepare: async ({ env, token }) => {
        await load(fixture, env.DATABASE_URL!);
        await using sql = connect(env.DATABASE_URL!);
        await sql.all`update farm set token = ${token}`;
      },
    });
    await using sql = connect(farm.env.DATABASE_URL!);
    await lookAtAll(farm);

    const open = await sql.all<(RunKey & { key: string; wish: string | null })[]>`
      select run.job, task, attempt, key, wish from run join slave on slave.id = run.slave where ended_at is null`;
    expect(open.length).toBeGreaterThan(5);
    for (const [key, runs] of Map.groupBy(open, (run) => run.key)) {
      const slave = new SimulatedSlave(farm.client, "busy", { key });
      const { kill } = await slave.sync({ hello: true, alive: runs });
      expect(kill).toHaveLength(runs.filter(({ wish }) => wish !== null).length);
      await slave.sync({ ended: runs.map((run) => (run.wish ? { ...exited(run), reason: "killed" } : exited(run))) });
    }
    const jobs = await farm.client.jobs();
    for (const { id, taskCounts } of jobs) if (taskCounts.total > 1000) await farm.client.stop(id);
    for (const { id, state } of jobs) if (state === "stopped") await farm.client.continue(id);
    const waited = await sql.all<{ job: number; task: number }[]>`
      select id as job, generate_series(lower(piece), upper(piece) - 1) as task from job, unnest(waiting) as piece where tasks <= 1000`;
    const rendered = (await renderAll(farm)).map(({ job, task }) => `${job}.${task}`);
    expect(new Set(rendered).size).toBe(rendered.length);
    expect(waited.map(({ job, task }) => `${job}.${task}`)).toEqual(expect.arrayContaining(rendered));
    for (const { id } of jobs) {
      const { state, notBefore, restingTasks, taskCounts } = await farm.client.job(id);
      const mayWait = state === "stopped" || notBefore !== null || restingTasks > 0;
      expect([id, mayWait || ["finished", "failed"].includes(state)]).toEqual([id, true]);
      expect([id, taskCounts.running]).toEqual([id, 0]);
    }
    expect([...(await sql.all`select job, task, attempt from run where ended_at is null`)]).toEqual([]);
  });
});

function connect(url: string) {
  const all = postgres(url, { max: 1, onnotice: () => {} });
  return { all, [Symbol.asyncDispose]: () => all.end() };
}

/** Every list and every page of it answers. */
async function lookAtAll({ client }: Farm): Promise<void> {
  for (const { id } of await client.jobs()) {
    const { frames } = await client.frames(id, { limit: 20 });
    await Promise.all([client.job(id), client.why(id), client.exportJob(id), client.runs(id, frames[0]!.frame)]);
  }
  for (const { name } of await client.slaves()) await Promise.all([client.slave(name), client.whySlave(name)]);
  expect((await client.owners()).length).toBeGreaterThan(1);
  expect((await client.licences()).length).toBeGreaterThan(0);
  expect((await client.notices()).length).toBeGreaterThan(1);
  for await (const event of client.events({ after: "0-0" })) {
    expect(event.type).toBe("job.submitted");
    break;
  }
}

/** One slave that has everything renders all there is. Returns what it was given. */
async function renderAll({ client }: Farm): Promise<RunKey[]> {
  const pools = [...new Set((await client.jobs()).flatMap(({ pool }) => pool.split(",")))];
  const able = { settings: settings({ slots: 64, pools }), free: 64, memoryLeftMb: 100_000, gpus: 8, gpusLeft: 8 };
  const slave = new SimulatedSlave(client, "worker", able);
  const given: RunKey[] = [];
  let { start } = await slave.sync({ hello: true });
  while (start.length > 0) {
    given.push(...start);
    ({ start } = await slave.sync({ hello: true, ended: start.map((run) => exited(run)) }));
  }
  return given;
}
