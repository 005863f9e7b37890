// Looking through a log of any size: what a person wrote as a rule for lines, and the lines of a stream of bytes that it finds.
import { pieceBytes } from "./lines";
import { isPlain, lastWritten, plain } from "./shown";

/** Places in a line, one behind the other. */
export type Places = [from: number, to: number][];

/** `once`: for texts that are plain: where it stands next, from a place on; undefined for rules that look at line by line. */
export type Finder = {
  places(line: string): Places;
  test(line: string): boolean;
  once?: (text: string, from: number) => number;
};

/** The most places of a line that are marked. */
const mostPlaces = 1000;

/** What finds a text, whatever its case, or what stands between two slashes as a regular expression, with its flags. Throws a SyntaxError. */
export function finderOf(wanted: string): Finder {
  const [, source, flags = ""] = /^\/(.+)\/([imsu]*)$/s.exec(wanted) ?? [];
  const pattern =
    source === undefined
      ? new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gi")
      : new RegExp(source, [...new Set(`${flags}g`)].join(""));
  return {
    places(line) {
      const places: Places = [];
      for (const { index, 0: text } of line.matchAll(pattern)) {
        // What is found everywhere without being anything, as /x*/, marks nothing.
        if (text !== "") places.push([index, index + text.length]);
        if (places.length === mostPlaces) break;
      }
      return places;
    },
    test(line) {
      pattern.lastIndex = 0;
      return pattern.test(line);
    },
    ...(source === undefined && {
      once(text, from) {
        pattern.lastIndex = from;
        return pattern.exec(text)?.index ?? -1;
      },
    }),
  };
}

/** A line that is longer, bytes, is looked at in parts. */
const longest = pieceBytes;
const newline = 10;
const carriageReturn = 13;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Finds lines in bytes that come one behind the other; the first byte begins a line. */
export class Scan {
  /** What came of the line under way; `passed`: so many bytes of it, before those, are not kept. */
  private rest: Uint8Array = new Uint8Array();
  private passed = 0;
  private last = -1;

  /** `at`: where in the log the line under way begins. */
  constructor(
    public at: number,
    private readonly finder: Pick<Finder, "test" | "once">,
  ) {}

  /** Where the lines begin that end in these bytes and are found. */
  push(bytes: Uint8Array): number[] {
    const end = bytes.lastIndexOf(newline) + 1;
    const found: number[] = [];
    if (end > 0) {
      const ended = this.joined(bytes.subarray(0, end));
      this.look(ended, found);
      this.at += this.passed + ended.length;
      this.passed = 0;
      this.rest = bytes.slice(end);
    } else this.rest = this.joined(bytes);
    if (this.rest.length > longest) {
      this.look(this.rest, found);
      // What stands behind a carriage return may go on.
      const begin = this.rest.lastIndexOf(carriageReturn);
      const from = begin > longest / 2 ? begin : this.rest.length;
      this.passed += from;
      this.rest = this.rest.slice(from);
    }
    return found;
  }

  /** The same of the last line, when no more comes. */
  end(): number[] {
    const found: number[] = [];
    this.look(this.rest, found);
    return found;
  }

  private joined(bytes: Uint8Array): Uint8Array {
    if (this.rest.length === 0) return bytes.slice();
    const joined = new Uint8Array(this.rest.length + bytes.length);
    joined.set(this.rest);
    joined.set(bytes, this.rest.length);
    return joined;
  }

  private look(bytes: Uint8Array, found: number[]): void {
    const add = (behind: number) => {
      const at = behind === 0 ? this.at : this.at + this.passed + behind;
      // Of a line that is looked at in parts several may be found.
      if (at !== this.last) found.push(at);
      this.last = at;
    };
    const text = decoder.decode(bytes);
    const { once } = this.finder;
    if (once && text.length === bytes.length && isPlain(text)) {
      for (let at = once(text, 0); at !== -1; ) {
        add(text.lastIndexOf("\n", at) + 1);
        const next = text.indexOf("\n", at);
        at = next === -1 ? -1 : once(text, next);
      }
      return;
    }
    let behind = 0;
    for (const line of text.split("\n")) {
      if (behind < bytes.length && this.finder.test(plain(lastWritten(line)))) add(behind);
      const next = bytes.indexOf(newline, behind);
      behind = next === -1 ? bytes.length : next + 1;
    }
  }
}
