// Starts and ends of runs in the slave's log: each for who asks for that much, failures for all.
import { getLogger } from "@logtape/logtape";
import type { EndedRun } from "../sync";
import { keyOf, type RunKey } from "../wire";

const journal = getLogger(["drqueue", "work"]);

/** Tells that a run's jobscript was started. */
export function tellStart(run: RunKey): void {
  journal.debug("started", () => keyOf(run));
}

/** Tells how a run ended, as it is reported. What the machine did to it is a warning, what it did itself is not. */
export function tellEnd(run: RunKey, how: Omit<EndedRun, keyof RunKey>): void {
  const { reason, code, ranMs, message } = how;
  const about = () => ({ ...keyOf(run), reason, code, seconds: (ranMs ?? 0) / 1000, message: message ?? reason });
  if (reason === "lost") journal.warn("lost after {seconds} s: {message}", about());
  else if (reason === "killed" || reason === "returned" || (reason === "exit" && code === 0))
    journal.debug("ended ({reason}) after {seconds} s", about);
  else journal.info("failed ({reason}) after {seconds} s: {message}", about());
}
