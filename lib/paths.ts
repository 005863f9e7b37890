// The same folder has other names on other machines, /mnt/show here and S:\show there: text is turned to the names that are right.

/** Two names of one folder: elsewhere in the farm, and on this slave. */
export type PathPair = { readonly farm: string; readonly here: string };

/** The two ways to write a path. */
export type PathSystem = "windows" | "posix";

/** What is wrong with a pair of paths, in one line. */
export class PathPairError extends Error {
  constructor(reason: string) {
    super(`${reason}: write for example /mnt/show=S:\\show`);
  }
}

/** One name of a pair. `right` is what stands for it here; undefined when it is right itself. */
type Name = {
  readonly text: string;
  /** As it is looked for. */
  readonly wanted: string;
  readonly style: PathSystem;
  readonly right?: string;
  readonly afterColon: boolean;
};

/**
 * Turns every name of a mapped folder to the one that is right on `system`, where it begins the text or stands behind one of = , ;
 * a blank or a quote (or a colon when both names are POSIX). The longest name counts; what was turned is not turned again.
 */
export function mapPath(text: string, map: readonly PathPair[], system: PathSystem): string {
  if (map.length === 0) return text;
  const names = namesFor(map, system);
  const blind = names.some(({ style }) => style === "windows") ? folded(text, "windows") : text;
  let mapped = "";
  /** The separator that is to be turned until the path ends. */
  let turn: "/" | "\\" | undefined;
  let behindName = false;
  for (let at = 0; at < text.length; ) {
    const lead = at === 0 ? "" : text[at - 1]!;
    const name: Name | undefined =
      behindName || !/^$|[=,;:\s"']/.test(lead)
        ? undefined
        : names.find((one) => (lead !== ":" || one.afterColon) && stands(one, text, blind, at));
    behindName = name !== undefined;
    if (name) {
      const { right, style } = name;
      const length = name.text.length;
      const bare = right !== undefined && /^[a-z]:$/i.test(right) && !isSeparator(text[at + length], style);
      // A drive without a separator would be whatever folder is current there.
      mapped += right === undefined ? text.slice(at, at + length) : bare ? `${right}\\` : right;
      turn = right === undefined || styleOf(right) === style ? undefined : style === "posix" ? "/" : "\\";
      at += length;
      continue;
    }
    if (turn && endsPath(text, at)) turn = undefined;
    const sign = text[at]!;
    mapped += sign === turn ? (turn === "/" ? "\\" : "/") : sign;
    at++;
  }
  return mapped;
}

/** Reads `/mnt/show=S:\show`: the farm's name, then the one here. Throws PathPairError. */
export function parsePathPair(text: string): PathPair {
  const [farm = "", here, ...more] = text.split("=").map((name) => name.trim());
  if (here === undefined) throw new PathPairError(`'${shown(text)}' has no = between two names of a folder`);
  if (more.length > 0) throw new PathPairError(`'${shown(text)}' has more than one =`);
  const pair = { farm, here };
  checkPathPair(pair);
  return pair;
}

/** Reads pairs as a person gives them: several options, several in one with commas between, `none` for none. Throws PathPairError. */
export function parsePathPairs(texts: readonly string[]): PathPair[] {
  const all = texts.flatMap((text) => text.split(",")).map((text) => text.trim());
  return all.length === 1 && all[0] === "none" ? [] : all.map(parsePathPair);
}

/** Throws PathPairError when a pair cannot be used. */
export function checkPathPair({ farm, here }: PathPair): void {
  for (const name of [farm, here]) {
    if (name.trim() === "") throw new PathPairError(`a name is missing in '${shown(`${farm}=${here}`)}'`);
    if (plain(name) === "") throw new PathPairError(`'${shown(name)}' stands for every folder there is`);
  }
  if (sameName(farm, here)) throw new PathPairError(`'${shown(farm)}' is named twice, not two names of a folder`);
}

/** The text form of a pair. */
export function formatPathPair({ farm, here }: PathPair): string {
  return `${farm}=${here}`;
}

/** How a name is written: a drive letter or two separators in front make it a Windows name. */
export function styleOf(name: string): PathSystem {
  return /^([a-z]:|\\\\|\/\/)/i.test(name) ? "windows" : "posix";
}

const known = new WeakMap<readonly PathPair[], Map<PathSystem, Name[]>>();

/** A job has thousands of texts, and a map hundreds of names: they are put in order once for each map. */
function namesFor(map: readonly PathPair[], system: PathSystem): Name[] {
  const bySystem = known.getOrInsertComputed(map, () => new Map());
  return bySystem.getOrInsertComputed(system, () => namesOf(map, system));
}

/** The longest first; of the same name the one that is turned. */
function namesOf(map: readonly PathPair[], system: PathSystem): Name[] {
  return map
    .flatMap((pair) => {
      const farm = plain(pair.farm);
      const here = plain(pair.here);
      if (farm === "" || here === "") return [];
      const right = styleOf(farm) === system && styleOf(here) !== system ? farm : here;
      const afterColon = styleOf(farm) === "posix" && styleOf(here) === "posix";
      return [farm, here].map((text): Name => {
        const style = styleOf(text);
        return { text, wanted: folded(text, style), style, afterColon, ...(text !== right && { right }) };
      });
    })
    .toSorted((a, b) => b.text.length - a.text.length || Number(!a.right) - Number(!b.right));
}

/** Without separators at the end; a Windows name with its own separators. */
function plain(name: string): string {
  return styleOf(name) === "windows" ? name.replaceAll("/", "\\").replace(/\\+$/, "") : name.replace(/\/+$/, "");
}

function sameName(a: string, b: string): boolean {
  return folded(plain(a), styleOf(a)) === folded(plain(b), styleOf(b));
}

/** As long as it was, so that places in it are places in the name. */
function folded(name: string, style: PathSystem): string {
  if (style !== "windows") return name;
  const small = name.replaceAll("/", "\\").toLowerCase();
  if (small.length === name.length) return small;
  return name.replaceAll("/", "\\").replace(/./gu, (sign) => {
    const one = sign.toLowerCase();
    return one.length === sign.length ? one : sign;
  });
}

/** Whether the name stands here, whole. `blind`: the text as Windows compares it. */
function stands({ text: name, wanted, style }: Name, text: string, blind: string, at: number): boolean {
  if (!(style === "windows" ? blind : text).startsWith(wanted, at)) return false;
  const end = at + name.length;
  return isSeparator(text[end], style) || endsPath(text, end);
}

function isSeparator(sign: string | undefined, style: PathSystem): boolean {
  return sign === "/" || (style === "windows" && sign === "\\");
}

// Blanks, commas and apostrophes may be part of a name: they end a path only where something else visibly begins behind them.
const end = /$|[;:"\r\n]|'(?![\p{L}\p{N}])|[=,\s]\s{0,50}(?:$|[/\\"'&|<>]|-\S|[a-z]:[/\\])/iuy;

function endsPath(text: string, at: number): boolean {
  end.lastIndex = at;
  return end.test(text);
}

/** What an error quotes stays in one line, and short. */
function shown(text: string): string {
  const line = text.replace(/[\s\p{C}]/gu, " ");
  return line.length > 60 ? `${line.slice(0, 60)}...` : line;
}
