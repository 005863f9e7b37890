import { afterAll, afterEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import postgres from "postgres";
import { commandOf, isAlive } from "../../lib/local/processes.ts";
import { type Embedded, startEmbedded } from "../../lib/queue/embedded.ts";
import { stagePostgres } from "../../lib/queue/postgres-files.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
const folders: string[] = [];
let staged: string | undefined;

/** A data folder of its own for a test. All but the first link to the programs that the first one staged. */
async function newData(name = "data"): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-embedded-"));
  chmodSync(folder, 0o755);
  folders.push(folder);
  const data = join(folder, name);
  mkdirSync(data);
  if (!staged) {
    mkdirSync(join(folder, "staged"));
    staged = await stagePostgres(join(folder, "staged"));
  }
  symlinkSync(staged, join(data, basename(staged)));
  return data;
}

/** What a test has started, to end it also when the test fails. */
const running: { stop(): Promise<unknown> }[] = [];

async function start(data: string, onExit?: (why: string) => void): Promise<Embedded> {
  const pg = await startEmbedded({ data, ...(onExit && { onExit }) });
  running.push(pg);
  return pg;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(pg: Embedded, step: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const { socketFolder: host, port, database, user: username } = pg;
  const sql = postgres({ host, port, database, username, max: 1, onnotice: () => {} });
  try {
    return await step(sql);
  } finally {
    await sql.end();
  }
}

const addFrame = (pg: Embedded, frame: number) =>
  ask(pg, async (sql) => {
    await sql`CREATE TABLE IF NOT EXISTS frame (number int)`;
    await sql`INSERT INTO frame VALUES (${frame})`;
  });
const frames = (pg: Embedded) =>
  ask(pg, async (sql) => (await sql`SELECT number FROM frame ORDER BY number`).map((row) => row.number));

/** Every process that runs in the data folder or names it in its command: the shell, the watcher, all of Postgres. */
function processesOf(data: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data)) return true;
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(data);
      } catch {
        return false;
      }
    });
}

async function until(what: () => boolean, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`not so after ${ms} ms: ${what}`);
    await Bun.sleep(5);
  }
}

/** Another program that holds the embedded Postgres, as a master does, and runs a jobscript beside it. */
async function startProgram(data: string, uid?: number) {
  const program = `
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dir, "../../lib/queue/embedded.ts"))};
    const { stop, ...pg } = await startEmbedded({ data: process.env.FOLDER });
    const script = Bun.spawn(["sleep", "20"], { detached: true, stdout: "ignore", stderr: "ignore" });
    process.on("SIGTERM", async () => { script.kill(); await stop(); process.exit(0); });
    console.log(JSON.stringify({ ...pg, script: script.pid }));
  `;
  const child = Bun.spawn([process.execPath, "-e", program], {
    ...(uid !== undefined && { uid, gid: uid }),
    cwd: "/",
    // So that nothing of this program names the data folder but what it starts.
    env: { PATH: process.env.PATH ?? "", FOLDER: data },
    stdout: "pipe",
    stderr: "inherit",
  });
  const line = await child.stdout.getReader().read();
  const said: Embedded & { script: number } = JSON.parse(new TextDecoder().decode(line.value) || "{}");
  const stop = async () => {
    child.kill("SIGTERM");
    return await child.exited;
  };
  running.push({ stop });
  const killHard = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return { pg: said, stop, killHard, endScript: () => process.kill(said.script) };
}

test("the data is still there after a restart, and is written durably", async () => {
  const data = await newData();
  mkdirSync(join(data, "pg.draft-of-a-killed-initdb"));
  const said: string[] = [];
  const first = await start(data, (why) => said.push(why));
  await addFrame(first, 1);
  const settings = await ask(
    first,
    (sql) => sql`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
      current_setting('listen_addresses') AS listens, current_setting('server_encoding') AS encoding`,
  );
  expect([...settings]).toEqual([{ fsync: "on", commits: "on", listens: "", encoding: "UTF8" }]);
  expect(statSync(join(data, "pg")).mode & 0o777).toBe(0o700);
  expect(statSync(first.socketFolder).mode & 0o777).toBe(0o700);
  expect(statSync(join(data, "pg.log")).mode & 0o777).toBe(0o600);
  expect(readdirSync(data).filter((name) => name.includes("draft"))).toEqual([]);

  await first.stop();
  await first.stop();
  expect(processesOf(data)).toEqual([]);
  await Bun.sleep(20);
  // An end that was asked for is no news.
  expect(said).toEqual([]);

  writeFileSync(join(data, "pg.log"), Buffer.alloc(11 * 1024 * 1024, "x"));
  const second = await start(data);
  expect(await frames(second)).toEqual([1]);
  // A log over 10 MB is put aside.
  expect(statSync(join(data, "pg.log")).size).toBeLessThan(100_000);
  expect(existsSync(join(data, "pg.log.1"))).toBe(true);
});

test("when the program is killed with -9 Postgres ends too, although its jobscripts live on, and the next start works", async () => {
  const data = await newData();
  const program = await startProgram(data);
  await addFrame(program.pg, 1);
  expect(processesOf(data).length).toBeGreaterThan(5);
  await program.killHard();
  await until(() => processesOf(data).length === 0);
  expect(isAlive(program.pg.script)).toBe(true);
  program.endScript();

  const again = await startProgram(data);
  await addFrame(again.pg, 2);
  await again.killHard();
  again.endScript();
  // At once: the other one may still be shutting down.
  expect(await frames(await start(data))).toEqual([1, 2]);
});

