// A real farm for a test: master and slaves as processes of their own, a database of its own, everything gone at the end.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type NewJob } from "../lib/client";
import { readLock } from "../lib/local/lock";
import { newToken } from "../lib/local/token";
import type { Frame, JobDetail } from "../lib/protocol";
import { hasEnded } from "../lib/states";
import { newDatabase, newTables, shareStaged, testServer } from "./postgres";
import { programOf, sourceOf } from "./program";

const waitMs = 20_000;

export type FarmOptions = {
  slaves?: number;
  slots?: number;
  lease?: string;
  grace?: string;
  /** `own`: a new database on the tests' server; `embedded`; or the URL of a server. */
  database?: string;
  slaveFlags?: string[];
  masterFlags?: string[];
  /** Variables of the masters. */
  masterEnv?: Record<string, string>;
  /** Folder of another release, whose programs the farm begins with. */
  release?: string;
  /** Fills its database before the first master starts. */
  prepare?: (farm: Farm) => Promise<void>;
};

/** A process of the farm. */
export class Member {
  constructor(
    readonly name: string,
    readonly folder: string,
    readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">,
    readonly port: number,
  ) {}

  get pid(): number {
    return this.process.pid;
  }

  /** Everything it said on stderr so far is kept in this file. */
  get journal(): string {
    return readFileSync(join(this.folder, `${this.name}.journal`), "utf8");
  }

  /** Sends a signal and waits until it is gone, 30 s at most. Returns its exit code. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.process.kill(signal);
    const late = Bun.sleep(30_000).then(() => {
      throw new Error(`${this.name} did not end after ${signal}: ${this.journal.slice(-2000)}`);
    });
    return await Promise.race([this.process.exited, late]);
  }
}

/** Whatever a slave may take for a master. */
type Listening = Pick<Member, "port">;

export class Farm {
  readonly token = newToken();
  readonly masters: Member[] = [];
  readonly slaves: Member[] = [];
  client!: Client;
  private databaseUrl: string | undefined;

  private constructor(
    readonly folder: string,
    readonly options: FarmOptions,
  ) {}

  static async start(options: FarmOptions = {}): Promise<Farm> {
    const farm = new Farm(mkdtempSync(join(tmpdir(), "drqueue-farm-")), options);
    // Postgres runs as another user when the tests run as root.
    Bun.spawnSync(["chmod", "755", farm.folder]);
    try {
      const { database = "own", slaves = 1 } = options;
      if (database !== "embedded")
        farm.databaseUrl =
          database === "own" && options.release === undefined
            ? await newTables()
            : await newDatabase(database === "own" ? await testServer() : { url: database });
      else await shareStaged(farm.dataOf("m1"));
      await options.prepare?.(farm);
      await farm.startMaster({ release: options.release });
      await Promise.all(
        Array.from({ length: slaves }, (_, at) => farm.startSlave(`s${at + 1}`, { release: options.release })),
      );
      // A slave is up before its first call has reached the master.
      const areKnown = async () => (await farm.client.slaves()).length >= slaves || undefined;
      if (slaves > 0) await until(areKnown, "the slaves to be known");
    } catch (error) {
      await farm[Symbol.asyncDispose]();
      throw error;
    }
    return farm;
  }

  /** Starts a master; those after the first get a data folder of their own. */
  async startMaster({
    name = "m1",
    port = 0,
    database,
    release,
    logs: logFolder = join(this.folder, "logs"),
    flags = [],
  }: {
    name?: string;
    port?: number;
    database?: string;
    logs?: string;
    flags?: string[];
    /** Folder of another release, whose program is started. */
    release?: string | undefined;
  } = {}): Promise<Member> {
    const data = this.dataOf(name);
    const lease = this.options.lease ? ["--lease", this.options.lease] : [];
    const logs = ["--logs", logFolder];
    const { masterFlags = [] } = this.options;
    const here = ["--data", data, "--host", "127.0.0.1", "--port", `${port}`];
    const args = [...this.programOf("master", release, database), ...here, ...lease, ...logs, ...masterFlags, ...flags];
    const env = { ...this.options.masterEnv, ...(database && { DATABASE_URL: database }) };
    const master = await this.launch(name, args, join(data, "master.lock"), env);
    this.masters.splice(0, this.masters.length, ...this.masters.filter((one) => one.name !== name), master);
    if (this.masters.length === 1) this.client = this.clientOf(master);
    return master;
  }

  /** Starts a slave, or starts it again with the folder it had. */
  async startSlave(
    name: string,
    {
      flags = [],
      master = this.masters[0]!,
      release,
    }: { flags?: string[]; master?: Listening | Listening[]; release?: string | undefined } = {},
  ): Promise<Member> {
    const data = this.dataOf("m1");
    const { slots = 2, grace = "1s", slaveFlags = [] } = this.options;
    const args = [
      ...programOf("slave", release),
      "--data",
      data,
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--name",
      name,
      "--master",
      [master]
        .flat()
        .map(({ port }) => `127.0.0.1:${port}`)
        .join(","),
    ];
    const usual = ["--slots", `${slots}`, "--grace", grace, "--logs", join(this.folder, "logs")];
    const slave = await this.launch(
      name,
      [...args, ...usual, ...slaveFlags, ...flags],
      join(data, "slaves", name, "lock"),
    );
    this.slaves.splice(0, this.slaves.length, ...this.slaves.filter((one) => one.name !== name), slave);
    return slave;
  }

