// Pictures that were sized down, on disk: those that nobody looked at for longest go first.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";

/** All of them together have at most so many bytes, and are at most so many. */
const most = { bytes: 1024 ** 3, files: 100_000 } as const;

/** Pictures by name, in a folder of their own. What cannot be kept is made again: nothing here fails. */
export class PictureCache {
  /** Bytes by name, the one that was looked at longest ago first. */
  private known: Promise<Map<string, number>> | undefined;
  private bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly bounds: { bytes: number; files: number } = most,
  ) {}

  /** The picture of this name; undefined where it is not kept. */
  async get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const known = await this.read();
    const size = known.get(name);
    if (size === undefined) return undefined;
    try {
      const bytes = await readFile(join(this.folder, name));
      known.delete(name);
      known.set(name, size);
      // So that the order is known at the next start as well.
      const now = new Date();
      utimes(join(this.folder, name), now, now).catch(() => {});
      return new Uint8Array(bytes);
    } catch {
      this.forget(known, name);
      return undefined;
    }
  }

  /** Keeps a picture, and lets go of others where there are too many. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const known = await this.read();
    const draft = join(this.folder, `${name}.${randomUUID()}.draft`);
    try {
      await writeFile(draft, bytes);
      await rename(draft, join(this.folder, name));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      getLogger(["drqueue", "master"]).warn("a picture could not be kept in {folder}: {error}", {
        folder: this.folder,
        error: (error as Error).message,
      });
      return;
    }
    this.forget(known, name);
    known.set(name, bytes.length);
    this.bytes += bytes.length;
    for (const oldest of known.keys()) {
      if (this.bytes <= this.bounds.bytes && known.size <= this.bounds.files) break;
      this.forget(known, oldest);
      await rm(join(this.folder, oldest), { force: true }).catch(() => {});
    }
  }

  private forget(known: Map<string, number>, name: string): void {
    this.bytes -= known.get(name) ?? 0;
    known.delete(name);
  }

  private read(): Promise<Map<string, number>> {
    this.known ??= this.scan();
    return this.known;
  }

  private async scan(): Promise<Map<string, number>> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 }).catch(() => {});
    const found: { name: string; size: number; at: number }[] = [];
    for (const name of await readdir(this.folder).catch(() => [])) {
      // Half of one that an earlier master was writing when it ended.
      if (name.endsWith(".draft")) await rm(join(this.folder, name), { force: true }).catch(() => {});
      else {
        const file = await stat(join(this.folder, name)).catch(() => undefined);
        if (file?.isFile()) found.push({ name, size: file.size, at: file.mtimeMs });
      }
    }
    this.bytes = found.reduce((sum, { size }) => sum + size, 0);
    return new Map(found.sort((a, b) => a.at - b.at).map(({ name, size }) => [name, size]));
  }
}
