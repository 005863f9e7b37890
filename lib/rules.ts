// What a job may say of its own ends: exit codes with a meaning of their own, and lines of its output that tell something.
import { z } from "zod";

const codes = z.array(z.int().min(1).max(255)).max(255);

export const ExitCodes = z
  .strictObject({
    fatal: codes.optional().describe("Failed at once, whatever retries are left"),
    retry: codes.optional().describe("Tried again while retries are left, then failed"),
    warning: codes.optional().describe("Finished, with a word about it"),
  })
  .refine(
    ({ fatal = [], retry = [], warning = [] }) =>
      [fatal, retry, warning].reduce((sum, codes) => sum + new Set(codes).size, 0) ===
      new Set([...fatal, ...retry, ...warning]).size,
    "an exit code can mean one thing only",
  )
  .describe("Exit codes that mean something else than failure")
  .meta({ id: "ExitCodes" });
export type ExitCodes = z.infer<typeof ExitCodes>;

/** The longest line of output that is looked at; the rest of it is passed over. Characters. */
export const longestLine = 4096;

const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine((source) => {
    try {
      new RegExp(source, "u");
      return true;
    } catch {
      return false;
    }
  }, "not a regular expression")
  .describe("A regular expression, matched against each line of the output");

export const OutputRules = z
  .strictObject({
    progress: z
      .array(pattern)
      .max(20)
      .optional()
      .describe(
        "How far the frame is: named groups `percent`, or `done` and `of`; `frame` names the frame that begins, `finished` one that is done, `nth` counts those done since the program began",
      ),
    warning: z.array(pattern).max(50).optional().describe("Lines that are shown with the run"),
    fatal: z.array(pattern).max(50).optional().describe("Lines after which the run has failed, whatever its exit code"),
  })
  .describe("How the output of the job's program is read")
  .meta({ id: "OutputRules" });
export type OutputRules = z.infer<typeof OutputRules>;

/** What a line says. `percent` is of the frame under way, 0 to 100; `nth` how many frames this start of the program has done. */
export type LineNews = { percent?: number; frame?: number; nth?: number; warning?: true; fatal?: true };

/** Colours of a terminal, the zeros of UTF-16 and the like: what stands in a line without being text. */
const decoration = /\u001b\[[\d;]*[A-Za-z]|[\u0000\ufeff]/g;

/**
 * Makes a reader of lines of these rules; undefined when they say nothing. `goOn` is asked before each rule: a single one may take a
 * second for a line, and there may be many.
 */
export function lineReader(
  rules: OutputRules,
  goOn: () => boolean = () => true,
): ((line: string) => LineNews | undefined) | undefined {
  const compiled = (sources: readonly string[] = []) => sources.map((source) => new RegExp(source, "u"));
  const progress = compiled(rules.progress);
  const warning = compiled(rules.warning);
  const fatal = compiled(rules.fatal);
  if (progress.length + warning.length + fatal.length === 0) return undefined;
  return (whole) => {
    const line = whole.slice(0, longestLine).replace(decoration, "");
    if (fatal.some((one) => goOn() && one.test(line))) return { fatal: true };
    if (warning.some((one) => goOn() && one.test(line))) return { warning: true };
    for (const one of progress) {
      if (!goOn()) return undefined;
      const { percent, done, of, frame, finished, nth } = one.exec(line)?.groups ?? {};
      if (finished !== undefined) return { percent: 100, frame: Number(finished) };
      if (nth !== undefined) return { percent: 100, nth: Number(nth) };
      if (percent === undefined && of === undefined && frame === undefined) continue;
      const share = percent !== undefined ? Number(percent) : of !== undefined ? (Number(done) / Number(of)) * 100 : 0;
      const known = Number.isFinite(share) ? Math.max(0, Math.min(100, share)) : 0;
      return { percent: known, ...(frame !== undefined && { frame: Number(frame) }) };
    }
    return undefined;
  };
}
