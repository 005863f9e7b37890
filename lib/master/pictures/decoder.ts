// Pictures that Bun does not read itself are decoded in threads of their own: a bad one costs its thread, and no request waits for it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pictureWorker } from "../../local/packed";

/** What a thread is told, and what it says. */
export type Wanted = { format: "exr" | "tiff"; file: Uint8Array<ArrayBuffer> };
export type Decoded = { bmp: Uint8Array<ArrayBuffer> } | { problem: string };

/** A picture that takes longer, ms, or for which the program grows by more, bytes, is given up. */
const bounds = { ms: 60_000, bytes: 3 * 1024 ** 3 } as const;
/** Threads with nothing to do end, ms. */
const idleMs = 30_000;

export class Decoder {
  private readonly idle: { worker: Worker; end: Timer }[] = [];

  /** The picture as a BMP. Throws an Error that says in one line why it cannot be. */
  async decode(format: Wanted["format"], file: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const worker = this.take();
    try {
      const decoded = await answerOf(worker, { format, file });
      this.giveBack(worker);
      if ("problem" in decoded) throw new Error(decoded.problem);
      return decoded.bmp;
    } catch (error) {
      if (!this.idle.some((one) => one.worker === worker)) worker.terminate();
      throw error;
    }
  }

  private take(): Worker {
    const idle = this.idle.pop();
    if (!idle) return start();
    clearTimeout(idle.end);
    return idle.worker;
  }

  private giveBack(worker: Worker): void {
    const end = setTimeout(() => {
      this.idle.splice(
        this.idle.findIndex((one) => one.worker === worker),
        1,
      );
      worker.terminate();
    }, idleMs);
    end.unref();
    this.idle.push({ worker, end });
  }
}

function start(): Worker {
  const packed = join(import.meta.dir, pictureWorker);
  const worker = new Worker(existsSync(packed) ? packed : join(import.meta.dir, "worker.ts"));
  // A master that stops does not wait for it. The types are those of browsers, which know no such thing.
  (worker as unknown as { unref(): void }).unref();
  return worker;
}

async function answerOf(worker: Worker, wanted: Wanted): Promise<Decoded> {
  const { promise, resolve, reject } = Promise.withResolvers<Decoded>();
  worker.onmessage = ({ data }: MessageEvent<Decoded>) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message.split("\n")[0]));
  const began = performance.now();
  const before = process.memoryUsage.rss();
  const watch = setInterval(() => {
    if (performance.now() - began > bounds.ms) reject(new Error(`it takes longer than ${bounds.ms / 1000} s to read`));
    if (process.memoryUsage.rss() - before > bounds.bytes) reject(new Error("it takes too much memory to read"));
  }, 100);
  try {
    worker.postMessage(wanted, [wanted.file.buffer]);
    return await promise;
  } finally {
    clearInterval(watch);
  }
}
