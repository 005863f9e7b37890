// Orders as a master gives them, and a slave's work without the slave around it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Records } from "../../lib/slave/records";
import { Work, type WorkOptions } from "../../lib/slave/work";
import type { JobOrder, Ordered } from "../../lib/sync";
import { until } from "../farm";

/** A job of one frame per task. */
export const jobOrder = (command: string[], given: Partial<JobOrder> = {}): JobOrder => ({
  id: 7,
  name: "shot 1",
  owner: "ann",
  pool: "Default",
  command,
  env: {},
  folder: null,
  logFolder: "000007.shot_1",
  start: 1,
  end: 100,
  step: 1,
  block: 1,
  pad: 4,
  fieldVariables: {},
  script: null,
  memoryMb: 0,
  gpus: 0,
  frameTimeoutMs: null,
  silenceMs: null,
  output: {},
  ...given,
});

/** An order for one of its tasks. */
export const ordered = (task = 0, attempt = 1): Ordered => ({ job: 7, task, attempt, frames: [task + 1] });

/** Work with real processes in a folder of its own. `told` counts how often there was news. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "drqueue-work-"));
  readonly logs = join(this.folder, "logs");
  told = 0;
  onNews = (): void => {};
  readonly work: Work;

  constructor(slots = 2, given: Partial<WorkOptions> = {}) {
    const around = { compId: 3, os: "LINUX", master: "m", root: "/r", bin: "/b", tmp: this.folder, logs: this.logs };
    const news = () => {
      this.told++;
      this.onNews();
    };
    const places = { slaveName: "here", logs: this.logs, around: () => around };
    const options = { ...places, graceMs: 300, news, lookMs: 50, ...given };
    this.work = new Work(new Records(this.folder), options, slots);
  }

  /** Waits until so many runs have ended, and returns them by task. */
  async ended(count: number) {
    await until(async () => this.work.unsent.length >= count || undefined, `${count} runs to end`);
    return this.work.unsent.toSorted((a, b) => a.task - b.task);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.work.returnWaiting();
    this.work.killAll("killed");
    await until(async () => this.work.runningCount === 0 || undefined, "the runs to end");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Live processes with this text in their command line, zombies left out. */
export function processesWith(text: string): string[] {
  const ps = Bun.spawnSync(["ps", "-eo", "pid=,stat=,args="]).stdout.toString();
  return ps.split("\n").filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line));
}

/** A number of seconds to sleep that no other process sleeps: to find the sleeper again. */
export function uniqueSleep(): string {
  return `${60 + Math.round(Math.random() * 1e9) / 1e9}`;
}
