// Where a slave lives: what tells its next life from a copy of it.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** The machine, whatever system runs on it now. Two may say the same when the disk of one was copied. */
export function machine(): string {
  return digest(hostname(), textOf("/etc/machine-id"));
}

/**
 * The running system and the folder, as a short text. The lock file lets one process at a time have a folder of a running system: so two
 * that say the same never live at once. A copied disk, a reboot, and a folder that was moved by copying it each make another home.
 */
export function homeOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return digest(machine(), boot(), `${dev}`, `${ino}`);
}

/** What this start of the system has for itself. */
function boot(): string {
  if (process.platform === "linux") return textOf("/proc/sys/kernel/random/boot_id");
  if (process.platform === "darwin") {
    const { stdout } = Bun.spawnSync(["sysctl", "-n", "kern.bootsessionuuid"]);
    const id = stdout.toString().trim();
    if (id !== "") return id;
  }
  // To ten minutes: the clock is set now and then.
  return `${Math.round((Date.now() / 1000 - uptime()) / 600)}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function digest(...facts: string[]): string {
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 32);
}
