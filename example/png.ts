import { crc32, deflateSync } from "node:zlib";

/** A picture as rows of red, green, blue bytes, top row first. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BYTES_PER_PIXEL = 3;
/** "Sub" in the PNG standard: each byte is stored as its difference from the pixel to the left. */
const FILTER_SUB = 1;

/** Encodes a picture as a PNG file of 8 bits per channel. */
export function encodePng({ width, height, rgb }: Picture): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits per channel
  header.setUint8(9, 2); // colour type: RGB; the three bytes after it stay 0, the only or plainest choice
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(filtered(width, height, rgb))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Differences of neighbours are mostly near zero in a soft picture, and pack far better than the bytes do. */
function filtered(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const stride = width * BYTES_PER_PIXEL;
  const rows = new Uint8Array(height * (stride + 1));
  let to = 0;
  for (let y = 0; y < height; y++) {
    rows[to++] = FILTER_SUB;
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      const left = i < BYTES_PER_PIXEL ? 0 : rgb[at - BYTES_PER_PIXEL]!;
      rows[to++] = rgb[at]! - left;
    }
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  // The checksum covers the type and the data, but not the length before them.
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}