test("a Postgres that was left over is replaced", async () => {
  const data = await newData();
  const program = await startProgram(data);
  await addFrame(program.pg, 1);
  // Without shell and watcher nobody ends it when the program is killed.
  for (const pid of processesOf(data)) {
    // Some of them end by themselves meanwhile.
    if (commandOf(pid)?.startsWith("/bin/sh") && isAlive(pid)) process.kill(pid, "SIGKILL");
  }
  await program.killHard();
  program.endScript();
  expect(isAlive(program.pg.pid)).toBe(true);

  const next = await start(data);
  expect(next.pid).not.toBe(program.pg.pid);
  expect(isAlive(program.pg.pid)).toBe(false);
  expect(await frames(next)).toEqual([1]);
});

test("a lock file of Postgres whose pid now belongs to another program is no obstacle", async () => {
  const data = await newData();
  await (await start(data)).stop();
  const { uid, gid } = statSync(join(data, "pg"));
  const other = Bun.spawn(["sleep", "60"], isRoot ? { uid, gid, cwd: "/" } : {});
  try {
    const lock = join(data, "pg", "postmaster.pid");
    writeFileSync(lock, `${other.pid}\n${join(data, "pg")}\n1\n5432\n${join(data, "pg-socket")}\n\n  1  1\nready   \n`);
    chownSync(lock, uid, gid);
    expect((await start(data)).pid).not.toBe(other.pid);
    expect(isAlive(other.pid)).toBe(true);
  } finally {
    other.kill();
    await other.exited;
  }
});

test("a data folder with a long path and odd letters works, and two data folders work side by side", async () => {
  const long = await newData(`${"a, b 'c' \"d\" ü ".repeat(7)}end`);
  const short = await newData();
  const [one, two] = await Promise.all([start(long), start(short)]);
  folders.push(one.socketFolder);
  expect(Buffer.byteLength(`${one.socketFolder}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103);
  expect(two.socketFolder.startsWith(short)).toBe(true);
  await addFrame(one, 1);
  await addFrame(two, 2);
  expect(await frames(one)).toEqual([1]);
  expect(await frames(two)).toEqual([2]);
});

test("the program is told in one line when Postgres ends by itself, and can start it again at once", async () => {
  const data = await newData();
  const { promise: told, resolve } = Promise.withResolvers<string>();
  const pg = await start(data, resolve);
  process.kill(pg.pid, "SIGKILL");
  const why = await told;
  expect(why).toContain("Postgres ended by itself (exit 137)");
  expect(why).toContain(join(data, "pg.log"));
  expect(why).not.toContain("\n");
  await start(data);
});

test("a start that fails says why in one line and leaves no process", async () => {
  const data = await newData();
  await (await start(data)).stop();
  rmSync(join(data, "pg", "global", "pg_control"));
  const error = await startEmbedded({ data }).catch((error: Error) => error);
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message).toContain("pg_control");
  expect(message).toContain(join(data, "pg.log"));
  expect(message).not.toContain("\n");
  expect(processesOf(data)).toEqual([]);
});

test.if(isRoot)("as root Postgres runs as another user, and stays with the one its files belong to", async () => {
  const data = await newData();
  const first = await start(data);
  const { uid, gid } = statSync(join(data, "pg"));
  expect(uid).not.toBe(0);
  expect(statSync(`/proc/${first.pid}`).uid).toBe(uid);
  await first.stop();

  const given = Bun.spawnSync(["chown", "-R", "12345:54321", join(data, "pg"), join(data, "pg-socket")]);
  expect(given.exitCode).toBe(0);
  const second = await start(data);
  expect(statSync(`/proc/${second.pid}`)).toMatchObject({ uid: 12345, gid: 54321 });
  expect([uid, gid]).not.toEqual([12345, 54321]);
});

test.if(isRoot)("as root a data folder that the other user may not enter is refused by name", async () => {
  const data = await newData("data");
  const closed = join(data, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const error = await startEmbedded({ data: join(closed, "data") }).catch((error: Error) => error);
  expect((error as Error).message).toMatch(/^user \w+, as whom Postgres runs, may not enter /);
  expect((error as Error).message).toContain(`may not enter ${closed}:`);
  expect((error as Error).message).toContain("choose another --data");
});

// A checkout below root's home cannot be read by an ordinary user, who could then not run this at all.
const readableByAll =
  isRoot && Bun.spawnSync(["test", "-r", import.meta.path], { uid: nobody, cwd: "/" }).exitCode === 0;

test.if(readableByAll)("an ordinary user has a Postgres too, which runs as that user", async () => {
  const data = await newData();
  chownSync(data, nobody, nobody);
  const program = await startProgram(data, nobody);
  expect(statSync(`/proc/${program.pg.pid}`).uid).toBe(nobody);
  expect(await program.stop()).toBe(0);
  expect(processesOf(data)).toEqual([]);
  expect(statSync(join(data, "pg")).uid).toBe(nobody);
});

test("the programs are staged whole, whatever the umask, and only once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-staged-"));
  folders.push(folder);
  const umask = process.umask(0o077);
  try {
    const first = await stagePostgres(folder);
    expect(readdirSync(folder)).toEqual([basename(first)]);
    expect(statSync(join(first, "bin", "postgres")).mode & 0o777).toBe(0o755);
    expect(statSync(join(first, "share")).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(first, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
    const before = statSync(first).ctimeMs;
    expect(await stagePostgres(folder)).toBe(first);
    expect(statSync(first).ctimeMs).toBe(before);
  } finally {
    process.umask(umask);
  }
});
