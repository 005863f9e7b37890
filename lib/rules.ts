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
