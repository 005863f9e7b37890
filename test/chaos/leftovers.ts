// What a farm leaves behind when it has ended: it should be nothing but its data.
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Shared memory of Postgres processes: by file name, and System V's by number. */
export class SharedMemory {
  private readonly files = new Set<string>();
  private readonly segments = new Set<string>();

  /** Notes what this process has now. */
  look(pid: number): void {
    let maps: string;
    try {
      maps = readFileSync(`/proc/${pid}/maps`, "utf8");
    } catch {
      return;
    }
    for (const [, file] of maps.matchAll(/ (\/dev\/shm\/PostgreSQL\.\d+)/g)) this.files.add(file!);
    for (const [, id] of maps.matchAll(/ (\d+) +\/SYSV/g)) this.segments.add(id!);
  }

  /** What of it is still there, in words. */
  left(): string[] {
    const listed = Bun.spawnSync(["ipcs", "-m"]).stdout.toString();
    const ids = new Set([...listed.matchAll(/^0x\S+\s+(\d+)\s/gm)].map(([, id]) => id!));
    return [
      ...[...this.files].filter(existsSync).map((file) => `shared memory is left: ${file}`),
      ...[...this.segments].filter((id) => ids.has(id)).map((id) => `shared memory is left: segment ${id}`),
    ];
  }
}

/** Files below a folder that a farm which has ended should have removed. */
export function filesLeft(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.flatMap((name) => {
    const file = join(folder, name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat || stat.isDirectory()) return [];
    if (stat.isSocket()) return [`a socket is left: ${name}`];
    if (/\.(new|part|draft|tmp)$/.test(name)) return [`a temporary file is left: ${name}`];
    if (/(^|\/)(lock|master\.lock)$/.test(name)) return [`a lock is left: ${name}`];
    // A copy that was not heard when it stopped keeps its results for a next start, which never comes.
    if (/\/slaves\/[^/]+\/runs\//.test(name) && !name.includes("-copy"))
      return [`the record of a run is left: ${name}`];
    return [];
  });
}
