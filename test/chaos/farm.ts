// The farm that everything happens to: its own Postgres, 2 masters, 6 slaves, and lines between all of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "../../lib/client";
import { newToken } from "../../lib/local/token";
import { newDatabase, startPostgres, type TestServer } from "../postgres";
import { type Disk, mountDisk } from "./disk";
import { writeJobscript } from "./jobscript";
import { Ledger } from "./ledger";
import { Member } from "./member";
import { masterNames, slaveNames, smallDisks } from "./plan";
import { Line } from "./proxy";

export const leaseMs = 2000;
export const usualSlots = 2;

export class ChaosFarm {
  readonly token = newToken();
  readonly folder = mkdtempSync(join(tmpdir(), "drqueue-chaos-"));
  readonly script = join(this.folder, "jobscript");
  readonly ledger = new Ledger(join(this.folder, "ledger"));
  readonly masters = new Map<string, Member>();
  readonly slaves = new Map<string, Member>();
  readonly copies: Member[] = [];
  readonly lines = new Map<string, Line>();
  readonly disks = new Map<string, Disk>();
  /** The database's address without a line between. */
  url!: string;
  postgres!: TestServer;
  client!: Client;

  static async start(): Promise<ChaosFarm> {
    const farm = new ChaosFarm();
    try {
      await farm.build();
    } catch (error) {
      await farm.remove();
      throw error;
    }
    return farm;
  }

  get members(): Member[] {
    return [...this.masters.values(), ...this.slaves.values(), ...this.copies];
  }

  /** The file that says by how much a slave's clock is wrong, ms. */
  clockOf(slave: string): string {
    return join(this.folder, `${slave}.clock`);
  }

  dataOf(name: string): string {
    return join(this.folder, name);
  }

  /** Starts a slave with a copy of another one's data folder, as of this moment. */
  startCopy(name: string): Member {
    const copy = `${name}-copy${this.copies.length + 1}`;
    // What goes away while it is copied is left out.
    Bun.spawnSync(["cp", "-r", this.dataOf(name), this.dataOf(copy)], { stderr: "ignore" });
    // On another machine the process of the lock would be nobody.
    rmSync(join(this.dataOf(copy), "slaves", name, "lock"), { force: true });
    const member = this.slave(copy, name);
    this.copies.push(member);
    member.start();
    return member;
  }

  private async build(): Promise<void> {
    Bun.spawnSync(["chmod", "755", this.folder]);
    writeJobscript(this.script);
    this.postgres = await startPostgres();
    this.url = await newDatabase(this.postgres);
    const serverPort = Number(new URL(this.url).port);
    for (const name of masterNames) {
      const line = await this.open(`${name}>postgres`, [() => serverPort], false);
      const url = new URL(this.url);
      url.port = `${line.ports[0]}`;
      this.masters.set(name, this.master(name, url.href));
    }
    const masterPorts = masterNames.map((name) => () => this.masters.get(name)!.port);
    for (const name of [...slaveNames, "people"]) await this.open(name, masterPorts, true);
    for (const name of smallDisks)
      for (const what of [name, `${name}.logs`]) {
        const disk = mountDisk(this.dataOf(what));
        if (disk) this.disks.set(what, disk);
      }
    for (const name of slaveNames) this.slaves.set(name, this.slave(name, name));
    const people = this.lines.get("people")!.ports.map((port) => ({ host: "127.0.0.1", port }));
    this.client = new Client({ masters: people, token: this.token, timeoutMs: 8000 });
    for (const member of this.masters.values()) member.start();
    for (const member of this.slaves.values()) member.start(["--slots", `${usualSlots}`]);
  }

  private async open(name: string, targets: (() => number | undefined)[], http: boolean): Promise<Line> {
    const line = await Line.open(name, targets, http);
    this.lines.set(name, line);
    return line;
  }

  private master(name: string, url: string): Member {
    const data = this.data(name);
    const flags = ["--data", data, "--host", "127.0.0.1", "--port", "0", "--lease", `${leaseMs}ms`];
    const logs = ["--logs", join(this.folder, "logs")];
    return new Member({
      name,
      command: ["master.ts", ...flags, ...logs],
      env: { ...this.env, DATABASE_URL: url },
      folder: this.folder,
      lock: join(data, "master.lock"),
    });
  }

  /** `as`: the name it has at the farm; a copy has that of its original. */
  private slave(name: string, as: string): Member {
    const data = this.data(name);
    const logs = this.disks.has(`${name}.logs`) ? this.dataOf(`${name}.logs`) : join(this.folder, "logs");
    const master = this.lines.get(as)!.ports.map((port) => `127.0.0.1:${port}`);
    const pools = slaveNames.indexOf(as as (typeof slaveNames)[number]) < 3 ? "Default" : "Default,night";
    const flags = ["--data", data, "--name", as, "--host", "127.0.0.1", "--port", "0", "--pool", pools];
    return new Member({
      name,
      // No --slots: a person changes them, and they are kept.
      command: ["slave.ts", ...flags, "--master", master.join(","), "--grace", "500ms", "--logs", logs],
      env: { ...this.env, CHAOS_CLOCK: this.clockOf(as) },
      folder: this.folder,
      lock: join(data, "slaves", as, "lock"),
    });
  }

  /** A data folder with the farm's token in it. */
  private data(name: string): string {
    const data = this.dataOf(name);
    mkdirSync(data, { recursive: true, mode: 0o755 });
    writeFileSync(join(data, "token"), this.token, { mode: 0o600 });
    return data;
  }

  private get env(): Record<string, string> {
    const foreign = /^(DRQUEUE_|DATABASE_URL$|CHAOS_)/;
    const env = Object.entries(process.env).filter(([name]) => !foreign.test(name)) as [string, string][];
    return { ...Object.fromEntries(env), NO_COLOR: "1" };
  }

  /** Ends whatever still runs, by pid, and removes the folder. */
  async remove({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    this.ledger.stop();
    for (const member of this.members) {
      member.retire();
      member.thaw();
    }
    await Promise.all(this.members.map((member) => member.end("SIGKILL")));
    const { processesIn, send } = await import("./processes");
    for (const line of processesIn(this.folder)) send(Number.parseInt(line, 10), "SIGKILL");
    await Promise.all([...this.lines.values()].map((line) => line.close()));
    await this.postgres?.stop();
    if (keep) return;
    for (const disk of this.disks.values()) disk.remove();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
