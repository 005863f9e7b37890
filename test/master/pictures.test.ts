// Pictures that were sized down: kept as far as there is room, made once for all who look, and no more than a master can bear.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PictureCache } from "../../lib/master/pictures/cache";
import { Decoder } from "../../lib/master/pictures/decoder";
import { Sized } from "../../lib/master/pictures/sized";
import type { Source } from "../../lib/master/pictures/source";
import { exr, png, seen, tiff } from "../pictures";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-pictures-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the pictures that are kept", () => {
  const bytes = (size: number) => new Uint8Array(size);
  const kept = () => readdirSync(folder).sort();

  test("are as many as there is room for: the one that nobody looked at for longest goes first", async () => {
    const cache = new PictureCache(folder, { bytes: 250, files: 10 });
    for (const name of ["a", "b"]) await cache.put(name, bytes(100));
    expect((await cache.get("a"))?.length).toBe(100);
    await cache.put("c", bytes(100));
    expect(kept()).toEqual(["a", "c"]);
    expect(await cache.get("b")).toBeUndefined();
    await cache.put("large", bytes(300));
    expect(kept()).toEqual([]);
    const few = new PictureCache(folder, { bytes: 1000, files: 2 });
    for (const name of ["a", "b", "c"]) await few.put(name, bytes(1));
    expect(kept()).toEqual(["b", "c"]);
  });

  test("are known after a restart, in their order, without what was half written", async () => {
    const before = new PictureCache(folder, { bytes: 250, files: 10 });
    for (const name of ["a", "b"]) await before.put(name, bytes(100));
    writeFileSync(join(folder, "c.1.draft"), "half");
    utimesSync(join(folder, "b"), 1, 1);
    const after = new PictureCache(folder, { bytes: 250, files: 10 });
    expect((await after.get("a"))?.length).toBe(100);
    await after.put("d", bytes(100));
    expect(kept()).toEqual(["a", "d"]);
  });

  test("that somebody took away are made anew, and where none can be kept nothing fails", async () => {
    const cache = new PictureCache(folder);
    await cache.put("a", bytes(100));
    rmSync(join(folder, "a"));
    expect(await cache.get("a")).toBeUndefined();
    const nowhere = new PictureCache("/dev/null/pictures");
    await nowhere.put("a", bytes(100));
    expect(await nowhere.get("a")).toBeUndefined();
  });
});

/** A picture whose file is given when `read` is called. */
function source(name: string, read: () => Promise<Uint8Array>): Source & { closed: number } {
  return {
    path: name,
    format: "png",
    closed: 0,
    tag: (width) => `"${name} ${width}"`,
    read: async () => new Uint8Array(await read()),
    stream: () => new ReadableStream(),
    async close() {
      this.closed++;
    },
  };
}

describe("a picture that is sized down", () => {
  const stays = new AbortController().signal;

  test("is read once for all who look at once, and every file is closed", async () => {
    const sized = new Sized(new PictureCache(folder));
    let reads = 0;
    const file = await png(100, 50);
    const read = async () => {
      reads++;
      return file;
    };
    const looks = Array.from({ length: 10 }, () => source("one", read));
    const all = await Promise.all(looks.map((one) => sized.get(one, 64, stays)));
    expect(reads).toBe(1);
    expect(new Set(all.map((one) => Bun.hash(one))).size).toBe(1);
    expect(looks.map(({ closed }) => closed)).toEqual(looks.map(() => 1));
    expect(await seen(all[0]!)).toMatchObject({ width: 64, height: 32 });
  });

  test("is not made for who has left, and who asks for too many is told to come back", async () => {
    const sized = new Sized(new PictureCache(folder));
    const { promise: gate, resolve: open } = Promise.withResolvers<Uint8Array>();
    const first = Array.from({ length: 2 }, (_, at) =>
      sized.get(
        source(`held ${at}`, () => gate),
        64,
        stays,
      ),
    );
    const leaves = new AbortController();
    let reads = 0;
    const counted = async () => {
      reads++;
      return gate;
    };
    const left = sized.get(source("left", counted), 64, leaves.signal).catch((error) => error.message);
    const waiting = Array.from({ length: 97 }, (_, at) =>
      sized.get(
        source(`waiting ${at}`, () => gate),
        64,
        stays,
      ),
    );
    const over = source("over", () => gate);
    expect(await sized.get(over, 64, stays).catch(({ status, headers }) => ({ status, headers }))).toEqual({
      status: 503,
      headers: { "retry-after": "1" },
    });
    expect(over.closed).toBe(1);
    leaves.abort();
    expect(await left).toContain("nobody waits");
    open(await png(8, 8));
    await Promise.all([...first, ...waiting]);
    expect(reads).toBe(0);
  });
});

describe("the threads that decode", () => {
  test("answer for one picture after the other, also after a bad one", async () => {
    const decoder = new Decoder();
    const decode = (format: "exr" | "tiff", file: Uint8Array) => decoder.decode(format, new Uint8Array(file));
    expect(await seen(await decode("exr", exr(8, 6)))).toMatchObject({ width: 8, top: "red", bottom: "blue" });
    expect(decode("exr", exr(8, 6).subarray(0, 40))).rejects.toThrow("it ends too early");
    expect(decode("tiff", tiff(8, 6).subarray(0, 30))).rejects.toThrow("it ends too early");
    expect(decode("exr", exr(8, 6, undefined, ["X", "Y0", "Z"]))).rejects.toThrow("it holds no colours");
    expect(await seen(await decode("tiff", tiff(8, 6)))).toMatchObject({ top: "red", bottom: "blue" });
  });
});
