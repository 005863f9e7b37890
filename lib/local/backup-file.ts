// How a backup is written, packed by zstd: a line of JSON that says what it is, then every table, as a line of JSON, its rows as Postgres's
// COPY writes them, and `\.`; at last a line with the number of rows and a checksum, so that one that was cut off is known.
import { z } from "zod";

/** The format that is written here; what another one means nobody knows. */
export const format = 1;

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

export const TableLine = z.object({ table: name, columns: z.array(name).min(1) });
export const EndLine = z.object({ rows: z.record(z.string(), count), sha256: z.string() });

/** The line behind the last row of a table. */
export const endMark = Buffer.from("\\.\n");
export const newline = 10;
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

/** A newline within a value is written as `\n`: every other one ends a row. */
export function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}
