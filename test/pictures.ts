// Small pictures for tests, in each of the formats that the farm shows.
import { inflateSync } from "node:zlib";
import { newBmp } from "../lib/master/pictures/bmp";

/** Red, green and blue, 0 to 1, of the pixel at x, y; y is counted from the top. */
export type Colours = (x: number, y: number) => readonly [number, number, number];

/** Red above blue: what is upside down, or has its colours mixed up, is seen at once. */
export const redAboveBlue =
  (height: number): Colours =>
  (_, y) =>
    y < height / 2 ? [1, 0, 0] : [0, 0, 1];

export function bmp(width: number, height: number, colours: Colours = redAboveBlue(height)): Uint8Array<ArrayBuffer> {
  const { bmp, at } = newBmp(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colours(x, y);
      bmp.set(
        [blue, green, red].map((one) => Math.round(one * 255)),
        at(height - 1 - y) + x * 3,
      );
    }
  return bmp;
}

export async function png(width: number, height: number, colours?: Colours): Promise<Uint8Array> {
  return new Bun.Image(bmp(width, height, colours)).png().bytes();
}

/** An EXR of floats without compression. `names` are those of blue, green and red, as files have them in order. */
export function exr(
  width: number,
  height: number,
  colours = redAboveBlue(height),
  names = ["B", "G", "R"],
): Uint8Array {
  const int = (...values: number[]) => Buffer.from(new Int32Array(values).buffer);
  const text = (text: string) => Buffer.from(`${text}\0`, "latin1");
  const attribute = (name: string, type: string, value: Buffer) =>
    Buffer.concat([text(name), text(type), int(value.length), value]);
  const channels = names.map((name) => Buffer.concat([text(name), int(2, 0, 1, 1)]));
  const window = int(0, 0, width - 1, height - 1);
  const header = Buffer.concat([
    int(20_000_630, 2),
    attribute("channels", "chlist", Buffer.concat([...channels, Buffer.alloc(1)])),
    attribute("compression", "compression", Buffer.alloc(1)),
    attribute("dataWindow", "box2i", window),
    attribute("displayWindow", "box2i", window),
    attribute("lineOrder", "lineOrder", Buffer.alloc(1)),
    Buffer.alloc(1),
  ]);
  const lineBytes = width * 4 * names.length;
  const offsets = Buffer.alloc(height * 8);
  const lines = Array.from({ length: height }, (_, y) => {
    offsets.writeBigUInt64LE(BigInt(header.length + offsets.length + y * (lineBytes + 8)), y * 8);
    const line = new Float32Array(width * names.length);
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) line[channel * width + x] = colours(x, y)[2 - channel]!;
    return Buffer.concat([int(y, lineBytes), Buffer.from(line.buffer)]);
  });
  return Buffer.concat([header, offsets, ...lines]);
}

/** A TIFF of bytes without compression. */
export function tiff(width: number, height: number, colours = redAboveBlue(height)): Uint8Array {
  const entries: [tag: number, type: 3 | 4, value: number][] = [
    [256, 4, width],
    [257, 4, height],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 2],
    [273, 4, 0],
    [277, 3, 3],
    [278, 4, height],
    [279, 4, width * height * 3],
  ];
  const begin = 8 + 2 + entries.length * 12 + 4;
  const file = Buffer.alloc(begin + width * height * 3);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [at, [tag, type, value]] of entries.entries()) {
    const entry = 10 + at * 12;
    file.writeUInt16LE(tag, entry);
    file.writeUInt16LE(type, entry + 2);
    file.writeUInt32LE(1, entry + 4);
    file.writeUInt32LE(tag === 273 ? begin : value, entry + 8);
  }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      file.set(
        colours(x, y).map((one) => Math.round(one * 255)),
        begin + (y * width + x) * 3,
      );
  return file;
}

/** How large a picture is, and the strongest colour of its upper and of its lower half. */
export async function seen(picture: Uint8Array) {
  const { width, height } = await new Bun.Image(picture).metadata();
  const small = Buffer.from(await new Bun.Image(picture).resize(1, 2, { filter: "box" }).png().bytes());
  const data: Buffer[] = [];
  for (let at = 8; at < small.length; at += small.readUInt32BE(at) + 12)
    if (small.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(small.subarray(at + 8, at + 8 + small.readUInt32BE(at)));
  const rows = inflateSync(Buffer.concat(data));
  const row = rows.length / 2;
  const upper = [...rows.subarray(1, 4)];
  // What a row of one pixel says of itself is the difference to the one above it, of which an average takes half.
  const above = [0, 0, 1, 0.5, 1][rows[row]!]!;
  const lower = [...rows.subarray(row + 1, row + 4)].map((byte, at) => (byte + Math.floor(upper[at]! * above)) % 256);
  const strongest = (pixel: number[]) => ["red", "green", "blue"][pixel.indexOf(Math.max(...pixel))]!;
  return { width, height, top: strongest(upper), bottom: strongest(lower) };
}
