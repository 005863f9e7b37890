// What is counted of the dispatcher's work.
import type { Outcome } from "../states";

/** Counts. Durations in seconds. */
export type Meter = {
  /** A sync was answered, or is held, so long after it arrived. */
  synced(seconds: number): void;
  round(seconds: number, syncs: number): void;
  roundFailed(): void;
  handed(runs: number): void;
  ended(outcome: Outcome, runs?: number): void;
};

/** Counts nothing. */
export const unmetered: Meter = { synced() {}, round() {}, roundFailed() {}, handed() {}, ended() {} };
