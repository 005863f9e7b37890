// TIFF by utif2. The library follows whatever a file points at, without end: so the tags that a picture needs are read here first.
import * as UTIF from "utif2";
import { checkSize, newBmp } from "./bmp";

/** Tags by number, as the library wants them. */
type Tags = Record<string, number[]>;

/** Bytes of a number of each type that counts here: BYTE, SHORT, LONG. */
const bytesOf: Record<number, 1 | 2 | 4> = { 1: 1, 3: 2, 4: 4 };
const needed = [256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339];
/** None, LZW, deflate by both of its numbers, PackBits. */
const compressions = [1, 5, 8, 32_946, 32_773];

/** The first picture of the file as a BMP; transparent is black. Throws an Error, a RangeError where the file is cut short. */
export function readTiff(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const tags = tagsOf(file);
  const [width, height] = [tags.t256?.[0] ?? 0, tags.t257?.[0] ?? 0];
  checkSize(width, height);
  check(tags);
  const ifd = { ...tags, width, height, data: undefined } as unknown as UTIF.IFD;
  UTIF.decodeImage(file.buffer, ifd);
  if (!ifd.data) throw new Error("it has no pixels");
  const rgba = UTIF.toRGBA8(ifd);
  const { bmp, at } = newBmp(width, height);
  for (let row = 0; row < height; row++) {
    let to = at(height - 1 - row);
    for (let from = row * width * 4; from < (row + 1) * width * 4; from += 4) {
      const opaque = rgba[from + 3]!;
      for (const colour of [2, 1, 0]) {
        const value = rgba[from + colour]!;
        bmp[to++] = opaque === 255 ? value : (value * opaque) / 255;
      }
    }
  }
  return bmp;
}

function check({ t258: bits = [1], t259, t277: samples = [bits.length], t284, t322: tile, t323 }: Tags): void {
  if (!compressions.includes(t259?.[0] ?? 1)) throw new Error(`its compression ${t259?.[0]} cannot be read`);
  if (t284?.[0] === 2) throw new Error("its colours are apart from each other, which cannot be read");
  if (bits.some((one) => one !== bits[0]) || ![1, 8, 16, 32].includes(bits[0]!))
    throw new Error(`its ${bits.join(", ")} bits cannot be read`);
  if (!(samples[0]! >= 1 && samples[0]! <= 16)) throw new Error("it has too many channels");
  if (tile) checkSize(tile[0]!, t323?.[0] ?? 0);
}

/** The tags of the first picture. */
function tagsOf(file: Uint8Array<ArrayBuffer>): Tags {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const little = view.getUint8(0) === 0x49;
  const tags: Tags = {};
  const begin = view.getUint32(4, little);
  const count = view.getUint16(begin, little);
  for (let entry = begin + 2; entry < begin + 2 + count * 12; entry += 12) {
    const tag = view.getUint16(entry, little);
    const size = bytesOf[view.getUint16(entry + 2, little)];
    const length = view.getUint32(entry + 4, little);
    if (!needed.includes(tag) || size === undefined) continue;
    const at = size * length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (at + size * length > file.length) throw new RangeError("a tag");
    tags[`t${tag}`] = Array.from({ length }, (_, place) => {
      const where = at + place * size;
      return size === 1
        ? view.getUint8(where)
        : size === 2
          ? view.getUint16(where, little)
          : view.getUint32(where, little);
    });
  }
  return tags;
}
