// Where a backup goes: beside its place until it is whole, then into it; or to stdout.
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PlainError } from "../local/program";

/** Takes the bytes of a backup. `keep` when all are there, `drop` when they will not come. */
export type Target = { write(bytes: Uint8Array): Promise<void>; keep(): Promise<void>; drop(): void };

/** Opens it, readable by its owner only. Throws a PlainError when there is a file already, unless `force`, and when none can be written. */
export async function openTarget(path: string, force: boolean): Promise<Target> {
  if (path === "-") return toStdout();
  const file = resolve(path);
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory())
    throw new PlainError(`${path} is a folder: name a file in it, as ${join(path, "farm.backup")}`);
  if (there && !force) throw new PlainError(`${path} is there already: name another file, or replace it with --force`);
  const part = `${file}.part`;
  // What another backup left there, or still writes: that one then finds out.
  await inWords(path, async () => rmSync(part, { force: true }));
  const handle = await inWords(path, () => open(part, "wx", 0o600));
  return {
    write: (bytes) => inWords(path, () => writeAll(handle, bytes)),
    keep: () => inWords(path, () => putInPlace(handle, part, file)),
    drop: () => rmSync(part, { force: true }),
  };
}

async function putInPlace(handle: FileHandle, part: string, file: string): Promise<void> {
  await handle.sync();
  const [ours, there] = [await handle.stat(), await stat(part).catch(() => undefined)];
  await handle.close();
  if (there?.ino !== ours.ino)
    throw new PlainError(`another backup is being written to ${basename(file)}: this one is dropped`);
  await rename(part, file);
  if (process.platform === "win32") return;
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

function toStdout(): Target {
  if (process.stdout.isTTY === true)
    throw new PlainError("a backup is not for a terminal: name a file, or send it on with a pipe", 2);
  return {
    write: (bytes) =>
      new Promise((done, fail) => process.stdout.write(bytes, (error) => (error ? fail(error) : done()))),
    keep: async () => {},
    drop: () => {},
  };
}

/** What a person can do about a file that cannot be written. */
async function inWords<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new PlainError(`the disk of ${path} is full: free some space, or write it elsewhere`);
    if (code === "EACCES" || code === "EPERM" || code === "EROFS")
      throw new PlainError(`may not write ${path} (${code}): choose another folder, or another user`);
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new PlainError(`there is no folder ${dirname(resolve(path))} for ${basename(path)}: make it first`);
    if (code !== undefined && !(error instanceof PlainError)) throw new PlainError(`cannot write ${path} (${code})`);
    throw error;
  }
}
