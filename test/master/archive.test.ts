// What goes by itself: jobs past their time, and logs and scripts of deleted jobs, only in our own folders.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archive, type Places } from "../../lib/master/archive";
import { remove } from "../../lib/queue/remove";
import { clear, handOut, met, newQueue, slave, submitted } from "../queue/stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let folder: string;
let places: Places;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await clear(stage.queue);
  folder = mkdtempSync(join(tmpdir(), "drqueue-archive-"));
  places = { logs: join(folder, "logs"), scripts: join(folder, "scripts"), token: "secret" };
  for (const one of ["logs", "scripts", "outside"]) mkdirSync(join(folder, one));
  writeFileSync(join(folder, "outside", "file"), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = () => archive(stage.queue, places);
const left = () => stage.queue.sql`select slave, job, folder from leftover order by slave, job`;
const leave = (slave: number, job: number, name: string) =>
  stage.queue.sql`insert into leftover (slave, job, folder) values (${slave}, ${job}, ${name})`;

/** Log folder and scripts of a job, as master and slaves make them. */
function files(name: string): void {
  mkdirSync(join(places.logs, name, "made by a jobscript"), { recursive: true });
  writeFileSync(join(places.logs, name, "0001.1.log"), "");
  symlinkSync(join(folder, "outside"), join(places.logs, name, "made by a jobscript", "link"));
  for (const ending of ["sh", "cmd"]) writeFileSync(join(places.scripts, `${name}.1f3a9c.${ending}`), "");
}

test("log folder and scripts of a deleted job go, those of others stay", async () => {
  const id = await submitted(stage.queue, { name: "shot" });
  await submitted(stage.queue, { name: "shot" });
  for (const name of ["000001.shot", "000002.shot", "000001.shot.b", "notes"]) files(name);
  await call();
  expect(readdirSync(places.logs)).toHaveLength(4);
  await remove(stage.queue, id);
  await call();
  expect(readdirSync(places.logs).sort()).toEqual(["000001.shot.b", "000002.shot", "notes"]);
  expect(
    readdirSync(places.scripts)
      .filter((name) => name.startsWith("000001.shot."))
      .sort(),
  ).toEqual(["000001.shot.b.1f3a9c.cmd", "000001.shot.b.1f3a9c.sh"]);
  expect(existsSync(join(folder, "outside", "file"))).toBe(true);
  expect(await left()).toHaveLength(0);
});

test("links in the place of a log folder or a script are left alone with what they lead to", async () => {
  symlinkSync(join(folder, "outside"), join(places.logs, "000001.shot"));
  symlinkSync(join(folder, "outside", "file"), join(places.scripts, "000001.shot.1f3a9c.sh"));
  await leave(0, 1, "000001.shot");
  await call();
  expect(existsSync(join(places.logs, "000001.shot", "file"))).toBe(true);
  expect(existsSync(join(places.scripts, "000001.shot.1f3a9c.sh"))).toBe(true);
  expect(await left()).toHaveLength(0);
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
  for (const [at, name] of names.entries()) await leave(0, at + 1, name);
  mkdirSync(join(places.logs, "outside"));
  await call();
  expect(existsSync(join(folder, "outside", "file"))).toBe(true);
  expect(readdirSync(places.logs)).toEqual(["outside"]);
  expect(await left()).toHaveLength(0);
});

test("folders that are links themselves are used, as a studio's storage may be, and missing ones are no trouble", async () => {
  symlinkSync(places.logs, join(folder, "storage"));
  files("000001.shot");
  await leave(0, 1, "000001.shot");
  places = { ...places, logs: join(folder, "storage"), scripts: join(folder, "missing") };
  await call();
  expect(readdirSync(join(folder, "logs"))).toEqual([]);
  await leave(0, 2, "000002.shot");
  places.logs = join(folder, "missing");
  await call();
  expect(await left()).toHaveLength(0);
});

test("what cannot be removed is tried again, and keeps nothing else from going", async () => {
  files("000002.shot");
  await leave(0, 1, "000001.shot");
  await leave(0, 2, "000002.shot");
  // No folder below it: as storage that is in trouble.
  places = { ...places, logs: join(folder, "outside", "file") };
  await call();
  expect(await left()).toHaveLength(2);
  places = { ...places, logs: join(folder, "logs") };
  await call();
  expect(await left()).toHaveLength(0);
  expect(readdirSync(places.logs)).toEqual([]);
});

test("a slave is asked with the farm's token until it has removed what it wrote, one that does not answer keeps no other waiting", async () => {
  const { queue } = stage;
  const asked: string[] = [];
  let running = true;
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
      return running ? Response.json({ detail: "still runs" }, { status: 409 }) : Response.json({ removed: true });
    },
  });
  const [busy, dead, lost] = [await met(queue, "busy"), await met(queue, "dead"), await met(queue, "lost")];
  await queue.sql`update slave set port = ${server.port!} where id in ${queue.sql([busy, lost])}`;
  await queue.sql`update slave set port = 1 where id = ${dead}`;
  await queue.sql`update slave set state = 'lost' where id = ${lost}`;
  for (const id of [busy, dead, lost]) await leave(id, 7, "000007.shot");
  await call();
  expect(asked).toEqual(["DELETE /jobs/000007.shot Bearer secret"]);
  expect(await left()).toHaveLength(3);
  running = false;
  await call();
  expect(asked).toHaveLength(2);
  expect((await left()).map((row) => row.slave)).toEqual([dead, lost]);
});

test("a job past its time goes with its runs, and its logs on the slaves that had them", async () => {
  const { queue } = stage;
  const on = await met(queue, "s1");
  await queue.sql`update slave set port = 1`;
  const id = await submitted(queue, { name: "shot", deleteAfterMs: 0 });
  const kept = await submitted(queue, { name: "kept", deleteAfterMs: 3_600_000 });
  await handOut(queue, slave(on, 2));
  await queue.sql`update run set ended_at = now(), outcome = 'finished'`;
  await queue.sql`update job set running = '{}', finished = '{[0,1)}', ended_at = now()`;
  files("000001.shot");
  await call();
  expect((await queue.sql`select id from job`).map((row) => row.id)).toEqual([kept]);
  expect((await queue.sql`select distinct job from run`).map((row) => row.job)).toEqual([kept]);
  expect(await left()).toMatchObject([{ slave: on, job: id, folder: "000001.shot" }]);
  expect(readdirSync(places.logs)).toEqual([]);
});

test("a job that a person makes wait again while it is being deleted stays", async () => {
  const { queue } = stage;
  const id = await submitted(queue, { deleteAfterMs: 0 });
  await queue.sql`update job set waiting = '{}', finished = '{[0,1)}', ended_at = now()`;
  const held = Promise.withResolvers<void>();
  const person = queue.sql.begin(async (tx) => {
    await tx`update job set waiting = '{[0,1)}', finished = '{}', ended_at = null where id = ${id}`;
    await held.promise;
  });
  const deleting = call();
  await Bun.sleep(100);
  held.resolve();
  await Promise.all([person, deleting]);
  expect(await queue.sql`select id from job`).toHaveLength(1);
});
