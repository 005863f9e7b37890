// Logs and scripts of deleted jobs in a master's own folders: they go, each master's from its own, and nothing else does.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Places, tidyOwn } from "../../lib/master/own-folders";
import { remove } from "../../lib/queue/remove";
import { stagedQueue, submitted } from "../queue/stage";

const queue = await stagedQueue();
let folder: string;
let places: Places;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-archive-"));
  places = { logs: join(folder, "logs"), scripts: join(folder, "scripts") };
  for (const one of ["logs", "scripts", "outside"]) mkdirSync(join(folder, one));
  writeFileSync(join(folder, "outside", "file"), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = () => tidyOwn(queue, places)();
const leave = (job: number, name: string) =>
  queue.sql`insert into leftover (slave, job, folder) values (0, ${job}, ${name})`;

/** Log folder and scripts of a job, as master and slaves make them. */
function files(name: string): void {
  mkdirSync(join(places.logs, name, "made by a jobscript"), { recursive: true });
  writeFileSync(join(places.logs, name, "0001.1.log"), "");
  symlinkSync(join(folder, "outside"), join(places.logs, name, "made by a jobscript", "link"));
  for (const ending of ["sh", "cmd"]) writeFileSync(join(places.scripts, `${name}.1f3a9c.${ending}`), "");
}

test("log folder and scripts of a deleted job go, those of others stay", async () => {
  const id = await submitted(queue, { name: "shot" });
  await submitted(queue, { name: "shot" });
  for (const name of ["000001.shot", "000002.shot", "000001.shot.b", "notes"]) files(name);
  await call();
  expect(readdirSync(places.logs)).toHaveLength(4);
  await remove(queue, id);
  await call();
  expect(readdirSync(places.logs).sort()).toEqual(["000001.shot.b", "000002.shot", "notes"]);
  expect(
    readdirSync(places.scripts)
      .filter((name) => name.startsWith("000001.shot."))
      .sort(),
  ).toEqual(["000001.shot.b.1f3a9c.cmd", "000001.shot.b.1f3a9c.sh"]);
  expect(existsSync(join(folder, "outside", "file"))).toBe(true);
});

test("links in the place of a log folder or a script are left alone with what they lead to", async () => {
  symlinkSync(join(folder, "outside"), join(places.logs, "000001.shot"));
  symlinkSync(join(folder, "outside", "file"), join(places.scripts, "000001.shot.1f3a9c.sh"));
  await leave(1, "000001.shot");
  await call();
  expect(existsSync(join(places.logs, "000001.shot", "file"))).toBe(true);
  expect(existsSync(join(places.scripts, "000001.shot.1f3a9c.sh"))).toBe(true);
});

test("a name that is no log folder's leads nowhere", async () => {
  const names = [
    "../outside",
    "000002.../outside",
    ".",
    "",
    "000003/../../outside",
    "000009.of another job",
    "outside",
  ];
  for (const [at, name] of names.entries()) await leave(at + 1, name);
  mkdirSync(join(places.logs, "outside"));
  await call();
  expect(existsSync(join(folder, "outside", "file"))).toBe(true);
  expect(readdirSync(places.logs)).toEqual(["outside"]);
});

test("folders that are links themselves are used, as a studio's storage may be, and missing ones are no trouble", async () => {
  symlinkSync(places.logs, join(folder, "storage"));
  files("000001.shot");
  await leave(1, "000001.shot");
  places = { logs: join(folder, "storage"), scripts: join(folder, "missing") };
  await call();
  expect(readdirSync(join(folder, "logs"))).toEqual([]);
  places.logs = join(folder, "missing");
  await call();
});

test("what cannot be removed is tried again, and keeps nothing else from going", async () => {
  files("000001.shot");
  for (const job of [1, 2]) await leave(job, `00000${job}.shot`);
  const real = places.logs;
  // No folder below it: as storage that is in trouble.
  places.logs = join(folder, "outside", "file");
  const step = tidyOwn(queue, places);
  await step();
  expect(readdirSync(real)).toEqual(["000001.shot"]);
  places.logs = real;
  await step();
  expect(readdirSync(real)).toEqual([]);
});

test("each of two masters removes what is in its own folders", async () => {
  const other = { logs: join(folder, "logs2"), scripts: join(folder, "scripts2") };
  files("000001.shot");
  mkdirSync(join(other.logs, "000001.shot"), { recursive: true });
  await leave(1, "000001.shot");
  await call();
  await tidyOwn(queue, other)();
  expect([readdirSync(places.logs), readdirSync(other.logs)]).toEqual([[], []]);
});

test("of many deleted jobs all are looked at, step by step, and each once", async () => {
  await queue.sql`insert into leftover (slave, job, folder) select 0, n, n::text from generate_series(1, 1200) as n`;
  await queue.sql`update leftover set folder = lpad(job::text, 6, '0') || '.shot'`;
  for (const job of ["000001", "000600", "001200"]) files(`${job}.shot`);
  const step = tidyOwn(queue, places);
  const here = () => readdirSync(places.logs).length;
  const left = [here()];
  for (let steps = 0; steps < 3; steps++) {
    await step();
    left.push(here());
  }
  expect(left).toEqual([3, 2, 1, 0]);
  // Of what is known to be gone nothing is looked for again.
  files("000600.shot");
  for (let steps = 0; steps < 3; steps++) await step();
  expect(here()).toBe(1);
});
