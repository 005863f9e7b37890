// The machine a slave runs on.
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";

const megabyte = 1024 * 1024;
const names: Partial<Record<NodeJS.Platform, string>> = {
  linux: "LINUX",
  darwin: "OSX",
  freebsd: "FREEBSD",
  win32: "WINDOWS",
};

/** The operating system by the original's names. */
export const os = names[process.platform] ?? process.platform.toUpperCase();

/** Type and speed of the CPUs, `AMD EPYC 7B13, 2.4 GHz`. */
export const cpu = describeCpu();

function describeCpu(): string {
  const [first] = cpus();
  if (!first) return "";
  const speed = first.speed > 0 ? `, ${(first.speed / 1000).toFixed(1)} GHz` : "";
  return `${first.model.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ").trim()}${speed}`.slice(0, 200);
}

/** What does not change while it runs, and what does: memory in MB, load averages over 1, 5 and 15 minutes. */
export function hostNow() {
  const [load, load5, load15] = loadavg().map((average) => Math.max(0, average)) as [number, number, number];
  return {
    os,
    cpus: availableParallelism(),
    cpu,
    memoryMb: Math.round(totalmem() / megabyte),
    // What is available, not what is free: caches give way.
    freeMemoryMb: Math.round(freemem() / megabyte),
    load,
    load5,
    load15,
  };
}
