// Small disks that can be filled to the last page, and emptied again. Only root may mount them.
import { mkdirSync, statfsSync } from "node:fs";

const roomy = "64m";

export type Disk = { folder: string; fill(): boolean; free(): void; remove(): void };

/** Mounts one on a new folder; undefined when that is not allowed. */
export function mountDisk(folder: string): Disk | undefined {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() !== 0) return undefined;
  const mount = (...args: string[]) => Bun.spawnSync(["mount", ...args, folder]).exitCode === 0;
  if (!mount("-t", "tmpfs", "-o", `size=${roomy},nr_inodes=0,mode=755`, "tmpfs")) return undefined;
  return {
    folder,
    // A disk that is as small as what it holds is full, and costs no memory.
    fill() {
      for (let tries = 0; tries < 10; tries++) {
        const { blocks, bfree, bsize } = statfsSync(folder);
        if (mount("-o", `remount,size=${Math.max(bsize, (blocks - bfree) * bsize)}`)) return true;
      }
      return false;
    },
    free: () => void mount("-o", `remount,size=${roomy}`),
    remove: () => void Bun.spawnSync(["umount", "-l", folder]),
  };
}
