// The program's own log: lines on stderr, as systemd and people read them.
import { configure, getTextFormatter } from "@logtape/logtape";

/** Sends the log of this process to stderr from now on. */
export async function keepJournal(): Promise<void> {
  const format = getTextFormatter({ timestamp: "time", category: () => "", value: "bare" });
  await configure({
    sinks: { stderr: (record) => void process.stderr.write(format(record)) },
    loggers: [
      { category: "drqueue", lowestLevel: "info", sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
  });
}
