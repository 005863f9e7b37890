// The log store takes pieces in any order and any number of times, and has in the end what was sent, or nothing.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { tail } from "../../../lib/local/tail";
import { openHere } from "../../../lib/master/logs/read";
import { LogStore } from "../../../lib/master/logs/store";
import { pieceBytes } from "../../../lib/uploads";

const path = "000012.shot/0005.1.log";
let folder: string;
let store: LogStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-store-"));
  store = new LogStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Random bytes, so that nothing is there twice by chance. */
const bytes = (length: number) => {
  const made = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(made.subarray(at, at + 65_536));
  return made;
};
const sha256 = (log: Uint8Array) => new Bun.CryptoHasher("sha256").update(log).digest("hex");
const base64 = (part: Uint8Array) => Buffer.from(Bun.zstdCompressSync(part)).toString("base64");
const endOf = (log: Uint8Array) => ({ size: log.length, sha256: sha256(log) });

function piece(log: Uint8Array, at: number) {
  const part = log.subarray(at, at + pieceBytes);
  return { path, at, data: base64(part), ...(at + part.length === log.length && { end: endOf(log) }) };
}
const take = async (one: ReturnType<typeof piece>) => (await store.take([one]))[0]!;
const stored = async () => {
  const parts: Uint8Array[] = [];
  for await (const part of tail((await openHere(join(folder, path)))!)) parts.push(part);
  return Buffer.concat(parts);
};
const file = (end: string) => join(folder, path + end);

test("a log of one piece is stored at once, and told again it still is", async () => {
  const log = Buffer.from("line\n");
  expect(await take(piece(log, 0))).toEqual({ state: "stored", at: 5 });
  expect(await take(piece(log, 0))).toEqual({ state: "stored", at: 5 });
  expect(await stored()).toEqual(log);
  // For any other program it is a file of zstd frames.
  expect(Bun.zstdDecompressSync(readFileSync(file(".zst"))).toString()).toBe("line\n");
  expect(existsSync(file(".zst.part"))).toBe(false);
});

test("a log of nothing is stored as such", async () => {
  expect(await take(piece(new Uint8Array(), 0))).toEqual({ state: "stored", at: 0 });
  expect((await stored()).length).toBe(0);
});

