// How a log lies in the store: zstd frames of 512 KB of the log each, the last one of the rest. Before each stands a skippable frame that
// says how long it is: `zstd -dc` passes over it, and so a reader finds any place of the log by a few bytes of each piece before it.
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { type OpenLog, openFile } from "../../local/open-log";
import { pieceBytes } from "../../uploads";

const decompress = promisify(zstdDecompress);

const magic = 0x184d2a5d;
const headBytes = 16;
/** More than a frame of one piece ever has. */
const mostCompressed = 2 * pieceBytes;

/** Where the frame of a piece is in the file, and how many bytes of the log it holds. */
export type Frame = { at: number; length: number; raw: number };

/** What a file holds: its frames, the bytes of the log in them, and where the last whole one ends; behind it may be half a one. */
export type Held = { frames: Frame[]; raw: number; end: number };

/** The bytes that go into the file for a piece. */
export function frameOf(compressed: Uint8Array, raw: number): Uint8Array {
  const head = Buffer.alloc(headBytes);
  for (const [at, value] of [magic, 8, compressed.length, raw].entries()) head.writeUInt32LE(value, at * 4);
  return Buffer.concat([head, compressed]);
}

/** The log's bytes in a frame. Throws when it is none, or holds more than a piece has. */
export async function unpack(compressed: Uint8Array): Promise<Uint8Array> {
  return decompress(compressed, { maxOutputLength: pieceBytes });
}

/** Finds the frames of a file. */
export async function framesIn(file: FileHandle): Promise<Held> {
  const { size } = await file.stat();
  const held: Held = { frames: [], raw: 0, end: 0 };
  const head = Buffer.alloc(headBytes);
  while (held.end + headBytes <= size) {
    const { bytesRead } = await file.read(head, 0, headBytes, held.end);
    const [first, rest, length = 0, raw = 0] = [0, 4, 8, 12].map((at) => head.readUInt32LE(at));
    const at = held.end + headBytes;
    if (bytesRead < headBytes || first !== magic || rest !== 8) break;
    if (length > mostCompressed || raw > pieceBytes || at + length > size) break;
    held.frames.push({ at, length, raw });
    held.raw += raw;
    held.end = at + length;
    if (raw < pieceBytes) break;
  }
  return held;
}

/** The log's bytes of one frame of a file. Throws when they are not as they were written. */
export async function readFrame(file: FileHandle, { at, length, raw }: Frame): Promise<Uint8Array> {
  const packed = Buffer.alloc(length);
  const { bytesRead } = await file.read(packed, 0, length, at);
  const bytes = await unpack(packed.subarray(0, bytesRead));
  if (bytes.length !== raw) throw new Error("a stored log is damaged");
  return bytes;
}

/** Opens a log of the store. Throws when it cannot be opened. */
export async function openStored(path: string): Promise<OpenLog> {
  const file = await openFile(path);
  const { frames, raw } = await framesIn(file);
  // Reading goes on where it was, or backwards in small steps: the frame of before is asked for again.
  let last: { index: number; bytes: Uint8Array } | undefined;
  return {
    size: async () => raw,
    async read(at) {
      const index = Math.floor(at / pieceBytes);
      const frame = frames[index];
      if (!frame || at >= raw) return new Uint8Array();
      if (last?.index !== index) last = { index, bytes: await readFrame(file, frame) };
      return last.bytes.subarray(at - index * pieceBytes);
    },
    close: () => file.close(),
  };
}
