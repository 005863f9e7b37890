// The program's own log: lines on stderr, for systemd and people as text, for programs as JSON.
import { configure, getLogger, getTextFormatter, jsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import type { JournalOptions } from "./journal-flags";

/** Whom a line may concern. These stand at its end in text; JSON has all properties of a record. */
export type Subjects = {
  job?: number;
  task?: number;
  attempt?: number;
  slave?: string;
  master?: string;
  owner?: string;
};

const subjects = ["job", "task", "attempt", "slave", "master", "owner"] as const satisfies (keyof Subjects)[];

/** Sends the log of this process to stderr from now on, errors that nobody caught included. `whose`: what all of its lines concern. */
export async function keepJournal(
  { format, level }: JournalOptions = { format: "text", level: "info" },
  whose: Subjects = {},
): Promise<void> {
  const write = format === "json" ? jsonLine : textLine;
  await configure({
    sinks: {
      stderr: (record) =>
        void process.stderr.write(write({ ...record, properties: { ...whose, ...record.properties } })),
    },
    loggers: [
      { category: "drqueue", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
  // Whatever a library throws into the air (postgres.js 3.4 does, when a connection breaks while it writes) must not end a master
  // or a slave: what matters is in the database and on disk, and every request has its own error.
  const tell = (error: unknown) => {
    getLogger("drqueue").error("nobody caught: {error}", { error: error instanceof Error ? error.stack : error });
  };
  process.on("uncaughtException", tell);
  process.on("unhandledRejection", tell);
}

const bare = { timestamp: "date-time", value: "bare" } as const;
const messageOf = getTextFormatter({ ...bare, format: ({ message }) => message });
const withTime = getTextFormatter({
  ...bare,
  format: ({ timestamp, level, message }) => `${timestamp} ${level} ${message}`,
});

/** A record as one line of text: `... INF run 12/4/1 has ended job=12 task=4 attempt=1 slave=rack7`. */
export function textLine(record: LogRecord): string {
  const concerned = subjects.flatMap((name) => {
    const value = record.properties[name];
    return value === undefined ? [] : [` ${name}=${word(value)}`];
  });
  return `${inOneLine(withTime(record).trimEnd())}${concerned.join("")}\n`;
}

/** A record as one JSON object in one line. The message is that of the text. */
export function jsonLine(record: LogRecord): string {
  return jsonLinesFormatter({ ...record, message: [inOneLine(messageOf(record).trimEnd())] });
}

function word(value: unknown): string {
  const text = String(value);
  return /^[\w.:@/+-]+$/.test(text) ? text : inOneLine(JSON.stringify(text));
}

/** Names and errors come from elsewhere: none begins a line of its own, turns the direction of writing, or steers the terminal. */
function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (one) =>
    one === "\n" ? "\\n" : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
