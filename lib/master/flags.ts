// `drqueue master`: its flags.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { duration, type Step } from "../local/program";
import { ports } from "../ports";

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
  scripts: optional(
    option("--scripts", string({ metavar: "FOLDER" }), {
      description: message`Folder for the jobscripts that kinds write, best one that slaves and other masters see too; else DRQUEUE_SCRIPTS, else in the data folder.`,
    }),
  ),
  kinds: optional(
    option("--kinds", string({ metavar: "FOLDER" }), {
      description: message`Folder with kinds of jobs of your own; else DRQUEUE_KINDS, else 'kinds' in the data folder if it is there.`,
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
  ({ port, host, data, logs, scripts, kinds, lease }): Step =>
    async () => {
      // Loaded only now: the other commands of the command line start in half the time without a master's libraries.
      const { runMaster } = await import("./run");
      return runMaster({
        port,
        host,
        lease,
        data: dataFolder(data),
        logs: logs ?? process.env.DRQUEUE_LOGS,
        scripts: scripts ?? process.env.DRQUEUE_SCRIPTS,
        kinds: kinds ?? process.env.DRQUEUE_KINDS,
        database: process.env.DATABASE_URL,
        smtp: process.env.DRQUEUE_SMTP,
        mailFrom: process.env.DRQUEUE_MAIL_FROM,
      });
    },
);
