// How logs of ended runs come to a master's log store: in pieces, each compressed by itself.
import { z } from "zod";
import { RunKey } from "./wire";

/** Every piece of a log but its last one holds so many bytes before it is compressed. */
export const pieceBytes = 512 * 1024;

/** The most pieces in one request: many small logs, or one piece of a large one. */
export const mostPieces = 256;

/** The most that the pieces of one request may weigh, as `weightOf` weighs them: the body stays below what a master takes. */
export const mostWeight = 900_000;

/** A piece grows at most so much where compressing finds nothing to win. */
const mostGrown = 16 * 1024;

/** What a piece adds to the body of a request, in bytes at most: its base64, and what names it. */
export function weightOf(compressed: number): number {
  return Math.ceil(compressed / 3) * 4 + 300;
}

export const LogPiece = RunKey.extend({
  at: z.int().min(0).describe("Where in the log it begins, bytes"),
  data: z
    .base64()
    .max(weightOf(pieceBytes + mostGrown))
    .describe(
      `A zstd frame that holds ${pieceBytes} bytes, or less at the end of the log; empty: only asks where to go on`,
    ),
  end: z
    .object({
      size: z.int().min(0).describe("Of the whole log, bytes"),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
    })
    .optional()
    .describe("With the last piece: what the log is checked against before it is kept"),
})
  .describe("A piece of the log of a run that has ended")
  .meta({ id: "LogPiece" });

export const LogUpload = z
  .object({
    slave: z.uuid().describe("The key of the slave that ran them"),
    pieces: z.array(LogPiece).min(1).max(mostPieces),
  })
  .describe("Logs, or pieces of them, for the log store of a master")
  .meta({ id: "LogUpload" });

export const uploadStates = ["stored", "more", "gone"] as const;

export const LogUploadAnswer = z
  .object({
    logs: z.array(
      RunKey.extend({
        state: z.enum(uploadStates).describe("stored: all of it is safe; gone: the slave has no such run any more"),
        at: z.int().min(0).describe("Where the next piece is to begin, bytes"),
      }),
    ),
  })
  .describe("What the log store has of each log that was sent, in the same order")
  .meta({ id: "LogUploadAnswer" });

export type LogPiece = z.infer<typeof LogPiece>;
export type LogUpload = z.infer<typeof LogUpload>;
export type LogUploadAnswer = z.infer<typeof LogUploadAnswer>;
