import { access, constants, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/**
 * Makes sure that pictures can be written into the folder, before any time is spent on rendering.
 *
 * Only the folder itself is made, not those above it: where they are missing, a share is likely not mounted,
 * and pictures on the local disk would be as good as lost.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder).catch(ignoreExisting);
    if (!(await stat(folder)).isDirectory()) throw new Error("it is not a folder");
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Error(`cannot write into ${folder}: ${reason(error)}`);
  }
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
}

/**
 * Writes a file under a passing name and gives it its own when it is whole: nobody ever finds half a picture.
 * The passing name is in the same folder, as renaming is one step only within one disk; returns the final path.
 */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  // Two machines may render the same frame when a lost one comes back; each writes to a file of its own.
  const passing = join(folder, `.${name}.${hostname()}.${process.pid}.part`);
  try {
    await writeFile(passing, bytes);
    await rename(passing, path);
  } catch (error) {
    await rm(passing, { force: true });
    throw new Error(`cannot write ${path}: ${reason(error)}`);
  }
  return path;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
