// Where a job's pictures are: a pattern with a place for the frame, as the renderers of the field write it, and the files it stands for.
import { padFrame } from "./logs";

/** The longest path that is made of a pattern, characters. */
const longest = 4096;

/** What stands for the frame: `####` (also in brackets, as After Effects has it), `%04d`, `{frame}`, and `{padframe}` as the job pads. */
const places = /\[#{1,12}\]|#{1,12}|%(?:0(?:[1-9]|1[0-2]))?d|\{frame\}|\{padframe\}/g;

/** Endings of the pictures that can be shown; what a file truly is, its content says. */
export const pictureEndings = ["png", "jpg", "jpeg", "webp", "exr", "tif", "tiff", "bmp"] as const;

const absolute = /^(?:\/|[A-Za-z]:[\\/]|\\\\[^\\/])/;

/** What keeps a pattern from being one, in words; undefined when nothing does. */
export function patternProblem(pattern: string): string | undefined {
  if (!absolute.test(pattern)) return "write the whole path, as /mnt/x/shot.####.png or S:\\x\\shot.####.png";
  if (/(?:^|[\\/])\.\.(?:[\\/]|$)/.test(pattern)) return "write the path without '..'";
  if (!isPictureName(pattern))
    return `it must end like a picture that can be shown: ${pictureEndings.map((ending) => `.${ending}`).join(" ")}`;
  return undefined;
}

/** Whether a path ends like a picture. */
export function isPictureName(path: string): boolean {
  const ending = /[^\\/]\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase();
  return pictureEndings.some((one) => one === ending);
}

/** How many places for the frame a pattern has. */
export function placesIn(pattern: string): number {
  return pattern.match(places)?.length ?? 0;
}

/** What keeps a pattern from being that of a job with so many frames: without a place for the frame all were one file. */
export function patternProblemFor(pattern: string, frames: number): string | undefined {
  if (frames <= 1 || placesIn(pattern) > 0) return undefined;
  return `'${pattern.slice(0, 200)}' is one picture for ${frames} frames: write #### where the frame stands`;
}

/**
 * The path of a frame's picture. `pad`: the digits of `{padframe}`. Zeros stand behind the sign as renderers write them, but for `%04d`,
 * which counts the sign as C does. Undefined when it would be longer than a path can be.
 */
export function pictureOf(pattern: string, frame: number, pad: number): string | undefined {
  const path = pattern.replace(places, (place) => {
    if (place === "{frame}" || place === "%d") return `${frame}`;
    if (place === "{padframe}") return padFrame(frame, pad);
    if (place.startsWith("%")) return padFrame(frame, Number(place.slice(2, -1)) - (frame < 0 ? 1 : 0));
    return padFrame(frame, place.replace(/[[\]]/g, "").length);
  });
  return path.length > longest ? undefined : path;
}

/** Kinds of pictures by their content, and what HTTP calls them. */
export const pictureTypes = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  bmp: "image/bmp",
  exr: "image/x-exr",
  tiff: "image/tiff",
} as const;

export type PictureFormat = keyof typeof pictureTypes;

/** So many bytes at the beginning of a file say what it is. */
export const tellingBytes = 12;

const beginnings: readonly [format: PictureFormat, bytes: readonly (number | undefined)[]][] = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["webp", [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
  ["bmp", [0x42, 0x4d]],
  ["exr", [0x76, 0x2f, 0x31, 0x01]],
  ["tiff", [0x49, 0x49, 0x2a, 0x00]],
  ["tiff", [0x4d, 0x4d, 0x00, 0x2a]],
];

/** What a file is by its first bytes; undefined for all that is no picture we show. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  return beginnings.find(([, wanted]) => wanted.every((byte, at) => byte === undefined || byte === bytes[at]))?.[0];
}

/** The widths in which pictures are sized down, px: few, so that what one page looked at serves the others. */
export const pictureWidths = [64, 128, 256, 512, 1024, 1920] as const;

/** The smallest of the widths that is at least so wide, else the widest. */
export function widthFor(wanted: number): number {
  return pictureWidths.find((width) => width >= wanted) ?? pictureWidths.at(-1)!;
}
