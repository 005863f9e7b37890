// The folders below which a program shows pictures, and opening a picture in them: nothing that lies elsewhere, whatever links lead there.
import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { mapPath, type PathPair, type PathSystem, parsePathPair } from "../paths";
import { formatOf, type PictureFormat, tellingBytes } from "../pictures";
import { within } from "./deadline";
import { HttpError } from "./guard";
import { PlainError } from "./program";
import { streamOf } from "./tail";

const { O_RDONLY, O_NONBLOCK = 0 } = constants;

/** The largest file that is shown, bytes. */
export const largestPicture = 512 * 1024 * 1024;

/** Storage that does not answer is not waited for, ms. */
const openMs = 5000;
const pieceBytes = 256 * 1024;

/** How this machine writes paths. */
export const pathSystem: PathSystem = process.platform === "win32" ? "windows" : "posix";

/** `folders` as this machine sees them; `pairs`: those that have another name in the farm; `program`: whose they are. */
export type Roots = {
  readonly program: "master" | "slave";
  readonly folders: readonly string[];
  readonly pairs: readonly PathPair[];
};

/**
 * Reads what --pictures gave, else DRQUEUE_PICTURES: folders, with commas between, each as it is here or as FARM=HERE.
 * Throws a PlainError.
 */
export function rootsOf(
  program: Roots["program"],
  given: readonly string[],
  usual = process.env.DRQUEUE_PICTURES,
): Roots {
  const texts = (given.length > 0 ? given : [usual ?? ""]).flatMap((text) => text.split(",")).map((one) => one.trim());
  const folders: string[] = [];
  const pairs: PathPair[] = [];
  for (const text of texts.filter((one) => one !== "")) {
    if (!text.includes("=")) folders.push(resolve(text));
    else {
      try {
        const pair = parsePathPair(text);
        pairs.push(pair);
        folders.push(resolve(pair.here));
      } catch (error) {
        throw new PlainError(`--pictures: ${(error as Error).message}`);
      }
    }
  }
  return { program, folders, pairs };
}

/** A picture that is open. `mtimeMs` and `size` tell whether it is still the same. */
export type OpenPicture = {
  readonly path: string;
  readonly format: PictureFormat;
  readonly size: number;
  readonly mtimeMs: number;
  /** All of it, at most `size` bytes. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** The same piece by piece; closes it at the end. */
  stream(): ReadableStream<Uint8Array>;
  close(): Promise<void>;
};

/**
 * Opens the picture of this path as the farm writes it. `pairs`: other names that folders of the farm have here, beside those of the roots.
 * Throws an HttpError that says why there is none: 404, or 503 where storage does not answer.
 */
export async function openPicture(
  { program, folders, pairs }: Roots,
  farmPath: string,
  more: readonly PathPair[] = [],
): Promise<OpenPicture> {
  if (folders.length === 0)
    throw new HttpError(404, `this ${program} shows no pictures: start it with --pictures /mnt/x, their folder`);
  const path = mapPath(farmPath, [...pairs, ...more], pathSystem);
  if (!folders.some((folder) => isBelow(path, folder)))
    throw new HttpError(404, `${path} is below none of the folders that --pictures names at this ${program}`);
  let opened: FileHandle | undefined;
  let late = false;
  const opening = openInside({ program, folders, pairs }, path).then(async (file) => {
    opened = file;
    if (late) await file.close();
  });
  if (!(await within(openMs, opening))) {
    late = true;
    opening.catch(() => {});
    throw new HttpError(503, `${path} cannot be opened now: its storage does not answer`, { "retry-after": "10" });
  }
  const file = opened!;
  try {
    return await pictureIn(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openInside({ program, folders }: Roots, path: string): Promise<FileHandle> {
  const missing = new HttpError(404, `there is no file ${path}`);
  const elsewhere = new HttpError(404, `${path} leads out of the folders that --pictures names at this ${program}`);
  try {
    const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
    const inside = (real: string) => roots.some((root) => isBelow(real, root));
    const real = await realpath(path);
    if (!inside(real)) throw elsewhere;
    // Pipes and devices are not so much as opened.
    if (!(await stat(real)).isFile()) throw missing;
    const file = await open(real, O_RDONLY | O_NONBLOCK);
    // A folder may have become a link in between: where the system can tell what was opened, it is asked.
    const truly = await readlink(`/proc/self/fd/${file.fd}`).catch(() => real);
    if (inside(truly)) return file;
    await file.close();
    throw elsewhere;
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") throw missing;
    throw new HttpError(404, `${path} cannot be opened (${code})`);
  }
}

async function pictureIn(file: FileHandle, path: string): Promise<OpenPicture> {
  const { size, mtimeMs } = await file.stat();
  if (size > largestPicture)
    throw new HttpError(404, `${path} is larger than the ${largestPicture / 1024 / 1024} MB that are shown`);
  const { buffer } = await file.read(new Uint8Array(tellingBytes), 0, tellingBytes, 0);
  const format = formatOf(buffer);
  if (!format) throw new HttpError(404, `${path} is no picture that can be shown, whatever its name says`);
  return {
    path,
    format,
    size,
    mtimeMs,
    async read() {
      const bytes = new Uint8Array(size);
      let at = 0;
      while (at < size) {
        const { bytesRead } = await file.read(bytes, at, size - at, at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    },
    stream: () => streamOf(piecesOf(file, size)),
    close: () => file.close(),
  };
}

async function* piecesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < size; ) {
      const wanted = Math.min(pieceBytes, size - at);
      const { bytesRead, buffer } = await file.read(new Uint8Array(wanted), 0, wanted, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !isAbsolute(way) && way.split(/[\\/]/, 1)[0] !== "..";
}
