// A program of the farm that is started again whenever it ends, as an init system would.
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

const project = resolve(import.meta.dir, "../..");

/** An end that nobody caused, and what the program said last. `up`: it had listened before. */
export type Surprise = {
  name: string;
  up: boolean;
  code: number | null;
  signal: string | number | null;
  said: string;
};

export type Start = { name: string; command: string[]; env: Record<string, string>; folder: string; lock: string };

/** Between an end that nobody caused and the next start, ms. */
const againMs = 500;

export class Member {
  /** A fault is about it: others leave it alone, and it is not started again before that is over. */
  busy = false;
  readonly surprises: Surprise[] = [];
  private process: Bun.Subprocess | undefined;
  private over = false;
  /** It is down on purpose. */
  private wanted = false;

  constructor(private readonly given: Start) {}

  get name(): string {
    return this.given.name;
  }

  get pid(): number | undefined {
    return this.process && this.process.exitCode === null && this.process.signalCode === null
      ? this.process.pid
      : undefined;
  }

  /** Where it listens, as its lock file says. */
  get port(): number | undefined {
    try {
      const { pid, port } = JSON.parse(readFileSync(this.given.lock, "utf8")) as { pid: number; port?: number };
      return pid === this.pid ? port : undefined;
    } catch {
      return undefined;
    }
  }

  get journal(): string {
    return `${this.given.folder}/${this.name}.journal`;
  }

  start(more: readonly string[] = []): void {
    if (this.over || this.pid !== undefined) return;
    this.wanted = true;
    const [file, ...args] = this.given.command;
    const journal = openSync(this.journal, "a");
    const began = statSync(this.journal).size;
    const started = Bun.spawn([process.execPath, ...preload(file!), resolve(project, file!), ...args, ...more], {
      cwd: this.given.folder,
      env: this.given.env,
      stdin: "ignore",
      stdout: journal,
      stderr: journal,
    });
    closeSync(journal);
    this.process = started;
    void started.exited.then(async () => {
      if (started !== this.process || !this.wanted || this.over) return;
      const said = readFileSync(this.journal).subarray(began).toString();
      const { exitCode: code, signalCode: signal } = started;
      this.surprises.push({ name: this.name, up: / listens on /.test(said), code, signal, said });
      await Bun.sleep(againMs);
      if (started === this.process && this.wanted) this.start();
    });
  }

  /** Ends it and waits for that; one that does not end by TERM within `patienceMs` is told, and killed. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM", patienceMs = 30_000): Promise<"ended" | "killed"> {
    this.wanted = false;
    const { process } = this;
    if (!process || this.pid === undefined) return "ended";
    process.kill(signal);
    if (await Promise.race([process.exited.then(() => true), Bun.sleep(patienceMs)])) return "ended";
    process.kill("SIGKILL");
    await process.exited;
    return "killed";
  }

  /** Starts a newer one of itself, which takes over from it. */
  async replace(): Promise<void> {
    const before = this.process;
    if (this.pid === undefined) return;
    this.process = undefined;
    this.start(["--replace"]);
    if (await Promise.race([before!.exited.then(() => true), Bun.sleep(30_000)])) return;
    this.surprises.push({
      name: this.name,
      up: true,
      code: null,
      signal: null,
      said: "it was not replaced within 30 s",
    });
    before!.kill("SIGKILL");
    await before!.exited;
  }

  freeze(): void {
    this.process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.process?.kill("SIGCONT");
  }

  /** It is not to be started any more. */
  retire(): void {
    this.over = true;
  }
}

function preload(file: string): string[] {
  return file === "slave.ts" ? ["--preload", `${import.meta.dir}/clock.ts`] : [];
}
