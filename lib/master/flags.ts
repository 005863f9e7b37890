// `drqueue master`: its flags.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { duration, type Step } from "../local/program";
import { ports } from "../protocol";

const flags = object({
  port: withDefault(
    option("--port", integer({ min: 0, max: 65535, metavar: "PORT" }), {
      description: message`Port to listen on; 0 takes a free one.`,
    }),
    ports.master,
  ),
  host: withDefault(
    option("--host", string({ metavar: "ADDRESS" }), { description: message`Address to listen on.` }),
    "0.0.0.0",
  ),
  data: optional(
    option("--data", string({ metavar: "FOLDER" }), {
      description: message`Data folder; else DRQUEUE_DATA, else the system's or user's own.`,
    }),
  ),
  logs: optional(
    option("--logs", string({ metavar: "FOLDER" }), {
      description: message`Log folder that master and slaves share, if they do; else DRQUEUE_LOGS, else in the data folder.`,
    }),
  ),
  lease: withDefault(
    option("--lease", duration(), { description: message`A slave not heard of for so long loses its tasks.` }),
    30_000,
  ),
});

/** The flags of a master, read into the step that runs it. */
export const masterFlags = map(
  flags,
  ({ port, host, data, logs, lease }): Step =>
    async () => {
      // Loaded only now: the other commands of the command line start in half the time without a master's libraries.
      const { runMaster } = await import("./run");
      return runMaster({
        port,
        host,
        lease,
        data: dataFolder(data),
        logs: logs ?? process.env.DRQUEUE_LOGS,
        database: process.env.DATABASE_URL,
      });
    },
);
