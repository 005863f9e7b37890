// The program's own log: lines on stderr, as systemd and people read them.
import { configure, getLogger, getTextFormatter } from "@logtape/logtape";

/** Sends the log of this process to stderr from now on, errors that nobody caught included. */
export async function keepJournal(): Promise<void> {
  const format = getTextFormatter({
    timestamp: "date-time",
    value: "bare",
    format: ({ timestamp, level, message }) => `${timestamp} ${level} ${message}`,
  });
  await configure({
    sinks: { stderr: (record) => void process.stderr.write(format(record)) },
    loggers: [
      { category: "drqueue", lowestLevel: "info", sinks: ["stderr"] },
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
