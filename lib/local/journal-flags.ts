// How master, slave and `npm start` are told what their log is to look like.
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { PlainError } from "./program";

const formats = ["text", "json"] as const;
const levels = ["debug", "info", "warning", "error"] as const;

/** What a log looks like, and the least that is told. */
export type JournalOptions = { format: (typeof formats)[number]; level: (typeof levels)[number] };

/** The flags, for the flags of a program. */
export const journalFlags = {
  logFormat: optional(
    option("--log-format", choice(formats), {
      description: message`How the program's own log is written; else DRQUEUE_LOG_FORMAT, else text.`,
    }),
  ),
  logLevel: optional(
    option("--log-level", choice(levels), {
      description: message`The least that is logged; else DRQUEUE_LOG_LEVEL, else info. With debug each task is told.`,
    }),
  ),
};

/** What such flags say. */
export type JournalWords = {
  logFormat?: JournalOptions["format"] | undefined;
  logLevel?: JournalOptions["level"] | undefined;
};

/** What the flags or else the variables say. Throws a PlainError for a variable that says neither of what there is. */
export function journalOf({ logFormat, logLevel }: JournalWords, env = process.env): JournalOptions {
  return {
    format: logFormat ?? oneOf(formats, "DRQUEUE_LOG_FORMAT", env) ?? "text",
    level: logLevel ?? oneOf(levels, "DRQUEUE_LOG_LEVEL", env) ?? "info",
  };
}

function oneOf<T extends string>(words: readonly T[], name: string, env: NodeJS.ProcessEnv): T | undefined {
  const given = env[name];
  const found = words.find((word) => word === given);
  if (given && !found) throw new PlainError(`${name} is '${given}': write one of ${words.join(", ")}`);
  return found;
}
