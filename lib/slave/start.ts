// From an order to a running process: what is run, where, with which variables.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { commandFor, environment, localized, type Surroundings } from "../environment";
import { mapPath, type PathPair } from "../paths";
import { type Family, platform } from "./platform";
import { runnable } from "./program";
import type { Kept, Records } from "./records";
import { writeHeader } from "./run-log";

const system = process.platform === "win32" ? "windows" : "posix";

/** What a start needs of the slave. */
export type Place = {
  slaveName: string;
  around: () => Surroundings;
  /** Folders that have another name here than elsewhere in the farm. */
  paths?: () => readonly PathPair[];
};

/** `refused`: the task cannot be run here, and why. */
export type Started = { family: Family } | { refused: string };

/** Writes a run down, opens its log and starts it. Throws where that cannot be written: the machine's trouble, not the task's. */
export function startRun(run: Kept, log: string, records: Records, place: Place): Started {
  records.keep(run);
  const paths = place.paths?.() ?? [];
  const job = paths.length === 0 ? run.job : localized(run.job, (text) => mapPath(text, paths, system));
  const around = place.around();
  mkdirSync(dirname(log), { recursive: true });
  const given = job.script ? records.scripts.commandOf(job.id, job.script) : commandFor(job, run.run);
  const folder = job.folder ?? around.tmp;
  const env = { ...platform.inherited(), ...environment(job, run.run, around, log, run.gpus) };
  const output = openSync(log, "a");
  try {
    writeHeader(output, run, place.slaveName, given);
    try {
      const checked = runnable(given, folder, env.PATH);
      if ("refused" in checked) return checked;
      const status = records.statusFile(run.run);
      return { family: platform.startFamily({ command: checked.command, folder, env, output, status }) };
    } catch (error) {
      return { refused: `cannot start ${given[0]}: ${(error as Error).message}` };
    }
  } finally {
    closeSync(output);
  }
}
