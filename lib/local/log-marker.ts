// The file by which a log folder is known: a slave that sees it in its own log folder shares that with the master.
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Marker = z.object({ store: z.uuid(), farm: z.string() });

/** `store`: names the folder. `farm`: whose it is, as the first master of it said. */
export type Marker = z.infer<typeof Marker>;

const fileIn = (folder: string) => join(folder, ".drqueue-logs");

/** The marker of a log folder; undefined when it has none. */
export function readMarker(folder: string): Marker | undefined {
  try {
    return Marker.parse(JSON.parse(readFileSync(fileIn(folder), "utf8")));
  } catch {
    return undefined;
  }
}

/** Marks a log folder, once: of several masters that do so at a time all get the same. Throws where it may not be written. */
export function markFolder(folder: string, farm: string): Marker {
  const found = readMarker(folder);
  if (found) return found;
  const store = crypto.randomUUID();
  const own = join(folder, `.drqueue-logs-${store}`);
  try {
    writeFileSync(own, JSON.stringify({ store, farm }), { mode: 0o644 });
    // Under its name it is there with all that is in it, or not at all, and never replaces another one.
    linkSync(own, fileIn(folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw error;
  } finally {
    rmSync(own, { force: true });
  }
  const marker = readMarker(folder);
  if (!marker) throw new Error(`${fileIn(folder)} is not as a master writes it: remove it`);
  return marker;
}
