// The log store of a master: it takes logs piece by piece, goes on where it was after any interruption, and gives a log its name when all of
// it is there and as the slave has it.
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { HttpError } from "../../local/guard";
import { isLog } from "../../local/open-log";
import { type LogPiece, type LogUploadAnswer, pieceBytes } from "../../uploads";
import { frameOf, framesIn, type Held, readFrame, unpack } from "./stored";

const journal = getLogger(["drqueue", "logs"]);

/** What is added to the name of a log that is stored, and to that of one of which all is not there yet. */
export const storedEnd = ".zst";
export const partEnd = ".zst.part";

/** Files that are written at a time. */
const atOnce = 16;
/** Of so many logs that come in pieces it is remembered how far they are; of others it is read from their files. */
const mostKnown = 64;
/** The database may be on the same disk: so much of it stays free, at least a twentieth or this, bytes. */
const leaveBytes = 10 * 1024 ** 3;
const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

type Piece = Pick<LogPiece, "at" | "data" | "end">;
type Taken = Pick<LogUploadAnswer["logs"][number], "state" | "at">;

/** The store in one log folder. */
export class LogStore {
  private readonly known = new Map<string, Held>();
  /** The last piece of each log that is being taken: two of one log wait for each other. */
  private readonly underway = new Map<string, Promise<unknown>>();

  constructor(readonly folder: string) {}

  /**
   * Takes pieces, each with the path of its log below the folder. A piece that is there already, or not yet due, changes nothing. What is
   * answered as stored is on the disk. Throws an HttpError when there is no room, or a piece is none.
   */
  async take(pieces: readonly (Piece & { path: string })[]): Promise<Taken[]> {
    await this.wantRoom();
    const taken: Taken[] = [];
    for (let at = 0; at < pieces.length; at += atOnce)
      taken.push(...(await Promise.all(pieces.slice(at, at + atOnce).map((piece) => this.inTurn(piece)))));
    const named = pieces.filter((_, at) => taken[at]?.state === "stored").map(({ path }) => dirname(path));
    for (const folder of new Set(named)) await syncFolder(join(this.folder, folder));
    return taken;
  }

  private async inTurn(piece: Piece & { path: string }): Promise<Taken> {
    const turn = (this.underway.get(piece.path) ?? Promise.resolve()).catch(() => {}).then(() => this.takeOne(piece));
    this.underway.set(piece.path, turn);
    try {
      return await turn;
    } catch (error) {
      return refusal(piece.path, error as NodeJS.ErrnoException);
    } finally {
      if (this.underway.get(piece.path) === turn) this.underway.delete(piece.path);
    }
  }

  private async takeOne({ path, at, data, end }: Piece & { path: string }): Promise<Taken> {
    const log = join(this.folder, path);
    if (isLog(log + storedEnd) || isLog(log)) return { state: "stored", at: end?.size ?? 0 };
    await makeFolder(dirname(log));
    const packed = Buffer.from(data, "base64");
    const bytes = packed.length === 0 ? undefined : await unpacked(packed);
    const whole = bytes && at === 0 && bytes.length === end?.size;
    if (whole && sha256(bytes) !== end.sha256) return { state: "more", at: 0 };
    const part = await open(log + partEnd, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (whole ? O_TRUNC : 0), 0o644);
    try {
      if (!(await part.stat()).isFile()) throw Object.assign(new Error("no file"), { code: "EEXIST" });
      if (whole) {
        await writeAll(part, frameOf(packed, bytes.length), 0);
        await part.sync();
      } else {
        const held = await this.held(path, part);
        if (bytes && at === held.raw) await append(part, held, packed, bytes.length);
        if (!end || held.raw < end.size) return { state: "more", at: held.raw };
        if (held.raw > end.size || (await checksum(part, held)) !== end.sha256) {
          await rm(log + partEnd);
          this.known.delete(path);
          return { state: "more", at: 0 };
        }
        await part.truncate(held.end);
        await part.sync();
      }
    } finally {
      await part.close();
    }
    await rename(log + partEnd, log + storedEnd);
    this.known.delete(path);
    return { state: "stored", at: end.size };
  }

  /** What there is of a log, as remembered if the file is as it was left, else from the file. */
  private async held(path: string, part: FileHandle): Promise<Held> {
    const known = this.known.get(path);
    const held = known && (await part.stat()).size === known.end ? known : await framesIn(part);
    this.known.delete(path);
    this.known.set(path, held);
    for (const oldest of this.known.keys()) if (this.known.size > mostKnown) this.known.delete(oldest);
    return held;
  }

  private async wantRoom(): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.folder);
    if (bavail * bsize >= Math.min((blocks * bsize) / 20, leaveBytes)) return;
    throw noRoom(`there is little room left in ${this.folder}`);
  }
}

/** Adds a frame behind the last whole one. A last piece that is short is none when there is more: it is taken back, to be sent anew. */
async function append(part: FileHandle, held: Held, packed: Uint8Array, raw: number): Promise<void> {
  const last = held.frames.at(-1);
  if (last && last.raw < pieceBytes) {
    held.frames.pop();
    held.raw -= last.raw;
    held.end = held.frames.length === 0 ? 0 : held.frames.at(-1)!.at + held.frames.at(-1)!.length;
    return;
  }
  const frame = frameOf(packed, raw);
  await part.truncate(held.end);
  await writeAll(part, frame, held.end);
  held.frames.push({ at: held.end + frame.length - packed.length, length: packed.length, raw });
  held.raw += raw;
  held.end += frame.length;
}

/** Writes bytes at a place: of one write a disk that becomes full takes only what it has room for. */
async function writeAll(part: FileHandle, bytes: Uint8Array, place: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await part.write(bytes, at, bytes.length - at, place + at)).bytesWritten;
}

/** Of what the file holds, as it is read from there. */
async function checksum(part: FileHandle, { frames }: Held): Promise<string | undefined> {
  const hash = new Bun.CryptoHasher("sha256");
  try {
    for (const frame of frames) hash.update(await readFrame(part, frame));
    return hash.digest("hex");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith("E")) throw error;
    return undefined;
  }
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

async function unpacked(packed: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(packed);
  } catch {
    throw new HttpError(400, `a piece is no zstd frame of at most ${pieceBytes} bytes`);
  }
}

/** Makes the folder of a job's logs. Whatever a jobscript has put in its place is not followed. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (!(await lstat(folder)).isDirectory()) throw Object.assign(new Error("no folder"), { code: "ENOTDIR" });
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

function noRoom(why: string): HttpError {
  return new HttpError(503, `${why}: slaves keep their logs until there is`, { "retry-after": "60" });
}

/** What of an error is told: the disk may be full for now, but what stands in the log's place stays there. */
function refusal(path: string, error: NodeJS.ErrnoException): Taken {
  const { code } = error;
  if (code === "ENOSPC" || code === "EDQUOT") throw noRoom("there is no room left for logs");
  if (code === "ENOTDIR" || code === "EISDIR" || code === "EEXIST" || code === "ELOOP") {
    journal.warn("{path} is not stored: something else stands in its place", { path });
    return { state: "gone", at: 0 };
  }
  throw error;
}
