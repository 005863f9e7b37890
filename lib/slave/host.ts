// The machine a slave runs on.
import { availableParallelism, freemem, loadavg, totalmem } from "node:os";

const megabyte = 1024 * 1024;
const names: Partial<Record<NodeJS.Platform, string>> = {
  linux: "LINUX",
  darwin: "OSX",
  freebsd: "FREEBSD",
  win32: "WINDOWS",
};

/** The operating system by the original's names. */
export const os = names[process.platform] ?? process.platform.toUpperCase();

/** What does not change while it runs, and what does: memory in MB, load over a minute. */
export function hostNow() {
  return {
    os,
    cpus: availableParallelism(),
    memoryMb: Math.round(totalmem() / megabyte),
    // What is available, not what is free: caches give way.
    freeMemoryMb: Math.round(freemem() / megabyte),
    load: Math.max(0, loadavg()[0] ?? 0),
  };
}
