// Pixels as a BMP, the plainest of the formats that Bun reads.

const headerBytes = 54;

/** No picture that is decoded here has more pixels, or a longer side, px: what says so of itself is a bomb, or for nobody's eyes. */
const most = { pixels: 100_000_000, side: 65_536 } as const;

/** Throws an Error where no picture has this size. */
export function checkSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Error("it has no size");
  if (width > most.side || height > most.side || width * height > most.pixels)
    throw new Error(`it has ${width} x ${height} pixels: at most ${most.pixels / 1e6} million are shown`);
}

/** A BMP of this size, still black. `at`: where the pixel is, blue, green and red; rows are counted from the lowest. */
export function newBmp(width: number, height: number): { bmp: Uint8Array<ArrayBuffer>; at: (row: number) => number } {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bmp = new Uint8Array(headerBytes + stride * height);
  const view = new DataView(bmp.buffer);
  bmp.set([0x42, 0x4d]);
  view.setUint32(2, bmp.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return { bmp, at: (row) => headerBytes + row * stride };
}
