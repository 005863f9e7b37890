// The thread in which pictures are decoded: it is told a file, and answers with a BMP or with what is wrong.
import type { Decoded, Wanted } from "./decoder";
import { readExr } from "./exr";
import { readTiff } from "./tiff";

declare const self: Worker;

// The libraries tell oddities of files by the line, some of them for every pixel.
console.log = console.warn = console.error = () => {};

self.onmessage = ({ data: { format, file } }: MessageEvent<Wanted>) => {
  let decoded: Decoded;
  try {
    decoded = { bmp: format === "exr" ? readExr(file) : readTiff(file) };
  } catch (error) {
    decoded = {
      problem: error instanceof RangeError ? "it ends too early" : ((error as Error)?.message ?? `${error}`),
    };
  }
  self.postMessage(decoded, "bmp" in decoded ? [decoded.bmp.buffer] : []);
};
