// What all commands of a client have in common: where the master is, --json, how they print and end.
import { object } from "@optique/core/constructs";
import { lineBreak, type Message, message, text } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { command, flag, option } from "@optique/core/primitives";
import type { Usage } from "@optique/core/usage";
import { string } from "@optique/core/valueparser";
import { type Client, ClientError } from "../client";
import { dataFolder } from "../local/folder";
import { shortUsage } from "../local/help";
import { clientOf } from "../local/master-address";
import { PlainError, type Step } from "../local/program";

/** A command as the program takes it. */
export type Command = Parser<"sync" | "async", Step, unknown>;

/** How a command prints: a value for programs with --json, else text for people. */
export type Print = { readonly json: boolean; (value: unknown, text: () => string): void };

const common = object("Options of every command", {
  json: optional(flag("--json", { description: message`Print JSON, for programs.` })),
  master: optional(
    option("--master", string({ metavar: "HOST[:PORT]" }), {
      description: message`The master, several with commas between; else DRQUEUE_MASTER, else this machine's.`,
    }),
  ),
  data: optional(
    option("--data", string({ metavar: "FOLDER" }), {
      description: message`Data folder in which the token is; else DRQUEUE_DATA, else the usual one.`,
    }),
  ),
});

/** What the same options say of where the farm is: the data folder, and the masters named, if any. */
export type Around = { data: string; masters: string | undefined; print: Print };

/** What a command does with the master. Returns the exit code, 0 when it returns nothing. */
type Act<T> = (client: Client, given: T, print: Print, around: Around) => Promise<number | undefined>;

/** Does what was wanted without a master. Returns whether it has. */
type Alone<T> = (given: T, around: Around) => Promise<boolean>;

/** What help tells of a command. */
type Words = { does: Message; more?: Message; examples: string[] };

/** A command that talks to the master, unless `alone`, which is asked first, does what was wanted without one. */
export function clientCommand<T>(
  name: string,
  words: Words,
  parser: Parser<"sync" | "async", T, unknown>,
  act: Act<T>,
  alone?: Alone<T>,
): Command {
  return command(name, clientStep(parser, act, alone), helpOf(words)) as Command;
}

/** The part of such a command behind its name. */
export function clientStep<T>(parser: Parser<"sync" | "async", T, unknown>, act: Act<T>, alone?: Alone<T>): Command {
  type Both = { given: T; common: { json?: true; master?: string; data?: string } };
  const both = object({ given: parser, common }) as unknown as Parser<"async", Both, unknown>;
  return map(
    both,
    ({ given, common }): Step =>
      async () => {
        const print = printer(common.json === true);
        const around = { data: dataFolder(common.data), masters: common.master ?? process.env.DRQUEUE_MASTER, print };
        if (await alone?.(given, around)) return 0;
        const client = clientOf(around.data, common.master);
        try {
          return (await act(client, given, print, around)) ?? 0;
        } catch (error) {
          throw error instanceof ClientError ? toldToPeople(error) : error;
        }
      },
  );
}

/** The help texts of a command as the parser wants them. */
export function helpOf({ does, more, examples }: Words): {
  brief: Message;
  description: Message;
  footer: Message;
  usageLine: (usage: Usage) => Usage;
} {
  return { brief: does, description: more ?? [], footer: examplesText(examples), usageLine: shortUsage };
}

/** Examples as they stand below a help text. */
export function examplesText(examples: readonly string[]): Message {
  return [text("Examples:"), ...examples.flatMap((example) => [lineBreak(), text(`  drqueue ${example}`)])];
}

/** Columns of the terminal; wide when the output goes to a file. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? (process.stdout.columns ?? 80) : 200;
}

/** How a command prints its result. */
export function printer(json: boolean): Print {
  const print = (value: unknown, text: () => string) => {
    const out = json ? `${JSON.stringify(value, null, 2)}\n` : text();
    if (out !== "") process.stdout.write(out.endsWith("\n") ? out : `${out}\n`);
  };
  return Object.assign(print, { json });
}

/** What a person does next; a request that the master finds wrong is wrong usage, exit code 2. */
export function toldToPeople({ status, message, mayBeDone }: ClientError): PlainError {
  if (status !== undefined || mayBeDone) return new PlainError(message, status === 400 ? 2 : 1);
  return new PlainError(`${message}: start a master with drqueue master, or name one in DRQUEUE_MASTER or --master`);
}
