// What a slave reports of a run that has ended.

import type { EndReason } from "../states";
import type { EndedRun, JobOrder } from "../sync";
import type { RunKey } from "../wire";
import type { Output } from "./output";
import type { Ending } from "./parent";
import { explain } from "./reasons";

/** Why a run was made to end, in words where that alone does not say it. */
export type Ended = { as: EndReason; message?: string | undefined };

/** How a run of the job ended. A line of its output that says it has failed counts more than its exit code. */
export function reportOf(
  job: JobOrder,
  { code, cpuMs, memoryMb }: Ending,
  { as, message }: Ended,
  output: Output | undefined,
  ranMs: number,
): Omit<EndedRun, keyof RunKey> {
  const fatal = as === "exit" ? output?.fatal : undefined;
  const program = job.command[0] ?? job.fieldVariables.DRQUEUE_PROGRAM ?? "the jobscript";
  const said = fatal ?? message ?? explain(as, code, program) ?? output?.warning;
  return {
    reason: fatal === undefined ? as : "fatal",
    ranMs,
    ...(said && { message: said }),
    ...(code !== undefined && { code }),
    ...(cpuMs !== undefined && { cpuMs }),
    ...(memoryMb !== undefined && { memoryMb }),
  };
}
