// Where pictures are by what the fields of a kind say. A wrong pattern is worse than none: only what is sure is told.
import { isPictureName, patternProblem, placesIn } from "../pictures";

type Rule = (fields: Record<string, unknown>) => string | undefined;

/** `pattern` where it is one, with a single place for the frame: any other would be a sign of the name itself. */
function sure(pattern: string): string | undefined {
  return placesIn(pattern) === 1 && patternProblem(pattern) === undefined ? pattern : undefined;
}

/** A text of a field; undefined where it has none. */
function textOf(given: unknown): string | undefined {
  return typeof given === "string" && given !== "" ? given : undefined;
}

/** Names that are put together from a folder where one is told, a beginning, the padded frame and an ending. */
export const joined =
  (parts: (fields: Record<string, unknown>) => { folder?: unknown; image: unknown; ending: unknown }): Rule =>
  (fields) => {
    const { folder, image, ending } = parts(fields);
    const [within, name, end] = [textOf(folder), textOf(image), textOf(ending)];
    if (name === undefined || end === undefined || placesIn(`${within ?? ""}/${name}${end}`) > 0) return undefined;
    return sure(`${within === undefined ? "" : `${within}/`}${name}{padframe}${end}`);
  };

/** The output as it is given, where it holds the place that the renderer itself knows, and no other. */
export const asGiven =
  (place: RegExp): Rule =>
  ({ image }) => {
    const text = textOf(image);
    return text !== undefined && place.test(text) ? sure(text) : undefined;
  };

/** Houdini's $F4 is the frame with 4 digits, $F without zeros; any other variable is known to it alone. */
export const houdini: Rule = ({ image }) => {
  const text = textOf(image);
  if (text === undefined || placesIn(text) > 0) return undefined;
  const pattern = text.replace(/\$F([1-9])?(?!\w)/g, (_, digits?: string) =>
    digits ? "#".repeat(+digits) : "{frame}",
  );
  return pattern.includes("$") ? undefined : sure(pattern);
};

/** Endings that Blender gives to what it is told to write. */
const blenderEndings: Record<string, string> = {
  PNG: ".png",
  JPEG: ".jpg",
  OPEN_EXR: ".exr",
  OPEN_EXR_MULTILAYER: ".exr",
  TIFF: ".tif",
  WEBP: ".webp",
  BMP: ".bmp",
};
/** Those of the same format, which it leaves as they are, and of other pictures, which it puts its own for. */
const kept: Record<string, RegExp> = { ".jpg": /\.jpe?g$/i, ".tif": /\.tiff?$/i };
const known = /\.(png|tga|bmp|jpe?g|sgi|rgba?|tiff?|tx|jp2|j2c|hdr|dds|dpx|cin|exr|webp|gif|psd|pct|pict|pntg|qtif)$/i;

/**
 * Blender adds four digits to a name without #, and with a format its ending. The # of folders are signs like any other to it, and
 * `//` is the folder of the scene.
 */
export const blenderPictures: Rule = ({ image, format }) => {
  const text = textOf(image);
  if (text === undefined || text.startsWith("//")) return undefined;
  const name = /#/.test(/[^\\/]*$/.exec(text)![0]) ? text : `${text}####`;
  if (format === undefined) return isPictureName(name) ? sure(name) : undefined;
  const ending = blenderEndings[`${format}`];
  if (ending === undefined) return undefined;
  const own = kept[ending] ?? new RegExp(`\\${ending}$`, "i");
  return sure(own.test(name) ? name : name.replace(known, "") + ending);
};
