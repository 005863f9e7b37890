import { expect, test } from "bun:test";
import { crc32, inflateSync } from "node:zlib";
import { encodePng, type Picture } from "../../example/png.ts";

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  readonly crcHolds: boolean;
}

function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    const crcHolds = file.readUInt32BE(at + 8 + length) === crc32(body);
    chunks.push({ type: body.toString("latin1", 0, 4), data: body.subarray(4), crcHolds });
    at += length + 12;
  }
  return chunks;
}

/** Undoes the two simplest of PNG's filters, none and "sub"; any other fails the test. */
function pixelsOf(data: Buffer, width: number, height: number): Uint8Array {
  const stride = width * 3;
  const rows = inflateSync(data);
  expect(rows.length).toBe(height * (stride + 1));
  const rgb = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]!;
    expect([0, 1]).toContain(filter);
    for (let i = 0; i < stride; i++) {
      const left = filter === 1 && i >= 3 ? rgb[y * stride + i - 3]! : 0;
      rgb[y * stride + i] = rows[y * (stride + 1) + 1 + i]! + left;
    }
  }
  return rgb;
}

function motley(width: number, height: number): Picture {
  return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 7) % 256) };
}

test("a picture comes out of its PNG file byte for byte", () => {
  const picture = motley(37, 11);
  const data = chunksOf(Buffer.from(encodePng(picture))).find(({ type }) => type === "IDAT")!.data;
  expect(pixelsOf(data, 37, 11)).toEqual(picture.rgb);
});

test("a PNG file has the signature, and the chunks every viewer expects, each with a checksum that holds", () => {
  const file = Buffer.from(encodePng(motley(5, 3)));
  expect(file.toString("hex", 0, 8)).toBe("89504e470d0a1a0a");
  expect(chunksOf(file).map(({ type, crcHolds }) => [type, crcHolds])).toEqual([
    ["IHDR", true],
    ["IDAT", true],
    ["IEND", true],
  ]);
});

test("a PNG file tells its size and that it holds 8 bits each of red, green and blue", () => {
  const header = chunksOf(Buffer.from(encodePng(motley(300, 2))))[0]!.data;
  expect(header.length).toBe(13);
  expect([header.readUInt32BE(0), header.readUInt32BE(4)]).toEqual([300, 2]);
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
});
