// How every program of DrQueue reads its flags and ends: one line for an error, help with --help, an exit code that tells.
import { runParserAsync } from "@optique/core/facade";
import { type Message, message } from "@optique/core/message";
import type { Mode, Parser } from "@optique/core/parser";
import { extractCommandNames } from "@optique/core/usage";
import type { ValueParser } from "@optique/core/valueparser";
import packageFile from "../../package.json";
import { megabytes, milliseconds } from "../amounts";
import { helpText } from "./help";
import { wrongUsage } from "./wrong-usage";

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

/** What help says of the whole program. */
export type About = { brief: Message; footer?: Message };

/** Reads the arguments and takes the step they name. Ends the process when it was only asked for help, or asked wrongly. */
export async function runProgram(
  name: string,
  parser: Parser<Mode, Step, unknown>,
  args: readonly string[],
  about: Message | About,
): Promise<void> {
  endQuietlyWithoutReader();
  const { brief, footer } = "brief" in about ? about : { brief: about, footer: undefined };
  const commands = extractCommandNames(parser.usage);
  const place = commands.has(args[0] ?? "") ? `${name} ${args[0]}` : name;
  const colors = process.stdout.isTTY === true && !process.env.NO_COLOR;
  let printed = "";
  const step = (await runParserAsync(parser, name, args, {
    help: {
      option: true,
      ...(commands.size > 0 && { command: true }),
      onShow: (_code, page) => {
        process.stdout.write(helpText(name, page, { width: helpWidth(), colors }));
        process.exit(0);
      },
    },
    version: { option: true, value: version, onShow: () => leaveWith(printed) },
    ...(commands.size > 0 && { completion: { command: true, onShow: () => leaveWith(printed) } }),
    brief,
    ...(footer && { footer }),
    usageLine: [commands.size > 0 ? { type: "argument", metavar: "COMMAND" } : { type: "literal", value: "[options]" }],
    aboveError: "none",
    showDefault: true,
    showChoices: true,
    stdout: (text) => {
      printed += `${text}\n`;
    },
    stderr: () => {},
    onError: (_code, error) => tell(name, new PlainError(wrongUsage(error, args, place, parser.usage), 2)),
  })) as Step;
  try {
    process.exitCode = await step();
  } catch (error) {
    tell(name, error);
  }
}

/** A duration as people write it, `500ms`, `30s`, `5m`, `2h`, `7d`; its value is in ms, of `least` at least. */
export function duration(least = 0): ValueParser<"sync", number> {
  return {
    mode: "sync",
    metavar: "TIME",
    placeholder: 0,
    parse(input) {
      const ms = milliseconds(input);
      if (ms === undefined)
        return { success: false, error: message`${input} is not a time: write for example ${"30s"} or ${"5m"}.` };
      if (ms < least)
        return { success: false, error: message`${input} is too short: give ${`${least / 1000}s`} or more.` };
      return { success: true, value: ms };
    },
    format: (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
  };
}

/** A size as people write it, `500M`, `4G`, `1.5T`; a plain number is MB. Its value is in MB, rounded up. */
export function size(metavar = "SIZE"): ValueParser<"sync", number> {
  const most = 100_000_000;
  return {
    mode: "sync",
    metavar: metavar as "SIZE",
    placeholder: 0,
    parse(input) {
      const mb = megabytes(input);
      if (mb === undefined)
        return { success: false, error: message`${input} is not a size: write for example ${"4G"} or ${"500M"}.` };
      if (mb > most) return { success: false, error: message`${input} is too much: at most ${`${most}M`}.` };
      return { success: true, value: mb };
    },
    format: (megabytes) => (megabytes > 0 && megabytes % 1024 === 0 ? `${megabytes / 1024}G` : `${megabytes}M`),
  };
}

/** Tells an error and ends. What an error quotes from elsewhere must not steer the terminal. */
function tell(name: string, error: unknown): never {
  const text = (error instanceof Error ? error.message : String(error)).replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g,
    " ",
  );
  process.stderr.write(`${name.replace(/ --$/, "")}: ${text}\n`);
  if (process.env.DRQUEUE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(error instanceof PlainError ? error.exitCode : 1);
}

/** A reader that has seen enough, as in `jobs | head -1`, is no error. */
function endQuietlyWithoutReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
}

function leaveWith(text: string): never {
  process.stdout.write(text);
  process.exit(0);
}

function helpWidth(): number {
  return Math.max(60, Math.min(process.stdout.columns ?? 80, 100));
}
