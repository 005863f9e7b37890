// How logs are named and framed: <log folder>/<job, 6 digits>.<name>/<padded frame>.<attempt>.log
import { signalOf } from "./states";

/** A frame number with zeros in front; the sign stays in front of them. */
export function padFrame(frame: number, pad: number): string {
  const digits = `${Math.abs(frame)}`.padStart(pad, "0");
  return frame < 0 ? `-${digits}` : digits;
}

/** The folder of a job's logs, below the log folder. */
export function logFolder(job: { id: number; logName: string }): string {
  return `${`${job.id}`.padStart(6, "0")}.${job.logName}`;
}

/** The log of one attempt at the task that begins with `frame`. */
export function logFile(frame: number, pad: number, attempt: number): string {
  return `${padFrame(frame, pad)}.${attempt}.log`;
}

/** First lines of a log. */
export function logHeader(run: {
  job: number;
  name: string;
  frames: string;
  attempt: number;
  slave: string;
  command: readonly string[];
  at: Date;
}): string {
  return [
    `# job ${run.job} ${run.name}, frames ${run.frames}, attempt ${run.attempt}`,
    `# started ${run.at.toISOString()} on ${run.slave}`,
    `# command ${JSON.stringify(run.command)}`,
    "",
  ].join("\n");
}

/** Last lines of a log. */
export function logFooter(end: {
  code?: number | undefined;
  message?: string | undefined;
  ranMs?: number | undefined;
  at: Date;
}): string {
  const how = end.code === undefined ? "without an exit code" : `exit ${describeCode(end.code)}`;
  const after = end.ranMs === undefined ? "" : ` after ${(end.ranMs / 1000).toFixed(2)} s`;
  return `# ended ${end.at.toISOString()}, ${how}${after}${end.message ? `: ${end.message}` : ""}\n`;
}

/** An exit code in words: `1`, or `139 (signal SEGV)`. */
export function describeCode(code: number): string {
  const signal = signalOf(code);
  return signal ? `${code} (signal ${signal})` : `${code}`;
}

/** Names as logFolder and logFile make them, with nothing in them that leads elsewhere. */
export const logFolderPattern = /^\d{6,10}\.[A-Za-z0-9._-]{1,80}$/;
export const logFilePattern = /^-?\d{1,12}\.\d{1,9}\.log$/;
export const logPathPattern = /^\d{6,10}\.[A-Za-z0-9._-]{1,80}\/-?\d{1,12}\.\d{1,9}\.log$/;

/** What of a log is stored: its first `head` bytes, the note, its last `tail` bytes. `size`: of all that. */
export type Cut = { head: number; note: string; tail: number; size: number };

/** A log of `size` bytes, of which at most about `most` are stored: a quarter of its beginning, the rest of its end. 0: all. */
export function cutOf(size: number, most: number): Cut {
  if (most === 0 || size <= most) return { head: size, note: "", tail: 0, size };
  const head = Math.floor(most / 4);
  const tail = most - head;
  const note = `\n# ${size - most} of ${size} bytes are left out here\n`;
  return { head, note, tail, size: most + note.length };
}
