import { readFileSync } from "node:fs";

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
