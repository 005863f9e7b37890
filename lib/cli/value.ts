// How words of the command line become values: read, refused in one line, and suggested to the shell.
import { lineBreak, type Message, text } from "@optique/core/message";
import type { Suggestion } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import type { z } from "zod";
import type { Client } from "../client";
import { dataFolder } from "../local/folder";
import { clientOf } from "../local/master-address";
import { duration } from "../local/program";
import { plain } from "./table";

/** Something that the shell may offer, with a word about it. */
export type Offer = { text: string; says: string };

/** How long a shell that completes waits for the master. */
export const completionMs = 1000;

/**
 * A value that `read` makes of a word; what it throws is told to the person. `suggest` asks the master what to offer, `otherwise` says
 * it without one. `several`: what is offered may follow a comma. `signed`: and a + or - behind it.
 */
export function value<T>(how: {
  metavar: string;
  placeholder: T;
  read: (text: string) => T | Promise<T>;
  suggest?: (client: Client) => Promise<Offer[]>;
  otherwise?: () => Promise<Offer[]>;
  several?: boolean;
  signed?: boolean;
}): ValueParser<"async", T> {
  const { suggest, otherwise = async () => [], several, signed } = how;
  return {
    mode: "async",
    metavar: how.metavar as "JOB",
    placeholder: how.placeholder,
    async parse(input) {
      try {
        return { success: true, value: await how.read(input) };
      } catch (error) {
        return { success: false, error: linesOf((error as Error).message) };
      }
    },
    format: String,
    ...((suggest ?? how.otherwise) && {
      async *suggest(prefix: string): AsyncGenerator<Suggestion> {
        const list = several ? prefix.slice(0, prefix.lastIndexOf(",") + 1) : "";
        const before = list + (signed ? (/^[+-]/.exec(prefix.slice(list.length))?.[0] ?? "") : "");
        // A shell that completes must not be kept waiting, nor be told of errors.
        const offers = suggest && (async () => suggest(clientOf(dataFolder())))();
        const late = Bun.sleep(completionMs).then(otherwise);
        const given = await (offers ? Promise.race([offers, late]).catch(otherwise) : otherwise());
        for (const { text, says } of given) {
          const whole = before + text;
          if (whole.startsWith(prefix))
            yield { kind: "literal", text: whole, ...(says && { description: [{ type: "text", text: plain(says) }] }) };
        }
      },
    }),
  };
}

/** The same, and the word `none`, whose value is null. */
export function orNone<T>(inner: ValueParser<"sync" | "async", T>): ValueParser<"async", T | null> {
  return {
    mode: "async",
    metavar: inner.metavar,
    placeholder: null,
    parse: async (input) => (input === "none" ? { success: true, value: null } : await inner.parse(input)),
    format: (given) => (given === null ? "none" : inner.format(given)),
    ...(inner.suggest && {
      async *suggest(prefix: string): AsyncGenerator<Suggestion> {
        yield* inner.suggest!(prefix) as AsyncIterable<Suggestion>;
      },
    }),
  };
}

/** A span of time in ms, from `least` to `most`, which are given as people write them. */
export function timeSpan(least: string, most: string): ValueParser<"async", number> {
  const parser = duration();
  const ms = (text: string): number => {
    const read = parser.parse(text);
    if (!read.success) throw new Error(`'${text}' is not a time: write for example 30s, 5m, 2h or 7d`);
    return read.value;
  };
  return value<number>({
    metavar: "TIME",
    placeholder: 0,
    read(text) {
      const given = ms(text);
      if (given < ms(least) || given > ms(most)) throw new Error(`'${text}' is not between ${least} and ${most}`);
      return given;
    },
  });
}

/** The schemas of what is sent. Loaded only when needed: they take as long as all else at the start of the command line. */
async function loadSchemas() {
  const [submission, settings, wire] = await Promise.all([
    import("../submission"),
    import("../settings"),
    import("../wire"),
  ]);
  return { ...submission, ...settings, ...wire };
}

/** What a schema of the wire makes of a text. Throws an error with its words. */
export async function checked<T>(
  schema: (schemas: Awaited<ReturnType<typeof loadSchemas>>) => z.ZodType<T>,
  text: unknown,
): Promise<T> {
  const result = schema(await loadSchemas()).safeParse(text);
  if (!result.success) throw new Error(result.error.issues[0]!.message);
  return result.data;
}

/** Without what was not given, as the wire wants it. */
export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** An error as the parser carries it. A caret needs its lines as they are. */
function linesOf(error: string): Message {
  return error
    .replace(/^frames: /, "")
    .split("\n")
    .flatMap((line, at) => (at === 0 ? [text(line)] : [lineBreak(), text(line)]));
}
