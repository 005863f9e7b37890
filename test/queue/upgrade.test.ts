import { afterAll, afterEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Embedded, startEmbedded } from "../../lib/queue/embedded";
import { latestEvent } from "../../lib/queue/events";
import { type OpenQueue, openQueue } from "../../lib/queue/open";
import { testServer } from "../postgres";
import { handOut, met, slave, submitted } from "./stage";

const folders: string[] = [];
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new data folder with the programs of this build. */
async function newData(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-upgrade-"));
  Bun.spawnSync(["chmod", "755", folder]);
  folders.push(folder);
  const data = join(folder, "data");
  mkdirSync(data);
  await addPrograms(data);
  return data;
}

/** Puts the programs of this build there, under their own name or as if they were of another version. */
async function addPrograms(data: string, version?: string): Promise<string> {
  const { staged } = await testServer();
  const folder = join(data, version ? `postgres-${version}` : basename(staged));
  symlinkSync(staged, folder);
  return folder;
}

async function start(data: string, programs?: string): Promise<{ pg: Embedded; queue: OpenQueue; told: string[] }> {
  const told: string[] = [];
  const pg = await startEmbedded({ data, tell: (news) => told.push(news), ...(programs && { programs }) });
  const queue = await openQueue(pg);
  running.push({
    async stop() {
      await queue.close();
      await pg.stop();
    },
  });
  return { pg, queue, told };
}

async function stopAll(): Promise<void> {
  for (const one of running.splice(0)) await one.stop();
}

const names = (data: string) =>
  readdirSync(data)
    .filter((name) => /^(pg|postgres)/.test(name) && !name.startsWith("pg.log"))
    .sort();

/** A folder whose database holds a job of which a task runs; returns what its next attempts and numbers are. */
async function filled(data: string): Promise<{ job: number; id: number; event: string }> {
  const { queue } = await start(data);
  await queue.sql`insert into farm (id, token) values (1, 'secret')`;
  const id = await met(queue, "s1");
  const job = await submitted(queue, { name: "kept", frames: "1-10" });
  await handOut(queue, slave(id));
  const event = await latestEvent(queue);
  await stopAll();
  return { job, id, event };
}

test("a database of an older Postgres is there again under the new one, with the same numbers, and the old one is kept", async () => {
  const data = await newData();
  const { job, id } = await filled(data);
  const next = await addPrograms(data, "99.1.0");
  const { queue, told } = await start(data, next);
  expect([...(await queue.sql`select name, state from job`)]).toEqual([{ name: "kept", state: "running" }]);
  // Nothing happened in between: an upgrade is no return to what was.
  expect(await handOut(queue, slave(id))).toMatchObject([{ job, task: 1, attempt: 1 }]);
  expect(await submitted(queue)).toBe(job + 1);
  expect(names(data)).toEqual(["pg", "pg-socket", expect.stringMatching(/^pg\.old-\d+$/), basename(next)]);
  expect(told.join("\n")).toMatch(
    /is upgraded from Postgres \d+ to 99[\s\S]*1 rows of job are copied[\s\S]*the old one is in .*pg\.old-/,
  );
});

test("an upgrade that was ended at whatever moment is made anew, or ended by the next start", async () => {
  const data = await newData();
  await filled(data);
  const next = await addPrograms(data, "99.1.0");
  // While the new database was filled.
  mkdirSync(join(data, "pg.upgrading"));
  writeFileSync(join(data, "pg.upgrading", "PG_VERSION"), "18\n");
  // When it was whole, but the old one not put aside: whoever used that one since then must not lose it.
  mkdirSync(join(data, "pg.upgraded"));
  const first = await start(data, next);
  expect([...(await first.queue.sql`select name from job`)]).toEqual([{ name: "kept" }]);
  await stopAll();
  const aside = names(data).find((name) => name.startsWith("pg.old-"))!;
  // When the old one was put aside, but the new one not in its place.
  renameSync(join(data, "pg"), join(data, "pg.upgraded"));
  await addPrograms(data);
  const second = await start(data);
  expect([...(await second.queue.sql`select name from job`)]).toEqual([{ name: "kept" }]);
  expect(second.told).toEqual([expect.stringContaining(join(data, aside))]);
});

test("a database in which no master has made tables yet is upgraded as well", async () => {
  const data = await newData();
  await (await startEmbedded({ data })).stop();
  const { queue } = await start(data, await addPrograms(data, "99.1.0"));
  expect([...(await queue.sql`select count(*)::int as jobs from job`)]).toEqual([{ jobs: 0 }]);
});

test("another version of the same major release just starts, and old programs go", async () => {
  const data = await newData();
  await filled(data);
  const { staged } = await testServer();
  const [major] = /\d+/.exec(basename(staged))!;
  const minor = await addPrograms(data, `${major}.99.0`);
  const { queue, told } = await start(data, minor);
  expect([...(await queue.sql`select name from job`)]).toEqual([{ name: "kept" }]);
  expect(names(data)).toEqual(["pg", "pg-socket", basename(minor)]);
  expect(told).toEqual([]);
  // Only the link went, not what it leads to.
  expect(existsSync(join(staged, "bin", "postgres"))).toBe(true);
});

test("without the old programs, and for a database of a newer Postgres, it says what to do and touches nothing", async () => {
  const data = await newData();
  await filled(data);
  rmSync(join(data, basename((await testServer()).staged)));
  const next = await addPrograms(data, "99.1.0");
  const before = names(data);
  await expect(startEmbedded({ data, programs: next })).rejects.toThrow(
    /one of Postgres \d+, whose programs are no longer in .*: start the release of DrQueue that it is from once more/,
  );
  const older = await addPrograms(data, "9.6.0");
  await expect(startEmbedded({ data, programs: older })).rejects.toThrow(
    /and this release of DrQueue brings 9: start a release with/,
  );
  expect(names(data)).toEqual([...before, basename(older)].sort());
});
