import { platform } from "./platform";

/** Between two tries to kill, ms. */
const pauseMs = 50;
/** What lives so long after the first KILL is stuck, ms; from then on it is tried less often. */
const patienceMs = 2000;
const stuckPauseMs = 2000;

/**
 * Ends what is left of a run's process group, with `variable` also those who left it but carry that: TERM first, KILL after the grace
 * period, again and again until nothing lives. Calls `stuck` once when KILL does not help, as with a process that waits for a dead disk.
 */
export async function endFamily(
  group: number | undefined,
  variable: string | undefined,
  graceMs: number,
  stuck: () => void,
): Promise<void> {
  platform.signalFamily(group, variable, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (platform.familyLives(group, variable) && performance.now() < deadline) await Bun.sleep(pauseMs);
  const first = performance.now();
  for (let isStuck = false; platform.familyLives(group, variable); ) {
    platform.signalFamily(group, variable, "SIGKILL");
    if (!isStuck && performance.now() - first > patienceMs) {
      isStuck = true;
      stuck();
    }
    await Bun.sleep(isStuck ? stuckPauseMs : pauseMs);
  }
}
