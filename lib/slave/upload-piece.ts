// A log as it is sent: cut where it is too long, in compressed pieces, with its checksum.
import type { FileHandle } from "node:fs/promises";
import { isLog, openFile } from "../local/open-log";
import { type Cut, cutOf } from "../logs";
import { type LogPiece, pieceBytes } from "../uploads";

/** Zstandard's own usual level: higher ones cost much more and win little with text. */
const level = 3;

/** What of a piece does not say of which run it is. */
export type Sent = Pick<LogPiece, "at" | "data" | "end">;

/** A log that is being sent. It is sent as long as it was when it was opened. */
export class SentLog {
  private hash = new Bun.CryptoHasher("sha256");
  private hashed = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly bytes: number,
    private readonly cut: Cut,
  ) {}

  /** Opens a log, of which at most `most` bytes are sent (0: all); undefined when it is gone, or is nothing that may be read. */
  static async open(path: string, most: number): Promise<SentLog | undefined> {
    try {
      if (!isLog(path)) return undefined;
      const file = await openFile(path);
      const { size } = await file.stat();
      return new SentLog(file, size, cutOf(size, most));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code && !/^(ENOENT|ENOTDIR|EACCES|EPERM|ELOOP)$/.test(code)) throw error;
      return undefined;
    }
  }

  /** Of what is sent. */
  get size(): number {
    return this.cut.size;
  }

  /** The piece that begins at `at`, the last one with what the whole is checked against. Throws when the log has become shorter. */
  async piece(at: number): Promise<Sent> {
    const bytes = await this.read(at, Math.min(this.size, at + pieceBytes));
    await this.hashUpTo(at);
    const end = at + bytes.length;
    if (this.hashed === at) this.hash.update(bytes);
    this.hashed = end;
    const packed =
      at > 0 && bytes.length === 0 ? "" : Buffer.from(await Bun.zstdCompress(bytes, { level })).toString("base64");
    if (end < this.size) return { at, data: packed };
    return { at, data: packed, end: { size: this.size, sha256: this.hash.copy().digest("hex") } };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Whoever goes on where another life has stopped reads what was sent before once more. */
  private async hashUpTo(at: number): Promise<void> {
    if (this.hashed > at) {
      this.hash = new Bun.CryptoHasher("sha256");
      this.hashed = 0;
    }
    while (this.hashed < at) {
      const bytes = await this.read(this.hashed, Math.min(at, this.hashed + pieceBytes));
      this.hash.update(bytes);
      this.hashed += bytes.length;
    }
  }

  /** What is sent from `from` to before `to`: of the beginning, the note and the end of the log. */
  private async read(from: number, to: number): Promise<Uint8Array> {
    const { head, note, tail, size } = this.cut;
    const parts = [
      { at: 0, end: head, read: (at: number, length: number) => this.readFile(at, length) },
      {
        at: head,
        end: head + note.length,
        read: async (at: number, length: number) => Buffer.from(note).subarray(at, at + length),
      },
      {
        at: head + note.length,
        end: size,
        read: (at: number, length: number) => this.readFile(this.bytes - tail + at, length),
      },
    ];
    const bytes: Uint8Array[] = [];
    for (const part of parts) {
      const first = Math.max(from, part.at);
      const last = Math.min(to, part.end);
      if (first < last) bytes.push(await part.read(first - part.at, last - first));
    }
    return bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes);
  }

  private async readFile(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let got = 0; got < length; ) {
      const { bytesRead } = await this.file.read(bytes, got, length - got, at + got);
      if (bytesRead === 0) throw new ShorterError();
      got += bytesRead;
    }
    return bytes;
  }
}

/** The log has been made shorter meanwhile: what was sent of it is of no use. */
export class ShorterError extends Error {}
