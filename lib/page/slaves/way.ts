// How a slave is, in a word: what keeps it from work, the worst first. Pure.
import type { Slave } from "../../client";
import type { SlaveWay } from "../../overview";

/** The same that the farm's numbers count it as. */
export function wayOf(slave: Pick<Slave, "state" | "sickSince" | "problem" | "settings" | "inHours">): SlaveWay {
  if (slave.state !== "online") return slave.state;
  if (slave.sickSince !== null) return "sick";
  if (slave.problem !== null) return "problem";
  if (!slave.settings.enabled) return "disabled";
  if (slave.settings.drain) return "draining";
  return slave.inHours ? "online" : "off_hours";
}

/** The word for it; one that drains and runs nothing more has drained. */
export function wordFor(slave: Slave): string {
  const way = wayOf(slave);
  if (way === "draining" && slave.running === 0) return "drained";
  return way === "off_hours" ? "off hours" : way;
}

/** Slots that foreign load takes away: it may be worth more of them than the slave has. */
export function takenByOthers({ foreignSlots, settings }: Slave): number {
  return Math.min(foreignSlots, settings.slots);
}
