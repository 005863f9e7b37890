import { platform } from "./platform";

/**
 * Ends what is left of a run's process group, with `variable` also those who left it but carry that: TERM first, KILL after the grace
 * period.
 */
export async function endFamily(
  group: number | undefined,
  variable: string | undefined,
  graceMs: number,
): Promise<void> {
  platform.signalFamily(group, variable, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (platform.familyLives(group, variable) && performance.now() < deadline) await Bun.sleep(50);
  for (let tries = 0; platform.familyLives(group, variable) && tries < 40; tries++) {
    platform.signalFamily(group, variable, "SIGKILL");
    await Bun.sleep(50);
  }
}