  clientOf(member: Member): Client {
    return new Client({ host: "127.0.0.1", port: member.port, token: this.token });
  }

  slave(name: string): Member {
    const found = this.slaves.find((one) => one.name === name);
    if (!found) throw new Error(`the farm has no slave ${name}`);
    return found;
  }

  /** Runs the command line against this farm. */
  cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    return this.cliOf(undefined, ...args);
  }

  /** The same with the command line of another release. */
  async cliOf(release: string | undefined, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const ran = Bun.spawn([...this.programOf("cli", release), ...args], {
      cwd: this.folder,
      env: { ...this.env, DRQUEUE_MASTER: `127.0.0.1:${this.masters[0]!.port}`, DRQUEUE_DATA: this.dataOf("m1") },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([
      new Response(ran.stdout).text(),
      new Response(ran.stderr).text(),
      ran.exited,
    ]);
    return { code, out, err };
  }

  /** Submits with a name and, unless given, one frame. */
  async submit(job: Partial<NewJob> & Pick<NewJob, "command">): Promise<number> {
    return (await this.client.submit({ name: "test", ...job })).id;
  }

  /** Writes an executable jobscript. */
  script(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode: 0o755 });
    return file;
  }

  /** Waits until the job has ended. */
  ended(id: number): Promise<JobDetail> {
    return until(async () => {
      const job = await this.client.job(id);
      return hasEnded(job.state) ? job : undefined;
    }, `job ${id} to end`);
  }

  async frame(id: number, frame: number): Promise<Frame> {
    return (await this.client.frames(id, { frames: `${frame}` })).frames[0]!;
  }

  /** Waits until a frame is as the test wants it. */
  frameIs(id: number, frame: number, wanted: (frame: Frame) => boolean, what = "to change"): Promise<Frame> {
    return until(async () => {
      const now = await this.frame(id, frame);
      return wanted(now) ? now : undefined;
    }, `frame ${frame} of job ${id} ${what}`);
  }

  /** The log of a frame. */
  async log(id: number, frame: number, attempt?: number): Promise<string> {
    return (await this.client.log(id, frame, attempt === undefined ? {} : { attempt })).text();
  }

  /** Live processes that carry this farm's folder in their command line. */
  processes(): string[] {
    const ps = Bun.spawnSync(["ps", "-eo", "pid=,stat=,args="]).stdout.toString();
    return ps.split("\n").filter((line) => line.includes(this.folder) && !/^\s*\d+\s+Z/.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!existsSync(this.folder)) return;
    // A test may have frozen a process: it must run to end.
    for (const member of [...this.slaves, ...this.masters])
      if (member.process.exitCode === null) member.process.kill("SIGCONT");
    await Promise.all(this.slaves.map((member) => member.end().catch(() => member.end("SIGKILL"))));
    await Promise.all(this.masters.map((member) => member.end().catch(() => member.end("SIGKILL"))));
    await until(
      async () => this.processes().length === 0 || undefined,
      `the farm's processes to end: ${this.processes().join("; ")}`,
    );
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The data folder of a master, with the farm's token in it. */
  dataOf(master: string): string {
    const data = join(this.folder, master);
    mkdirSync(data, { recursive: true, mode: 0o755 });
    writeFileSync(join(data, "token"), this.token, { mode: 0o600 });
    return data;
  }

  get env(): Record<string, string> {
    const foreign = /^(DRQUEUE_|DATABASE_URL$)/;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name))) as Record<
      string,
      string
    >;
    return { ...env, NO_COLOR: "1", ...(this.databaseUrl && { DATABASE_URL: this.databaseUrl }) };
  }

  /** What runs without a server of its own needs the sources: the runner's binaries bring no Postgres. */
  private programOf(name: "cli" | "master", release?: string, database = this.databaseUrl): string[] {
    return database === undefined ? sourceOf(name, release) : programOf(name, release);
  }

  private async launch(name: string, args: string[], lock: string, more: Record<string, string> = {}): Promise<Member> {
    const started = Bun.spawn(args, {
      cwd: this.folder,
      env: { ...this.env, ...more },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const journal = join(this.folder, `${name}.journal`);
    writeFileSync(journal, "");
    void keep(started.stderr, journal);
    const port = await until(async () => {
      if (started.exitCode !== null)
        throw new Error(`${name} ended (${started.exitCode}): ${readFileSync(journal, "utf8")}`);
      const held = readLock(lock);
      return held?.pid === started.pid && typeof held.port === "number" ? held.port : undefined;
    }, `${name} to listen`);
    return new Member(name, this.folder, started, port);
  }
}

/** Starts a farm: `await using farm = await startFarm({ slaves: 2 })`. */
export function startFarm(options: FarmOptions = {}): Promise<Farm> {
  return Farm.start(options);
}

/** Asks again and again until there is an answer; throws after 20 s. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await Bun.sleep(20);
  }
  throw new Error(`waited ${waitMs / 1000} s for ${what}`);
}

async function keep(stream: ReadableStream<Uint8Array>, file: string): Promise<void> {
  for await (const piece of stream) if (existsSync(file)) appendFileSync(file, piece);
}
