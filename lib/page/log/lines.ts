// The part of a log that is at hand: bytes that belong together, and the lines in them. No more is kept than a few pieces, however large
// the log is; what a line says is read from its bytes when it is looked at.

/** A log is read in pieces of so many bytes, which begin at multiples of this, and so many of them are kept. */
export const pieceBytes = 512 * 1024;
export const mostPieces = 8;
/** The most lines that are kept, where there are more pieces than one. */
const mostLines = 1_000_000;
/** The most of a line that is shown, characters, and what is read of it for that, bytes. */
export const mostShown = 10_000;
const mostRead = 4 * mostShown;

const newline = 10;
const carriageReturn = 13;

/** `breaks`: where in it its newlines are. Of `bytes` the first `length` are filled. */
type Piece = { at: number; bytes: Uint8Array; length: number; breaks: number[] };

/** A line: its first byte in the log, the one behind its last (its newline, if it has one). */
export type Line = { at: number; end: number };

/** What stands on a line. `left`: so many bytes of it are left out, at its end. */
export type LineText = { text: string; left: number };

/** A run of bytes of a log, from `from` to before `to`, as lines. */
export class LogWindow {
  from = 0;
  to = 0;
  /** Changes with every change. */
  revision = 0;
  /** How many lines end before `from`; undefined where that is not known. */
  private linesBefore: number | undefined = 0;
  private pieces: Piece[] = [];
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** Lets go of everything; what comes next begins at this byte. */
  reset(at: number): void {
    this.pieces = [];
    this.from = this.to = at;
    this.linesBefore = at === 0 ? 0 : undefined;
    this.revision++;
  }

  /** Adds what comes next in the log. What is too much is let go at the beginning. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const end = Math.floor(this.to / pieceBytes) * pieceBytes + pieceBytes;
      let last = this.pieces.at(-1);
      if (!last || last.at + last.bytes.length === this.to) {
        last = { at: this.to, bytes: new Uint8Array(end - this.to), length: 0, breaks: [] };
        this.pieces.push(last);
      }
      const part = bytes.subarray(done, done + last.bytes.length - last.length);
      last.bytes.set(part, last.length);
      addBreaks(last.breaks, part, last.length);
      last.length += part.length;
      this.to += part.length;
      done += part.length;
    }
    while (this.isTooMuch()) {
      const { length, breaks } = this.pieces.shift()!;
      this.from += length;
      if (this.linesBefore !== undefined) this.linesBefore += breaks.length;
    }
    this.revision++;
  }

  /** Adds what comes right before. What is too much is let go at the end. */
  prepend(bytes: Uint8Array): void {
    const breaks: number[] = [];
    addBreaks(breaks, bytes, 0);
    this.pieces.unshift({ at: this.from - bytes.length, bytes, length: bytes.length, breaks });
    this.from -= bytes.length;
    if (this.from === 0) this.linesBefore = 0;
    else if (this.linesBefore !== undefined) this.linesBefore -= breaks.length;
    while (this.isTooMuch()) this.to -= this.pieces.pop()!.length;
    this.revision++;
  }

  /** How many lines there are; the last one may go on behind the window. */
  get count(): number {
    const last = this.pieces.at(-1);
    if (!last) return 0;
    const ended = last.bytes[last.length - 1] === newline ? 1 : 0;
    return this.breakCount - this.passed + 1 - ended;
  }

  /** The line with this index, from 0 to `count` - 1. */
  line(index: number): Line {
    const nth = index + this.passed;
    return { at: nth === 0 ? this.from : this.breakAt(nth - 1) + 1, end: this.breakAt(nth) };
  }

  /** The index of the line that holds this byte, or of the nearest one; -1 where there are no lines. */
  indexOf(at: number): number {
    let low = 0;
    for (let high = this.count; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if (this.line(middle).at <= at) low = middle;
      else high = middle;
    }
    return this.count === 0 ? -1 : low;
  }

  /** The number of the line with this index in the log, from 1 on; undefined where that is not known. */
  numberOf(index: number): number | undefined {
    return this.linesBefore === undefined ? undefined : this.linesBefore + this.passed + index + 1;
  }

  /** What stands on a line last: a carriage return begins it anew. Bytes that are no text are shown as �. */
  text({ at, end }: Line): LineText {
    let last = end;
    while (last > at && this.lastOf(carriageReturn, last - 1, last) === last - 1) last--;
    const start = this.lastOf(carriageReturn, at, last) + 1;
    const read = Math.min(last, start + mostRead);
    const whole = this.decoder.decode(this.bytes(start, read));
    if (whole.length <= mostShown && read === last) return { text: whole, left: 0 };
    const text = firstOf(whole);
    return { text, left: Math.max(1, last - start - new TextEncoder().encode(text).length) };
  }

  /** Bytes of the window as they are. */
  bytes(from: number, to: number): Uint8Array {
    const parts = this.pieces.filter((piece) => piece.at < to && piece.at + piece.length > from);
    const part = ({ at, bytes, length }: Piece) => bytes.subarray(Math.max(0, from - at), Math.min(length, to - at));
    if (parts.length === 1) return part(parts[0]!);
    const joined = new Uint8Array(Math.max(0, to - from));
    for (const piece of parts) joined.set(part(piece), Math.max(0, piece.at - from));
    return joined;
  }

  /**
   * 1 when the window begins within a line, which is passed over: its beginning is not here. Of one that fills a piece there is no
   * beginning to wait for.
   */
  private get passed(): 0 | 1 {
    return this.from === 0 || this.pieces[0]?.breaks.length === 0 ? 0 : 1;
  }

  private get breakCount(): number {
    let count = 0;
    for (const { breaks } of this.pieces) count += breaks.length;
    return count;
  }

  /** Where the newline with this index is; behind the last one the end of the window. */
  private breakAt(index: number): number {
    let rest = index;
    for (const { at, breaks } of this.pieces) {
      if (rest < breaks.length) return at + breaks[rest]!;
      rest -= breaks.length;
    }
    return this.to;
  }

  /** Where in a part of the window a byte stands last; before its beginning when nowhere. */
  private lastOf(byte: number, from: number, to: number): number {
    for (const { at, bytes, length } of [...this.pieces].reverse()) {
      if (at + length <= from || at >= to) continue;
      const found = bytes.subarray(Math.max(0, from - at), Math.min(length, to - at)).lastIndexOf(byte);
      if (found !== -1) return found + Math.max(at, from);
    }
    return from - 1;
  }

  private isTooMuch(): boolean {
    return this.pieces.length > mostPieces || (this.pieces.length > 1 && this.breakCount > mostLines);
  }
}

function firstOf(text: string): string {
  const cut = text.charCodeAt(mostShown - 1);
  // Half a character is none.
  return text.slice(0, cut >= 0xd800 && cut < 0xdc00 ? mostShown - 1 : mostShown);
}

function addBreaks(breaks: number[], bytes: Uint8Array, behind: number): void {
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) breaks.push(at + behind);
}
