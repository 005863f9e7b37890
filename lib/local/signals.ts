// Being told to stop.
import { readFileSync } from "node:fs";
import { within } from "./deadline";
import { PlainError } from "./program";

/** Calls `told` for every signal that asks this process to stop: Ctrl-C, TERM, or its terminal going away. */
export function onSignals(told: (signal: NodeJS.Signals) => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    if (signal === "SIGHUP" && isUnderNohup()) continue;
    process.on(signal, () => told(signal));
  }
}

/** The first such signal. */
export function whenTold(): Promise<NodeJS.Signals> {
  return new Promise(onSignals);
}

/** So long a step of a start may still take once it is to stop, ms. */
const startMs = 2000;

/** A step of a start. Throws a PlainError of exit code 0 when `told` comes first and the step does not end soon after it. */
export async function unlessTold<T>(told: Promise<NodeJS.Signals>, step: Promise<T>): Promise<T> {
  const signal = await Promise.race([told, step.then(() => undefined)]);
  if (signal && !(await within(startMs, step))) throw new PlainError(`stopped (${signal}) before it had started`, 0);
  return step;
}

/** Whether whoever started this process had HUP ignored, and so wants it to outlive its terminal. Told on Linux only. */
function isUnderNohup(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
