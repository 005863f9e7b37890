// The first and last lines of a run's log.
import { appendFileSync, closeSync, constants, openSync } from "node:fs";
import { formatFrames, spansOf } from "../frames";
import { logFooter, logHeader } from "../logs";
import type { Kept } from "./records";

/** How many lines the header has. */
export const headerLines = 3;

/** Writes what is run, where and when, to an open log. Throws when the disk is full. */
export function writeHeader(
  output: number,
  { run, job, startedAt }: Kept,
  slave: string,
  command: readonly string[],
): void {
  const frames = formatFrames(spansOf(run.frames));
  const at = new Date(startedAt);
  appendFileSync(output, logHeader({ job: job.id, name: job.name, frames, attempt: run.attempt, slave, command, at }));
}

// What the jobscript has made of its log meanwhile may be a pipe, whose other end nobody would ever open.
const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK = 0 } = constants;

/** Adds how it ended. A full disk at the very end is passed over: the result counts more than the footer. */
export function writeFooter(log: string, code: number | undefined, message: string | undefined, ranMs?: number): void {
  try {
    const output = openSync(log, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK);
    try {
      appendFileSync(output, logFooter({ code, message, ranMs, at: new Date() }));
    } finally {
      closeSync(output);
    }
  } catch {}
}
