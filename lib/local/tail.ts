// Reads a log that may still be growing, all of it or only its end. Memory stays flat whatever its size.
import type { OpenLog } from "./open-log";

const pollMs = 200;
/** The last lines are looked for in so much of the end: lines that are longer are shown from there. */
const mostForLines = 16 * 1024 * 1024;
const step = 64 * 1024;
const newline = 10;

/** What of a log is read: from `from` to before `to`. With `growing` on after the end, until that says that the log is complete. */
export type Reading = {
  from?: number;
  to?: number;
  growing?: (() => Promise<boolean>) | undefined;
  signal?: AbortSignal | undefined;
};

/** The bytes of a log in pieces; it is closed at the end, or when the reader goes away. */
export async function* tail(
  log: OpenLog,
  { from = 0, to = Number.POSITIVE_INFINITY, growing, signal }: Reading = {},
): AsyncGenerator<Uint8Array> {
  try {
    let complete = growing === undefined;
    for (let at = from; at < to && !signal?.aborted; ) {
      const bytes = (await log.read(at)).subarray(0, to - at);
      at += bytes.length;
      if (bytes.length > 0) yield bytes;
      else if (complete) return;
      // What was written just before the end is read once more.
      else if (!(await growing?.())) complete = true;
      else await Bun.sleep(pollMs);
    }
  } finally {
    await log.close();
  }
}

/** Where the last `lines` lines of a log begin, read backwards from its end. */
export async function startOfLast(log: OpenLog, lines: number): Promise<number> {
  const size = await log.size();
  const least = Math.max(0, size - mostForLines);
  let left = lines;
  for (let end = size; end > least; ) {
    const from = Math.max(least, end - step);
    const bytes = await readWhole(log, from, end);
    for (let at = bytes.length - 1; at >= 0; at--) {
      // The end of the last line begins none.
      if (bytes[at] !== newline || from + at === size - 1) continue;
      if (--left === 0) return from + at + 1;
    }
    end = from;
  }
  return least;
}

async function readWhole(log: OpenLog, from: number, to: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = from; at < to; ) {
    const bytes = (await log.read(at)).subarray(0, to - at);
    if (bytes.length === 0) break;
    parts.push(bytes);
    at += bytes.length;
  }
  return Buffer.concat(parts);
}

/** A stream of the pieces that ends them when the caller goes away. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
