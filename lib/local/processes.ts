import { readdirSync, readFileSync } from "node:fs";

/**
 * When process `pid` started, as a text that no other process on this machine ever has together with this pid, not even
 * after a reboot; undefined when it is dead or a zombie. Compare it only with itself: its form differs by platform.
 */
export function startTimeOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid < 1) return undefined;
  if (process.platform === "linux") return startTimeOnLinux(pid);
  if (process.platform === "win32") return answersSignals(pid) ? "unknown" : undefined;
  return startTimeByPs(pid);
}

/** Whether `pid` is still the process that started at `startTime`. Without a start time any live process counts. */
export function isAlive(pid: number, startTime?: string): boolean {
  const now = startTimeOf(pid);
  return now !== undefined && (startTime === undefined || startTime === now);
}

/** The command line process `pid` was started with, its words joined by blanks; undefined when it cannot be told. */
export function commandOf(pid: number): string | undefined {
  if (process.platform === "linux") return textOf(`/proc/${pid}/cmdline`)?.split("\0").join(" ").trim() || undefined;
  if (process.platform === "win32") return undefined;
  return (
    Bun.spawnSync(["ps", "-o", "args=", "-p", String(pid)])
      .stdout.toString()
      .trim() || undefined
  );
}

function startTimeOnLinux(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may itself hold blanks and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  const ticks = fields?.[19];
  if (!state || !ticks || state === "Z" || state === "X") return undefined;
  return `${bootId()}-${ticks}`;
}

let boot: string | undefined;

/** The ticks of /proc count from the boot: without the boot's own name, one after it may match one before it. */
function bootId(): string {
  boot ??= textOf("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return boot;
}

function startTimeByPs(pid: number): string | undefined {
  const ps = Bun.spawnSync(["ps", "-o", "lstart=,stat=", "-p", String(pid)], { env: { ...process.env, LC_ALL: "C" } });
  const words = ps.stdout.toString().trim().split(/\s+/);
  const state = words.pop();
  return !state || words.length === 0 || state.startsWith("Z") ? undefined : words.join(" ");
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A live process: its group is told apart from others' by the pid of its leader. */
export type Process = { pid: number; group: number; command: string };

/** All live processes that this user may see, without zombies. Not on Windows. */
export function allProcesses(): Process[] {
  if (process.platform !== "linux") return processesByPs();
  const found: Process[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = textOf(`/proc/${pid}/stat`);
    const [state, , group] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    if (!state || state === "Z" || state === "X") continue;
    found.push({ pid, group: Number(group), command: commandOf(pid) ?? "" });
  }
  return found;
}

/** Whether the process was started with `NAME=value` among its variables. Told on Linux only; elsewhere false. */
export function hasVariable(pid: number, variable: string): boolean {
  if (process.platform !== "linux") return false;
  return textOf(`/proc/${pid}/environ`)?.split("\0").includes(variable) ?? false;
}

/** What the processes of each of these groups have in memory, MB. Told on Linux only. */
export function groupMemoryMb(groups: ReadonlySet<number>): Map<number, number> {
  const used = new Map<number, number>();
  if (process.platform !== "linux") return used;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = textOf(`/proc/${name}/stat`);
    const group = Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
    if (!groups.has(group)) continue;
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${name}/status`) ?? "")?.[1] ?? 0);
    used.set(group, (used.get(group) ?? 0) + kilobytes / 1024);
  }
  return used;
}

/** Whether any process of the group lives, zombies included. */
export function groupLives(group: number): boolean {
  return answersSignals(-group);
}

function processesByPs(): Process[] {
  const ps = Bun.spawnSync(["ps", "-axo", "pid=,pgid=,stat=,args="]);
  return ps.stdout
    .toString()
    .split("\n")
    .flatMap((line) => {
      const [, pid, group, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid && !state?.startsWith("Z") ? [{ pid: Number(pid), group: Number(group), command: command ?? "" }] : [];
    });
}
