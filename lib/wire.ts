// What everything that crosses a wire is made of: texts, numbers, names, and what names a run. Types are inferred from here.
import { z } from "zod";

/** The largest request body, bytes. */
export const largestBody = 1024 * 1024;

/** Text for people and programs: neither Postgres nor a process argument can hold a NUL or half a character. */
export const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !value.includes("\0"), "may not contain a NUL character")
    .refine((value) => value.isWellFormed(), "may not contain half a surrogate pair");

/** Text without line breaks or anything else that steers a terminal. */
export const line = (longest: number) =>
  text(longest).refine((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value), "may not contain control characters");

// What a column of Postgres holds: a larger number would fail the statement for everyone in it.
export const largest = 2_147_483_647;

/** A whole number from 0 on. */
export const count = z.int().min(0).max(largest);

export const time = z.iso.datetime();

export const pool = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "a pool is 1 to 64 letters, digits, '.', '_' or '-'")
  .describe("Name of a pool of slaves");

export const licenceName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "a licence is 1 to 64 letters, digits, '.', '_' or '-'")
  .describe("Name of a licence");

export const RunKey = z
  .object({ job: count, task: count, attempt: z.int().min(1).max(largest) })
  .describe("Names one attempt at a task, for ever")
  .meta({ id: "RunKey" });

export const Range = z
  .strictObject({ frames: text(900_000).optional() })
  .describe("Frames as text; all that fit when left out");

export const Problem = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .describe("What went wrong (RFC 9457)")
  .meta({ id: "Problem" });

/** Only what names a run, of something that has more. */
export function keyOf({ job, task, attempt }: RunKey): RunKey {
  return { job, task, attempt };
}

/** A run's name as text: file names, map keys, log lines. */
export function runName({ job, task, attempt }: RunKey): string {
  return `${job}.${task}.${attempt}`;
}

export type RunKey = z.infer<typeof RunKey>;
export type Problem = z.infer<typeof Problem>;
