// The last lines of a run's log, from wherever it is.
import { mostLogLines } from "../../notices";
import type { Queue } from "../../queue/open";
import { findLog } from "../../queue/read-logs";
import { type LogPlaces, readLog } from "../logs/read";

/** So much of the end is looked at, bytes. */
const most = 16 * 1024;
/** Beside the lines that are told there are those that the slave wrote around the output, and empty ones. */
const lines = 4 * mostLogLines;

/** The last lines of a log; none when it cannot be had before the signal. */
export async function logEnd(
  queue: Queue,
  places: LogPlaces,
  run: { job: number; frame: number; attempt: number },
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const place = await findLog(queue, run.job, run.frame, run.attempt);
    const answer = await readLog(queue, places, place, { tail: lines }, signal);
    return lastLines(await endOfStream(answer, signal));
  } catch {
    // The message says all else without it.
    return [];
  }
}

async function endOfStream(answer: Response, signal: AbortSignal): Promise<Uint8Array> {
  let end: Uint8Array<ArrayBufferLike> = new Uint8Array();
  for await (const piece of answer.body ?? []) {
    signal.throwIfAborted();
    end = Buffer.concat([end, piece]).subarray(-most);
  }
  return end;
}

/** Without the lines that the slave wrote around the output: the message tells these things itself. */
function lastLines(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return lines
    .filter((line) => line.trim() !== "" && !/^# (job|started|command|ended) /.test(line))
    .slice(-mostLogLines);
}
