// Pictures in a width, as WebP: made once, kept, and however many look at it at once, decoded once.
import { createHash } from "node:crypto";
import { HttpError } from "../../local/guard";
import { again, Turns } from "../../local/places";
import type { PictureCache } from "./cache";
import { Decoder } from "./decoder";
import type { Source } from "./source";

/** So many are made at a time, and so many are under way or wait. */
const bounds = { atOnce: 2, waiting: 100 } as const;
/** No picture has more pixels: what says so of itself is not decoded. */
export const mostPixels = 100_000_000;
/** The longest side that WebP has, px. */
const longestSide = 16_383;

type Making = { done: Promise<Uint8Array<ArrayBuffer>>; viewers: number };

export class Sized {
  private readonly making = new Map<string, Making>();
  private readonly turns = new Turns(bounds.atOnce, () => {});
  private readonly decoder = new Decoder();

  constructor(private readonly cache: PictureCache) {}

  /**
   * The picture, at most as wide; closes the source. Nobody waits for what all viewers have left before its turn.
   * Throws an HttpError: 409 where it cannot be read as a picture, 503 where there is no room.
   */
  async get(source: Source, width: number | "whole", signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const name = createHash("sha256")
      .update(`${source.path} ${source.tag(width)}`)
      .digest("hex");
    const kept = await this.cache.get(name);
    const making = kept ? undefined : this.making.get(name);
    if (kept || making) await source.close();
    if (kept) return kept;
    if (making) return viewed(making, signal);
    if (this.making.size >= bounds.waiting) {
      await source.close();
      throw new HttpError(503, "this master is busy with other pictures: ask again", again);
    }
    const fresh: Making = { done: Promise.resolve(new Uint8Array()), viewers: 0 };
    fresh.done = this.make(fresh, name, source, width).finally(() => {
      this.making.delete(name);
      return source.close();
    });
    this.making.set(name, fresh);
    return viewed(fresh, signal);
  }

  private async make(making: Making, name: string, source: Source, width: number | "whole") {
    const over = await this.turns.take();
    try {
      if (making.viewers === 0) throw left();
      const bytes = await this.encoded(source, width);
      await this.cache.put(name, bytes);
      return bytes;
    } finally {
      over();
    }
  }

  private async encoded(source: Source, width: number | "whole"): Promise<Uint8Array<ArrayBuffer>> {
    const file = await source.read();
    try {
      const { format } = source;
      const decoded = format === "exr" || format === "tiff" ? await this.decoder.decode(format, file) : file;
      const most = width === "whole" ? longestSide : width;
      return new Uint8Array(
        await new Bun.Image(decoded, { maxPixels: mostPixels })
          .resize(most, width === "whole" ? longestSide : 4 * most, { fit: "inside", withoutEnlargement: true })
          .webp({ quality: 82 })
          .bytes(),
      );
    } catch (error) {
      const why = (error as Error).message
        .replace(/^Image: /, "")
        .replaceAll(/\s+/g, " ")
        .slice(0, 200);
      throw new HttpError(409, `${source.path} cannot be read as a picture: ${why}`);
    }
  }
}

const left = () => new HttpError(503, "nobody waits for this picture any more", again);

/** Waits for a picture that is being made, unless the viewer goes away. */
async function viewed(making: Making, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  making.viewers++;
  const gone = Promise.withResolvers<never>();
  const leave = () => {
    making.viewers--;
    gone.reject(left());
  };
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([making.done, gone.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
