// How a run ended, in words for the person who submitted it.
import { describeCode } from "../logs";
import type { EndReason } from "../states";

/** The longest message that a report may carry. */
const longest = 500;

/** Colours of a terminal; then all else that steers one, with NUL, which the master's database cannot hold. */
const colours = /\u001b\[[\d;]*[A-Za-z]/g;
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What of a message fits into a report, as one line: a master that refused it would refuse all else that the slave has to say. */
export function brief(message: string): string {
  const line = message.replace(colours, "").replace(controls, " ").trim().toWellFormed();
  if (line.length <= longest) return line;
  const half = longest / 2 - 2;
  // The beginning says what is wrong, the end what to do. A cut may go through a pair of surrogates.
  return `${line.slice(0, half)}...${line.slice(-half)}`.toWellFormed();
}

/** How a run ended, in words; undefined when it went well. */
export function explain(reason: EndReason, code: number | undefined, program: string): string | undefined {
  if (reason === "killed") return "killed on request";
  if (reason === "returned") return "given back: the slave is stopping";
  if (reason === "lost") return "its processes vanished without an exit status";
  if (code === 126 || code === 127)
    return `${program} could not be run (exit ${code}): it, its interpreter, or a program it calls is missing or not executable`;
  return code === 0 || code === undefined ? undefined : `exit ${describeCode(code)}`;
}

/** A duration as people write it: 2m30s. */
export function spoken(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 100) / 10}s`;
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
