// Load that is not the farm's own takes slots away, by the original's rule.

/**
 * Slots that other programs of the machine take: its load average over a minute in units of `limit`, less the tasks that run there.
 * None without a limit.
 */
export function foreignSlots(load1: number, limit: number | null, running: number): number {
  if (limit === null || !(load1 > 0)) return 0;
  return Math.max(0, Math.round(load1 / limit) - running);
}

/** Slots for which tasks can be taken: all, less those that foreign load takes, less those in use. */
export function freeSlots(slots: number, foreign: number, running: number): number {
  return Math.max(0, slots - foreign - running);
}

const minuteMs = 60_000;

/**
 * Tasks as the load average still counts them: one that has just ended is in it for a minute, and would be taken for somebody else's.
 * `before` is what this function said `passedMs` ago, `running` how many ran since.
 */
export function averageTasks(before: number, running: number, passedMs: number): number {
  return running + (before - running) * Math.exp(-passedMs / minuteMs);
}
