// What jobscripts write down of themselves: who rendered what, and whether anything was rendered twice or never.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, until } from "../farm";

/** A jobscript that writes down that it has started, waits until it may end, and writes down that it ends. */
export class Ledger {
  readonly command: string[];
  private readonly file: string;
  private readonly gate: string;

  constructor(farm: Farm, name: string) {
    this.file = join(farm.folder, `${name}.ledger`);
    this.gate = join(farm.folder, `${name}.gate`);
    const note = (what: string) => `echo "${what} $DRQUEUE_FRAME" >>'${this.file}'`;
    const wait = `while [ ! -e '${this.gate}' ]; do sleep 0.05; done`;
    this.command = [farm.script(`${name}.sh`, `#!/bin/sh\n${note("start")}\n${wait}\n${note("end")}\n`)];
  }

  /** Lets all that wait, and all to come, end. */
  open(): void {
    writeFileSync(this.gate, "");
  }

  /** Frames that have started, and those that have ended, each as often as it did. */
  get frames(): { started: number[]; ended: number[] } {
    const lines = existsSync(this.file) ? readFileSync(this.file, "utf8").trimEnd().split("\n") : [];
    const of = (what: string) =>
      lines
        .filter((line) => line.startsWith(`${what} `))
        .map((line) => Number(line.slice(what.length + 1)))
        .sort((a, b) => a - b);
    return { started: of("start"), ended: of("end") };
  }

  /** Waits until so many have started. */
  started(count: number): Promise<number[]> {
    return until(async () => {
      const { started } = this.frames;
      return started.length >= count ? started : undefined;
    }, `${count} starts in ${this.file}`);
  }
}

/** The frames from one on, as a ledger has them when each was rendered exactly once. */
export function eachOnce(frames: number): Ledger["frames"] {
  const all = Array.from({ length: frames }, (_, at) => at + 1);
  return { started: all, ended: all };
}