test("pieces told twice, too early or by a new life of the slave lead to the log as it was", async () => {
  const log = bytes(3 * pieceBytes + 1000);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 8 }), fc.nat(3), async (order, restart) => {
      rmSync(join(folder, "000012.shot"), { recursive: true, force: true });
      for (const [n, k] of order.entries()) {
        if (n === restart) store = new LogStore(folder);
        await take(piece(log, k * pieceBytes));
      }
      let answer = (await store.take([{ path, at: 0, data: "" }]))[0]!;
      for (let n = 0; answer.state === "more"; n++) {
        expect(n).toBeLessThan(5);
        answer = await take(piece(log, answer.at));
      }
      expect(answer.state).toBe("stored");
      expect((await stored()).equals(log)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test("what a master did not write whole before it was killed is sent again", async () => {
  const log = bytes(2 * pieceBytes + 10);
  await take(piece(log, 0));
  await take(piece(log, pieceBytes));
  truncateSync(file(".zst.part"), Bun.file(file(".zst.part")).size - 100);
  store = new LogStore(folder);
  expect(await take(piece(log, 2 * pieceBytes))).toEqual({ state: "more", at: pieceBytes });
  expect(await take(piece(log, pieceBytes))).toEqual({ state: "more", at: 2 * pieceBytes });
  appendFileSync(file(".zst.part"), "half a piece");
  expect((await take(piece(log, 2 * pieceBytes))).state).toBe("stored");
  expect((await stored()).equals(log)).toBe(true);
});

test("a log that is not as the slave has it is begun anew, and never shown", async () => {
  const log = bytes(pieceBytes + 10);
  await take(piece(log, 0));
  const wrong = { ...piece(log, pieceBytes), end: { size: log.length, sha256: "0".repeat(64) } };
  expect(await take(wrong)).toEqual({ state: "more", at: 0 });
  expect(await openHere(join(folder, path))).toBeUndefined();
  // Bytes that the disk has lost are noticed when the last piece comes.
  await take(piece(log, 0));
  const part = readFileSync(file(".zst.part"));
  part[5000]! ^= 1;
  writeFileSync(file(".zst.part"), part);
  expect(await take(piece(log, pieceBytes))).toEqual({ state: "more", at: 0 });
  expect(existsSync(file(".zst.part"))).toBe(false);
});

test("pieces of one log that come at the same time do not get into each other", async () => {
  const log = bytes(pieceBytes + 10);
  const all = [0, 0, pieceBytes, pieceBytes, 0].map((at) => piece(log, at));
  await Promise.all(all.map((one) => store.take([one])));
  const [rest] = await store.take([{ path, at: 0, data: "" }]);
  if (rest!.state === "more") expect(await take(piece(log, rest!.at))).toMatchObject({ state: "stored" });
  expect((await stored()).equals(log)).toBe(true);
});

test("a piece that unpacks to more than a piece, or is no zstd, is refused", async () => {
  for (const data of [base64(new Uint8Array(pieceBytes + 1)), Buffer.from("no zstd").toString("base64")])
    expect(store.take([{ path, at: 0, data }])).rejects.toMatchObject({ status: 400 });
});

describe("where a jobscript has put something in the place of", () => {
  const log = Buffer.from("line\n");
  const outside = () => {
    const path = join(folder, "outside");
    mkdirSync(path);
    writeFileSync(join(path, "kept"), "kept");
    return path;
  };

  test("the folder, nothing is written through it", async () => {
    symlinkSync(outside(), join(folder, "000012.shot"));
    expect((await take(piece(log, 0))).state).toBe("gone");
    expect(existsSync(join(folder, "outside", "0005.1.log.zst"))).toBe(false);
  });

  test("the log, nothing is written through it", async () => {
    mkdirSync(join(folder, "000012.shot"));
    symlinkSync(join(outside(), "kept"), file(".zst.part"));
    expect((await take(piece(log, 0))).state).toBe("gone");
    rmSync(file(".zst.part"));
    Bun.spawnSync(["mkfifo", file(".zst.part")]);
    expect((await take(piece(log, 0))).state).toBe("gone");
    rmSync(file(".zst.part"));
    symlinkSync(join(folder, "outside", "kept"), file(".zst"));
    expect((await take(piece(log, 0))).state).toBe("stored");
    expect(readFileSync(join(folder, "outside", "kept"), "utf8")).toBe("kept");
  });
});

test("a range in the middle of a stored log is read without what stands before it", async () => {
  const log = bytes(4 * pieceBytes + 5);
  for (let at = 0; at < log.length; at += pieceBytes) await take(piece(log, at));
  // The first piece is spoilt: whoever unpacked it would fail.
  const packed = readFileSync(file(".zst"));
  packed.fill(0, 16, 1000);
  writeFileSync(file(".zst"), packed);
  const open = (await openHere(join(folder, path)))!;
  const from = 2 * pieceBytes + 77;
  const parts: Uint8Array[] = [];
  for await (const part of tail(open, { from, to: from + pieceBytes })) parts.push(part);
  expect(Buffer.concat(parts).equals(log.subarray(from, from + pieceBytes))).toBe(true);
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "a log of which the disk has room for a part only is not stored, and is taken when there is room",
  async () => {
    const small = join(folder, "small");
    mkdirSync(small);
    // Where even root may not mount, as in some containers, there is no small disk to fill.
    if (Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small]).exitCode !== 0) return;
    try {
      const store = new LogStore(small);
      const log = bytes(pieceBytes);
      const take = () => store.take([{ path, at: 0, data: base64(log), end: endOf(log) }]);
      writeFileSync(join(small, "other"), bytes(3_800_000));
      await expect(take()).rejects.toThrow("no room left");
      expect(existsSync(join(small, `${path}.zst`))).toBe(false);
      rmSync(join(small, "other"));
      expect(await take()).toEqual([{ state: "stored", at: log.length }]);
    } finally {
      Bun.spawnSync(["umount", "-l", small]);
    }
  },
);
