// How a job says what lines of its program's output mean.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import type { OutputRules } from "../rules";
import { value } from "./value";

const pattern = value<string>({
  metavar: "REGEX",
  placeholder: "",
  async read(text) {
    const { OutputRules } = await import("../rules");
    const { error } = OutputRules.safeParse({ fatal: [text] });
    if (error) throw new Error(`'${text}': ${error.issues[0]!.message}`);
    return text;
  },
});

/** Lines of the output that mean something; each may be given several times. */
export const outputOptions = object("Lines of its output", {
  progress: multiple(
    option("--progress-line", pattern, {
      description: message`How far a frame is, by groups named percent, or done and of.`,
    }),
  ),
  warning: multiple(option("--warning-line", pattern, { description: message`Lines that are shown with the run.` })),
  fatal: multiple(
    option("--fatal-line", pattern, {
      description: message`Lines after which a task has failed, whatever its exit code.`,
    }),
  ),
});

/** As the wire wants it. */
export function outputOf(given: InferValue<typeof outputOptions>): OutputRules {
  return Object.fromEntries(Object.entries(given).filter(([, lines]) => lines.length > 0));
}
