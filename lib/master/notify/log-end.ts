// The last lines of a run's log, from the shared folder when the master sees it, else from the port of the slave that wrote it.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "../../client";
import { isLog } from "../../local/tail";
import { mostLogLines } from "../../notices";
import type { Queue } from "../../queue/open";
import { findLog } from "../../queue/read-logs";

/** So much of the end is looked at, bytes. */
const most = 16 * 1024;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Where logs are looked for first, and the farm's token, to ask slaves for them. */
export type LogPlaces = { logs: string; token: string };

/** The last lines of a log; none when it cannot be had before the signal. */
export async function logEnd(
  queue: Queue,
  { logs, token }: LogPlaces,
  run: { job: number; frame: number; attempt: number },
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const place = await findLog(queue, run.job, run.frame, run.attempt);
    const file = join(logs, place.path);
    if (isLog(file)) return lastLines(await endOfFile(file));
    const { address, port } = place.slave;
    const answer = await new Client({ host: address, port, token, timeoutMs: 3000 }).slaveLog(place.path, { signal });
    return lastLines(await endOfStream(answer, signal));
  } catch {
    // The message says all else without it.
    return [];
  }
}

async function endOfFile(path: string): Promise<Uint8Array> {
  // As everywhere, a link that a jobscript put in the log's place is not followed.
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return new Uint8Array();
    const { bytesRead, buffer } = await file.read(new Uint8Array(most), 0, most, Math.max(0, stat.size - most));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
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
