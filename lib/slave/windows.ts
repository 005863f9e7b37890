// Windows: there is no shell parent and no process group. The jobscript is the slave's own child, `taskkill /T` ends it with its
// children, and a slave that was killed cannot pick it up again: such a run is reported as lost.
import type { Ending, Family, Start } from "./parent";

/** What parent.ts does elsewhere. */
export const windows = {
  startFamily({ command, folder, env, output }: Start): Family {
    const script = /\.(cmd|bat)$/i.test(command[0]!);
    const child = Bun.spawn(script ? ["cmd.exe", "/d", "/c", ...command] : command, {
      cwd: folder,
      env,
      stdin: "ignore",
      stdout: output,
      stderr: output,
      windowsHide: true,
    });
    const ended = child.exited.then((code): Ending => {
      const usage = child.resourceUsage();
      return {
        // Exit codes have 32 bits here; what does not fit is a failure all the same.
        code: code >= 0 && code <= 255 ? code : 255,
        ...(usage && {
          cpuMs: Math.round(Number(usage.cpuTime.total) / 1000),
          memoryMb: Math.round(usage.maxRSS / 1024 / 1024),
        }),
      };
    });
    return { group: child.pid, ended };
  },

  findParents: (): Map<string, number> => new Map(),
  adoptFamily: (group: number): Family => ({ group, ended: Promise.resolve({ code: undefined }) }),
  readStatus: (): number | undefined => undefined,

  signalFamily(pid: number | undefined): boolean {
    return pid !== undefined && Bun.spawnSync(["taskkill", "/pid", `${pid}`, "/t", "/f"]).exitCode === 0;
  },

  familyLives: (pid: number | undefined): boolean => pid !== undefined && lives(pid),
  groupLives: (): boolean => false,
  mayRun: (): boolean => true,
};

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
