// A jobscript runs under a small shell parent in a process group of its own. The parent keeps the original's convention (a jobscript
// asks for a requeue by INT to its parent) and writes down how the jobscript ended, for a slave that was not there to see it.
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { allProcesses, groupLives, hasVariable } from "../local/processes";

// A trap runs when the jobscript has ended: INT is remembered, TERM and HUP, which a kill sends to the whole group, are outlived.
// The status is written by the shell's own echo: a second program for it would halve the rate of starts.
// exec, for a program: the shell may have a command of its own of the same name, and its echo reads backslashes. command, for echo: the
// slave's own surroundings may bring a function of that name. What is set before the jobscript starts has a name that no variable of a
// job has: the jobscript would inherit it.
export const parentScript = `drqueue_run_asked=
trap 'drqueue_run_asked=130' INT
trap : TERM HUP
drqueue_run_status=$1
shift
(exec "$@")
code=$?
code=\${drqueue_run_asked:-$code}
command echo "$code" >"$drqueue_run_status"
exit "$code"`;

// Variables by which a shell is told to do otherwise than its script says (bash with noexec runs nothing and ends with 0), or that it
// does not hand on as they are.
const ofShells = ["SHELLOPTS", "BASHOPTS", "OPTIND", "IFS", "BASH_ENV", "ENV"];

/** So much may a peak be off, KB: every CPU counts for itself for a while. */
const countedLateKb = 1024;

/** A parent and its jobscript. `group` is the parent's pid. */
export type Family = { readonly group: number; readonly ended: Promise<Ending> };

/**
 * `code` as a shell says it; undefined when the parent vanished without a word. CPU time in ms. Memory in MB, of the largest process; left
 * out when it is too little to be told from the slave's own.
 */
export type Ending = { code: number | undefined; cpuMs?: number; memoryMb?: number };

/** What is started, where its output goes (a file descriptor), and the file for its exit status. */
export type Start = { command: string[]; folder: string; env: Record<string, string>; output: number; status: string };

/** Starts a command under a parent. Throws when the system has no room for another process. */
export function startFamily({ command, folder, env, output, status }: Start, shell = "/bin/sh"): Family {
  const own = ofShells.filter((name) => env[name] !== undefined);
  // The jobscript gets them all the same, by a program that is there on every system.
  const handed = own.length === 0 ? [] : ["/usr/bin/env", ...own.map((name) => `${name}=${env[name]}`)];
  const parent = Bun.spawn([shell, "-c", parentScript, "drqueue-run", status, ...handed, ...command], {
    cwd: folder,
    env: own.length === 0 ? env : Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name))),
    stdin: "ignore",
    stdout: output,
    stderr: output,
    detached: true,
  });
  const floor = inheritedPeak();
  const ended = parent.exited.then((): Ending => {
    const usage = parent.resourceUsage();
    return {
      code: parent.exitCode ?? 128 + (constants.signals[(parent.signalCode ?? "SIGKILL") as NodeJS.Signals] ?? 9),
      ...(usage && {
        cpuMs: Math.round(Number(usage.cpuTime.total) / 1000),
        ...(usage.maxRSS > floor && { memoryMb: Math.round(usage.maxRSS / 1024 / 1024) }),
      }),
    };
  });
  return { group: parent.pid, ended };
}

/**
 * What Linux says that a process has used which has used nothing yet, bytes: the peak of the process that started it is handed on to it.
 * Read right after a start, when it can not have been more before.
 */
function inheritedPeak(): number {
  if (process.platform !== "linux") return 0;
  const kilobytes = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);
  return (kilobytes + countedLateKb) * 1024;
}

/** The parents among the live processes of this machine, by the file they write their status to. */
export function findParents(): Map<string, number> {
  const found = new Map<string, number>();
  for (const { pid, group, command } of allProcesses()) {
    // Also a forked copy of the parent, before it becomes the jobscript, has this command line; the leader is the parent.
    const status = / drqueue-run (.+?\.status)(?= |$)/.exec(command)?.[1];
    if (status && pid === group) found.set(status, pid);
  }
  return found;
}

/** A parent that another life of this slave started: its end is seen by looking, and read from the status file. */
export function adoptFamily(group: number, status: string, everyMs: number): Family {
  const ended = (async (): Promise<Ending> => {
    while (findParents().get(status) === group) await Bun.sleep(everyMs);
    return { code: readStatus(status) };
  })();
  return { group, ended };
}

/** The exit code in a status file; undefined when it is missing or was not written whole. */
export function readStatus(status: string): number | undefined {
  try {
    const code = /^(\d{1,3})\n$/.exec(readFileSync(status, "utf8"))?.[1];
    return code === undefined ? undefined : Number(code);
  } catch {
    return undefined;
  }
}

/** Sends a signal to the whole group, and with `variable` to those who left it but still carry that. Returns whether anyone was there. */
export function signalFamily(
  group: number | undefined,
  variable: string | undefined,
  signal: "SIGTERM" | "SIGKILL",
): boolean {
  const escaped = escapedFrom(group, variable);
  for (const pid of escaped) send(pid, signal);
  return (group !== undefined && send(-group, signal)) || escaped.length > 0;
}

/** Whether anyone of the group lives, or of those who left it with the variable. */
export function familyLives(group: number | undefined, variable: string | undefined): boolean {
  // A zombie that nobody has waited for yet still counts as a member of its group, but it does nothing any more.
  const inGroup = group !== undefined && groupLives(group) && allProcesses().some((one) => one.group === group);
  return inGroup || escapedFrom(group, variable).length > 0;
}

function escapedFrom(group: number | undefined, variable: string | undefined): number[] {
  if (variable === undefined) return [];
  return allProcesses()
    .filter((one) => one.group !== group && one.pid !== process.pid && hasVariable(one.pid, variable))
    .map(({ pid }) => pid);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
