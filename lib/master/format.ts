// What a master's data folder looks like, as a number: an older release must not make a mess of what a newer one has written.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PlainError, version } from "../local/program";

/** Folders of release 0.1 are of format 1, and do not say so. */
const format = 2;

/** Notes that this release uses the folder now. Throws a PlainError when a newer one has used it that keeps it in another way. */
export function keepFormat(folder: string): void {
  const file = join(folder, "master.json");
  let kept: { format?: number; release?: string } = {};
  try {
    kept = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // There is none, or it was not written whole.
  }
  if ((kept.format ?? 1) > format)
    throw new PlainError(
      `${folder} was used by release ${kept.release}: start the master with that release, this is ${version}`,
    );
  if (kept.format === format && kept.release === version) return;
  writeFileSync(`${file}.new`, `${JSON.stringify({ format, release: version })}\n`);
  renameSync(`${file}.new`, file);
}
