// Reads a backup, piece by piece: what it holds is known to be whole only when its end has come.
import { BackupHeader, EndLine, endMark, format, linesIn, newline, TableLine } from "./backup-file";
import { PlainError } from "./program";

/** A backup in pieces: the header, tables with their rows, and the end, with which it is known to be whole. */
export type BackupPiece =
  | { kind: "header"; header: BackupHeader }
  | { kind: "table"; table: string; columns: string[] }
  | { kind: "rows"; bytes: Uint8Array }
  | { kind: "tableEnd"; table: string; rows: number }
  | { kind: "end"; rows: Record<string, number> };

const endMarkInside = Buffer.from("\n\\.\n");
/** No row is longer, bytes. */
const longestLine = 256 * 1024 * 1024;

/** Reads a packed backup. Throws a PlainError for what is none, is damaged, or ends too early. */
export async function* readBackup(packed: ReadableStream<Uint8Array>): AsyncGenerator<BackupPiece> {
  const unpacked = packed.pipeThrough<Uint8Array>(new DecompressionStream("zstd" as CompressionFormat) as never);
  let begun = false;
  try {
    for await (const piece of readPlain(unpacked)) {
      begun = true;
      yield piece;
    }
  } catch (error) {
    const { message } = error as Error;
    if (/unexpected end of file/i.test(message)) throw begun ? cutOff() : notOne();
    if (/zstd/i.test(message)) throw begun ? new PlainError("the backup is damaged: take another one") : notOne();
    throw error;
  }
}

/** Reads a backup that is not packed. */
export async function* readPlain(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<BackupPiece> {
  const reader = new Reader();
  for await (const piece of pieces) yield* reader.read(piece);
  reader.finish();
}

class Reader {
  private rest: Buffer = Buffer.alloc(0);
  private readonly hash = new Bun.CryptoHasher("sha256");
  private readonly counts: Record<string, number> = {};
  private table: string | undefined;
  private begun = false;
  private ended = false;

  *read(piece: Uint8Array): Generator<BackupPiece> {
    const bytes = Buffer.concat([this.rest, piece]);
    let at = 0;
    // Always at the beginning of a line, and only whole lines are taken: what follows a row may be the mark of the end.
    for (;;) {
      if (this.table !== undefined) {
        const end = endOfRows(bytes, at);
        const upTo = end ?? bytes.lastIndexOf(newline) + 1;
        if (upTo > at) yield this.rows(this.table, bytes.subarray(at, upTo));
        at = Math.max(at, upTo);
        if (end === undefined) break;
        this.hash.update(endMark);
        at += endMark.length;
        yield { kind: "tableEnd", table: this.table, rows: this.counts[this.table]! };
        this.table = undefined;
      } else {
        const end = bytes.indexOf(newline, at) + 1;
        if (end === 0) break;
        yield this.line(bytes.subarray(at, end));
        at = end;
      }
    }
    this.rest = bytes.subarray(at);
    if (this.rest.length > longestLine) throw this.begun ? damaged() : notOne();
  }

  /** Throws unless all was read. */
  finish(): void {
    if (!this.begun) throw notOne();
    if (!this.ended) throw cutOff();
    if (this.rest.length > 0) throw damaged();
  }

  private rows(table: string, bytes: Uint8Array): BackupPiece {
    this.counts[table]! += linesIn(bytes);
    this.hash.update(bytes);
    return { kind: "rows", bytes };
  }

  private line(bytes: Uint8Array): BackupPiece {
    if (this.ended) throw damaged();
    const content = parse(bytes);
    if (!this.begun) return this.first(content, bytes);
    const end = EndLine.safeParse(content);
    if (end.success) {
      const { rows, sha256 } = end.data;
      if (sha256 !== this.hash.digest("hex") || !Bun.deepEquals(rows, this.counts)) throw damaged();
      this.ended = true;
      return { kind: "end", rows };
    }
    const table = TableLine.safeParse(content);
    if (!table.success || table.data.table in this.counts) throw damaged();
    this.hash.update(bytes);
    this.table = table.data.table;
    this.counts[this.table] = 0;
    return { kind: "table", ...table.data };
  }

  private first(content: unknown, bytes: Uint8Array): BackupPiece {
    const said = content as Partial<BackupHeader> | undefined;
    if (said?.drqueue !== "backup") throw notOne();
    if (Number(said.format) > format)
      throw new PlainError(
        `the backup is of DrQueue ${said.release}, in a format that this release does not know: restore it with that release or a newer one`,
      );
    const header = BackupHeader.safeParse(content);
    if (!header.success) throw damaged();
    this.begun = true;
    this.hash.update(bytes);
    return { kind: "header", header: header.data };
  }
}

/** Where the mark after the last row is; undefined when it is not there yet. `at` is the beginning of a line. */
function endOfRows(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at >= endMark.length && bytes.compare(endMark, 0, endMark.length, at, at + endMark.length) === 0)
    return at;
  const inside = bytes.indexOf(endMarkInside, at);
  return inside < 0 ? undefined : inside + 1;
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line).toString("utf8"));
  } catch {
    return undefined;
  }
}

const notOne = () =>
  new PlainError("this is not a backup of DrQueue, or too short a piece of one: name a file that drqueue backup wrote");
const cutOff = () => new PlainError("the backup is cut off, its end is missing: take another one");
const damaged = () => new PlainError("the backup is damaged: take another one");
