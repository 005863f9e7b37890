// How every program of DrQueue reads its flags and ends: one line for an error, help with --help, an exit code that tells.
import { runParserAsync } from "@optique/core/facade";
import { formatMessage, type Message, message } from "@optique/core/message";
import type { Mode, Parser } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import packageFile from "../../package.json";

/** This release. */
export const version: string = packageFile.version;

/** A mistake of the person at the keyboard or in its surroundings: shown in one line, without a stack. */
export class PlainError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** A step that the flags were read into; it returns the exit code. */
export type Step = () => Promise<number>;

/** Reads the arguments and takes the step they name. Ends the process when it was only asked for help, or asked wrongly. */
export async function runProgram(
  name: string,
  parser: Parser<Mode, Step, unknown>,
  args: readonly string[],
  brief: Message,
): Promise<void> {
  const tell = (error: unknown): never => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${name.split(" ")[0]}: ${text}\n`);
    if (process.env.DRQUEUE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exit(error instanceof PlainError ? error.exitCode : 1);
  };
  const step = (await runParserAsync(parser, name, args, {
    help: { option: true, command: true, onShow: () => process.exit(0) },
    version: { option: true, value: version, onShow: () => process.exit(0) },
    completion: { command: true, option: true, onShow: () => process.exit(0) },
    brief,
    aboveError: "none",
    colors: process.stdout.isTTY === true && !process.env.NO_COLOR,
    maxWidth: Math.max(60, Math.min(process.stdout.columns ?? 100, 120)),
    showDefault: true,
    showChoices: true,
    stderr: () => {},
    onError: (_code, error) => tell(new PlainError(`${flat(error)} (${name} --help shows what there is)`, 2)),
  })) as Step;
  try {
    process.exitCode = await step();
  } catch (error) {
    tell(error);
  }
}

/** A duration as people write it, `500ms`, `30s`, `5m`, `2h`; its value is in ms. */
export function duration(metavar = "TIME"): ValueParser<"sync", number> {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return {
    mode: "sync",
    metavar: metavar as "TIME",
    placeholder: 0,
    parse(input) {
      const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(input) ?? [];
      if (!digits || !unit)
        return { success: false, error: message`${input} is not a time: write for example ${"30s"} or ${"5m"}.` };
      return { success: true, value: Math.round(Number(digits) * units[unit]!) };
    },
    format: (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
  };
}

function flat(error: Message): string {
  return formatMessage(error, { colors: false, quotes: true })
    .replace(/\s*\n\s*/g, " ")
    .replace(/\.$/, "");
}
