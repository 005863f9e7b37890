// Looks for the processes of a farm from outside.
import { readdirSync, readFileSync } from "node:fs";
import { allProcesses } from "../../lib/local/processes";

/** Sends a signal to a process that may have ended a moment ago. Returns whether it was there. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Shell parents of the runs that a slave with this data folder started. */
export function parentsOf(data: string): number[] {
  return allProcesses().flatMap(({ pid, group, command }) =>
    pid === group && command.includes(` drqueue-run ${data}/`) ? [pid] : [],
  );
}

/** Jobscripts that run under these parents. */
export function jobscriptsOf(parents: readonly number[], script: string): number[] {
  return allProcesses().flatMap(({ pid, group, command }) =>
    parents.includes(group) && pid !== group && command.startsWith(`/bin/bash ${script} `) ? [pid] : [],
  );
}

/** The processes that this one started and that live. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Live processes that carry this folder in their command line, `pid command`. */
export function processesIn(folder: string): string[] {
  return allProcesses().flatMap(({ pid, command }) =>
    command.includes(folder) && pid !== process.pid ? [`${pid} ${command.slice(0, 200)}`] : [],
  );
}
