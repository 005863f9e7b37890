// How much of a slave is there for new tasks now: its hours, the load of others, its memory and its GPUs.
import { isOpen, nextChange, parseHours } from "../hours";
import { averageTasks, foreignSlots } from "../load";
import type { Settings } from "../settings";

/** What the machine has. `load`: average over a minute. `gpus`: as counted. */
export type Machine = { freeMemoryMb: number; load: number; gpus: number };

/** What its tasks use. `inLoad`: how many the load has in it. `memoryOwedMb`: what they asked for and do not use yet. */
export type Used = { inLoad: number; memoryOwedMb: number; gpusTaken: number };

/** As a sync tells it, by the slave's own clock. */
export function conditionOf(settings: Settings, machine: Machine, used: Used, now: Date) {
  const gpus = settings.gpus ?? machine.gpus;
  return {
    memoryLeftMb: Math.max(0, Math.floor(machine.freeMemoryMb - settings.leaveMb - used.memoryOwedMb)),
    gpus,
    gpusLeft: Math.max(0, gpus - used.gpusTaken),
    foreignSlots: foreignSlots(machine.load, settings.loadLimit, used.inLoad),
    inHours: worksAt(settings.hours, now),
  };
}

/** Whether the hours let it work. */
export function worksAt(hours: string, now: Date): boolean {
  return isOpen(parseHours(hours), now.getDay(), minuteOf(now));
}

/** Until its hours begin or end, ms; infinite when they never do. */
export function msUntilChange(hours: string, now: Date): number {
  const minutes = nextChange(parseHours(hours), now.getDay(), minuteOf(now));
  if (minutes === undefined) return Number.POSITIVE_INFINITY;
  return minutes * 60_000 - now.getSeconds() * 1000 - now.getMilliseconds();
}

/** How many tasks of its own the load average of a machine has in it. */
export class TasksInLoad {
  private average = 0;
  private running = 0;
  private at = Number.NEGATIVE_INFINITY;

  /** `running` run from `now` (ms) on. */
  count(running: number, now = performance.now()): number {
    this.average = averageTasks(this.average, this.running, now - this.at);
    this.at = now;
    this.running = running;
    return Math.max(running, Math.round(this.average));
  }
}

function minuteOf(now: Date): number {
  return now.getHours() * 60 + now.getMinutes();
}
