// A throw-away Postgres for the tests: its own folder and port on loopback, gone with the process that started it.
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import postgres from "postgres";
import { end, hold } from "../lib/local/held";
import { stagePostgres } from "../lib/queue/postgres-files";
import { userToRunAs } from "../lib/queue/postgres-user";

export type TestServer = {
  /** The folder of its programs. */
  staged: string;
  url: string;
  folder: string;
  /** Of its first process. */
  readonly pid: number;
  pause(): Promise<void>;
  /** Ends it at once: by KILL, or by QUIT, its immediate shutdown. Its processes must not be frozen. */
  crash(signal: "SIGKILL" | "SIGQUIT"): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

const hasty = [
  "fsync=off",
  "full_page_writes=off",
  "wal_level=minimal",
  "max_wal_senders=0",
  "max_wal_size=4GB",
  // It would visit the hundreds of databases that tests leave behind, again and again.
  "autovacuum=off",
];

/** Starts it. Nothing it holds is worth an fsync, unless that is to be measured. */
export async function startPostgres({ fsync = "off" }: { fsync?: "on" | "off" } = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-test-"));
  Bun.spawnSync(["chmod", "755", folder]);
  const staged = process.env.DRQUEUE_TEST_STAGED ?? (await stagePostgres(folder));
  const bin = join(staged, "bin");
  const data = join(folder, "cluster");
  mkdirSync(data, { mode: 0o700 });
  const home = { log: join(folder, "postgres.log"), runAs: userToRunAs(join(folder, "none")) };
  if (home.runAs) chownSync(data, home.runAs.uid, home.runAs.gid);
  const initdb = await hold(home, [
    join(bin, "initdb"),
    "-D",
    data,
    "-U",
    "test",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "-N",
  ]);
  if ((await initdb.exited) !== 0) throw new Error(`initdb failed: ${await Bun.file(home.log).text()}`);
  const port = freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `port=${port}`,
    "max_connections=200",
    ...(fsync === "on" ? [] : hasty),
  ];
  const start = () => hold(home, [join(bin, "postgres"), "-D", data, ...settings.flatMap((one) => ["-c", one])]);
  let server = await start();
  const url = `postgres://test@127.0.0.1:${port}/postgres`;
  await untilReady(url);
  return {
    url,
    folder,
    staged,
    get pid() {
      return server.pid;
    },
    pause: () => end(server),
    async crash(signal) {
      process.kill(server.pid, signal);
      await server.exited;
    },
    async resume() {
      // Processes of one that was killed hold its memory for a moment longer, and keep the next one from starting.
      for (let tries = 0; ; tries++) {
        server = await start();
        const refused = await Promise.race([server.exited.then(() => true), untilReady(url).then(() => false)]);
        if (!refused) return;
        if (tries > 100) throw new Error(`Postgres does not start: see ${home.log}`);
        await Bun.sleep(50);
      }
    },
    async stop() {
      await end(server);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Stops all processes of a server where they are: connections stay, and nobody answers. Returns what lets them go on. */
export function freeze({ folder }: Pick<TestServer, "folder">): () => void {
  const pid = Number(readFileSync(join(folder, "cluster", "postmaster.pid"), "utf8").split("\n", 1)[0]);
  const children = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", `${pid}`])
    .stdout.toString()
    .trim()
    .split(/\s+/);
  const all = [pid, ...children.map(Number)];
  const tell = (signal: NodeJS.Signals) => {
    for (const one of all) if (existsSync(`/proc/${one}`)) process.kill(one, signal);
  };
  tell("SIGSTOP");
  return () => tell("SIGCONT");
}

let own: Promise<TestServer> | undefined;

/** The server whose databases the tests of this process use: the runner's, else one started on first use. */
export async function testServer(): Promise<Pick<TestServer, "url" | "staged">> {
  const { DRQUEUE_TEST_POSTGRES: url, DRQUEUE_TEST_STAGED: staged } = process.env;
  if (url && staged) return { url, staged };
  own ??= startPostgres();
  return own;
}

/** Saves a data folder the copy of the Postgres programs that each makes for itself: a thousand files brought to the disk. */
export async function shareStaged(data: string): Promise<void> {
  const { staged } = await testServer();
  const here = join(data, basename(staged));
  if (!existsSync(here)) symlinkSync(staged, here);
}

/** Ends it, if this process started one. */
export async function stopTestServer(): Promise<void> {
  await (await own)?.stop();
}

/** A new, empty database on the server, or a copy of one that nobody is connected to. */
export async function newDatabase(server: { url: string }, template = "template1"): Promise<string> {
  const name = `farm_${crypto.randomUUID().replaceAll("-", "")}`;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    await sql`create database ${sql(name)} template ${sql(template)} strategy file_copy`;
  } finally {
    await sql.end();
  }
  return server.url.replace(/postgres$/, name);
}

/** A new database on the tests' server that has the tables of this release and nothing in them, where the runner made such a one. */
export async function newTables(): Promise<string> {
  return newDatabase(await testServer(), process.env.DRQUEUE_TEST_TABLES);
}

/** A port that nobody listens on now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function untilReady(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await Bun.sleep(50);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
