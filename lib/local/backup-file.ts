// How a backup is written, packed by zstd: a line of JSON that says what it is, then every table, as a line of JSON, its rows as Postgres's
// COPY writes them, and `\.`; at last a line with the number of rows and a checksum, so that one that was cut off is known.
import { z } from "zod";
import { PlainError } from "./program";

/** The format that is written here; what another one means nobody knows. */
const format = 1;

const count = z.number().int().min(0);
const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);

/** What a backup says of itself. */
export const BackupHeader = z.looseObject({
  drqueue: z.literal("backup"),
  format: count,
  /** The release of DrQueue and the Postgres it comes from, and the moment whose state it holds. */
  release: z.string(),
  postgres: z.string(),
  at: z.iso.datetime(),
  /** Which steps brought its tables to their form. */
  migrations: z.array(z.object({ hash: z.string(), createdAt: count })),
  /** The last number that was given out for a column. */
  sequences: z.array(z.object({ table: name, column: name, last: count })),
});
export type BackupHeader = z.infer<typeof BackupHeader>;

const TableLine = z.object({ table: name, columns: z.array(name).min(1) });
const EndLine = z.object({ rows: z.record(z.string(), count), sha256: z.string() });

/** A backup in pieces: the header, tables with their rows, and the end, with which it is known to be whole. */
export type BackupPiece =
  | { kind: "header"; header: BackupHeader }
  | { kind: "table"; table: string; columns: string[] }
  | { kind: "rows"; bytes: Uint8Array }
  | { kind: "tableEnd"; table: string; rows: number }
  | { kind: "end"; rows: Record<string, number> };

const endMark = Buffer.from("\\.\n");
const endMarkInside = Buffer.from("\n\\.\n");
const newline = 10;
/** No row is longer, bytes. */
const longestLine = 256 * 1024 * 1024;
/** So much is packed at a time: each part can be unpacked by itself, bytes. */
const packedAtOnce = 1024 * 1024;

/** The lines of a backup around the rows, which are written as they are between `table` and `endTable`. */
export class BackupLines {
  private readonly hash = new Bun.CryptoHasher("sha256");
  private readonly counts: Record<string, number> = {};
  private current = "";

  header(header: Omit<BackupHeader, "drqueue" | "format">): Uint8Array {
    return this.line({ drqueue: "backup", format, ...header });
  }

  table(table: string, columns: readonly string[]): Uint8Array {
    this.current = table;
    this.counts[table] = 0;
    return this.line({ table, columns });
  }

  rows(bytes: Uint8Array): Uint8Array {
    this.counts[this.current]! += linesIn(bytes);
    this.hash.update(bytes);
    return bytes;
  }

  endTable(): Uint8Array {
    this.hash.update(endMark);
    return endMark;
  }

  end(): Uint8Array {
    return Buffer.from(`${JSON.stringify({ rows: this.counts, sha256: this.hash.digest("hex") })}\n`);
  }

  private line(content: object): Uint8Array {
    const line = Buffer.from(`${JSON.stringify(content)}\n`);
    this.hash.update(line);
    return line;
  }
}

/** Packs a backup, a MB at a time. */
export async function* pack(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of gathered(pieces, packedAtOnce)) yield await Bun.zstdCompress(part);
}

/** The same bytes in pieces of at least this size, but the last one. */
export async function* gathered(pieces: AsyncIterable<Uint8Array>, least: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size < least) continue;
    yield Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held, size);
}

/** Pieces as a stream, made as they are taken. `first`: the one that has been made already. */
export function flow(
  pieces: AsyncGenerator<Uint8Array, void>,
  first?: IteratorResult<Uint8Array, void>,
): ReadableStream<Uint8Array> {
  let made = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = made ?? (await pieces.next());
        made = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

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

/** A newline within a value is written as `\n`: every other one ends a row. */
function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line).toString("utf8"));
  } catch {
    return undefined;
  }
}

const notOne = () => new PlainError("this is not a backup of DrQueue: name a file that drqueue backup wrote");
const cutOff = () => new PlainError("the backup is cut off, its end is missing: take another one");
const damaged = () => new PlainError("the backup is damaged: take another one");
