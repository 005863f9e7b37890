// What is answered to who asks for a frame's picture: the file as it is where browsers show it, else WebP.
import { hasTag, pictureHeaders } from "../../local/picture-answer";
import type { Roots } from "../../local/picture-roots";
import { type PictureFormat, widthFor } from "../../pictures";
import type { PicturePlace } from "../../queue/read-picture";
import { PictureCache } from "./cache";
import { Sized } from "./sized";
import { openSource } from "./source";

const shownByBrowsers: readonly PictureFormat[] = ["png", "jpeg", "webp"];

/** `width`: px, which is rounded up to one of a few. `tag`: what the asker has already. `head`: no body is wanted. */
export type PictureWanted = {
  width: number | undefined;
  tag: string | undefined;
  head: boolean;
  signal: AbortSignal;
};

/** The pictures that a master shows. `cache`: the folder for those that were sized down. */
export class Pictures {
  private readonly sized: Sized;

  constructor(private readonly places: { roots: Roots; token: string; cache: string }) {
    this.sized = new Sized(new PictureCache(places.cache));
  }

  /** Answers with a picture. Throws an HttpError that says why there is none. */
  async answer(place: PicturePlace, { width, tag, head, signal }: PictureWanted): Promise<Response> {
    const source = await openSource(place, { ...this.places, signal });
    const asItIs = width === undefined && shownByBrowsers.includes(source.format);
    const how = width === undefined ? "whole" : widthFor(width);
    const own = source.tag(asItIs ? undefined : how);
    const headers = pictureHeaders(asItIs ? source.format : "webp", own);
    if (hasTag(tag, own) || head) {
      await source.close();
      return new Response(null, { status: head ? 200 : 304, headers });
    }
    if (asItIs) return new Response(source.stream(), { headers });
    return new Response(await this.sized.get(source, how, signal), { headers });
  }
}
