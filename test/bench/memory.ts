// d) Memory of master, embedded Postgres and slave when idle: PSS, which counts shared pages once.
import { readdirSync, readFileSync } from "node:fs";
import { startFarm } from "../farm";
import type { Row } from "./report";

export async function memory(): Promise<Row[]> {
  await using farm = await startFarm({ database: "embedded" });
  await farm.ended(await farm.submit({ frames: "1-10", command: ["true"], folder: "/" }));
  await Bun.sleep(8000);
  const [master, slave] = [farm.masters[0]!.pid, farm.slaves[0]!.pid];
  const below = descendants(master);
  return [
    { what: "master", value: megabytes([master]) },
    { what: `embedded Postgres (${below.length} processes)`, value: megabytes(below) },
    { what: "slave", value: megabytes([slave]) },
  ];
}

/** Memory of these processes together, PSS. */
export function megabytes(pids: readonly number[]): string {
  return `${Math.round(residentMb(pids))} MB`;
}

/** The same as a number. */
export function residentMb(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** The processes below one. */
export function descendants(pid: number): number[] {
  const children = readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
    } catch {
      return false;
    }
  });
  return children.flatMap((child) => [Number(child), ...descendants(Number(child))]);
}
