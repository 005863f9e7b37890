import { platform } from "./platform";

/** Between two tries to kill, ms, and how many of them are made in a row before the processes count as stuck. */
const pauseMs = 50;
const patience = 40;
/** From then on between two tries, ms. */
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
  for (let tries = 0; platform.familyLives(group, variable); tries++) {
    if (tries === patience) stuck();
    platform.signalFamily(group, variable, "SIGKILL");
    await Bun.sleep(tries < patience ? pauseMs : stuckPauseMs);
  }
}
