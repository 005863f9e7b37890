// A picture over HTTP: what it is by its content, that it may do nothing, and by which tag a browser knows it again.
import { createHash } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { type PictureFormat, pictureTypes } from "../pictures";

/** For the `responses` of a route: a picture in one of these formats. */
export const pictureContent = (formats: readonly PictureFormat[]) =>
  Object.fromEntries(formats.map((format) => [pictureTypes[format], { schema: z.string() }]));

/** A tag that is another one whenever the file, or how it is shown, is. `how`: its width, or nothing. */
export function tagOf({ size, mtimeMs }: { size: number; mtimeMs: number }, how: number | string = ""): string {
  return `"${createHash("sha256").update(`${size} ${mtimeMs} ${how}`).digest("base64url").slice(0, 22)}"`;
}

/** Whether a browser has this one already. */
export function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  return ifNoneMatch?.split(",").some((one) => one.trim().replace(/^W\//, "") === tag) ?? false;
}

/** The headers of a picture. A frame may be rendered again, so browsers ask each time whether theirs is still the one. */
export function pictureHeaders(format: PictureFormat, tag: string): Record<string, string> {
  return {
    "content-type": pictureTypes[format],
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",
    etag: tag,
  };
}
