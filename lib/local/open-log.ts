// Opens a log for reading at any place. The folders of logs belong to the jobscripts as well: through a link of theirs a master that runs
// as root would show any file of its machine, and a pipe would never open.
import { constants, lstatSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** The most bytes that are read at once, but of logs that are compressed. */
const piece = 64 * 1024;

/** A log that is open. `read`: some of the bytes from there on, none at the end. `size`: now, bytes. */
export type OpenLog = {
  size(): Promise<number>;
  read(at: number): Promise<Uint8Array>;
  close(): Promise<void>;
};

/** Whether there is a log at this path: a file, not a link to one, in a folder that is none either. */
export function isLog(path: string): boolean {
  return (
    lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true &&
    lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  );
}

/** Opens what isLog has found. Throws when it cannot be opened, or is no plain file after all. */
export async function openFile(path: string) {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(`${path} is not a file`);
}

/** Opens a log as it was written. Throws like openFile. */
export async function openLog(path: string): Promise<OpenLog> {
  const file = await openFile(path);
  return {
    size: async () => (await file.stat()).size,
    async read(at) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(piece), 0, piece, at);
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}
