// Reads a log that may still be growing.
import { constants, lstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const piece = 64 * 1024;
const pollMs = 200;
// The folders of logs belong to the jobscripts as well: through a link of theirs a master that runs as root would show any file
// of its machine, and a pipe would never open.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Whether there is a log at this path: a file, not a link to one. */
export function isLog(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * The bytes of a file in pieces of at most 64 KB. With `growing`, goes on after the end until that says the file is complete.
 * Memory stays flat whatever the file's size. Throws when the file cannot be opened or is no plain file.
 */
export async function* tail(
  path: string,
  growing?: () => Promise<boolean>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is not a file`);
    let complete = growing === undefined;
    for (let at = 0; !signal?.aborted; ) {
      const bytes = await readPiece(file, at);
      at += bytes.length;
      if (bytes.length > 0) yield bytes;
      else if (complete) return;
      // What was written just before the end is read once more.
      else if (!(await growing?.())) complete = true;
      else await Bun.sleep(pollMs);
    }
  } finally {
    await file.close();
  }
}

/** A response that streams the pieces as plain text and ends them when the caller goes away. */
export function textStream(pieces: AsyncGenerator<Uint8Array>): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  return new Response(body, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function readPiece(file: FileHandle, at: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(new Uint8Array(piece), 0, piece, at);
  return buffer.subarray(0, bytesRead);
}
