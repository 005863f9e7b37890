// A log as HTTP answers it: whole, from a byte on, its last lines, or a range.
import { z } from "@hono/zod-openapi";
import { HttpError } from "./guard";
import type { OpenLog } from "./open-log";
import { startOfLast, streamOf, tail } from "./tail";

/** Says at which byte of the log an answer begins. */
export const offsetHeader = "drqueue-offset";

/** What of a log may be asked for in the query. */
export const logQuery = {
  follow: z
    .stringbool()
    .default(false)
    .meta({ description: "Goes on until the run ends", examples: [true] }),
  tail: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: "Begins with the last so many lines", examples: [20] }),
  from: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: "Begins at this byte; not together with `tail`, which counts more", examples: [0] }),
};

/** The range of bytes that is asked for, as HTTP writes it; only of logs that are not followed. */
export const rangeHeaders = z.object({
  range: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "One range of bytes, from `bytes=0-99` to `bytes=-100`", examples: ["bytes=0-99"] }),
});

/** For the `responses` of a route: a log, or a range of it. */
export const logAnswers = {
  200: { description: "The log", content: { "text/plain": { schema: z.string() } } },
  206: { description: "The range of it that was asked for", content: { "text/plain": { schema: z.string() } } },
};

/** What is wanted of a log. `range`: as the header has it. `head`: only how large it is. */
export type LogWanted = {
  follow?: boolean | undefined;
  tail?: number | undefined;
  from?: number | undefined;
  range?: string | undefined;
  head?: boolean | undefined;
};

/** Answers with a log, and closes it in the end. `growing`: whether its run still writes it. Throws an HttpError for a range that it has not. */
export async function answerLog(
  log: OpenLog,
  { follow, tail: lines, from, range, head }: LogWanted,
  growing: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<Response> {
  try {
    const size = await log.size();
    if (head) {
      await log.close();
      return new Response(null, { headers: { ...usual, "content-length": `${size}` } });
    }
    if (follow || lines !== undefined || from !== undefined) {
      const start = lines === undefined ? (from ?? 0) : await startOfLast(log, lines);
      const body = streamOf(tail(log, { from: start, signal, ...(follow && { growing }) }));
      return new Response(body, { headers: { ...usual, [offsetHeader]: `${start}` } });
    }
    const part = rangeOf(range, size);
    if (part === "outside")
      throw new HttpError(416, `the log has ${size} bytes`, { "content-range": `bytes */${size}` });
    const { first, last } = part ?? { first: 0, last: Number.POSITIVE_INFINITY };
    return new Response(streamOf(tail(log, { from: first, to: last + 1, signal })), {
      status: part ? 206 : 200,
      headers: {
        ...usual,
        [offsetHeader]: `${first}`,
        ...(part && { "content-range": `bytes ${first}-${last}/${size}` }),
      },
    });
  } catch (error) {
    await log.close();
    throw error;
  }
}

const usual = { "content-type": "text/plain; charset=utf-8", "accept-ranges": "bytes" };

/** The first and last byte of a range; undefined for what is none that we answer, which is then all, as HTTP has it. */
export function rangeOf(
  range: string | undefined,
  size: number,
): { first: number; last: number } | "outside" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  if (first >= size) return "outside";
  return { first, last: from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}
