// `drqueue master`: its flags.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { journalFlags, journalOf } from "../local/journal-flags";
import { duration, type Step, size } from "../local/program";
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
  address: optional(
    option("--address", string({ metavar: "ADDRESS" }), {
      description: message`Where slaves, clients and other masters reach it; else what --host says, else the name of this machine.`,
    }),
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
  keepLogs: optional(
    option("--keep-logs", duration(1000), {
      description: message`Remove logs that are older, as 90d; else they are kept until their job is deleted.`,
    }),
  ),
  logsSize: optional(
    option("--logs-size", size(), {
      description: message`Remove the oldest logs when all together have more, as 100G; else never.`,
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
  pictures: multiple(
    option("--pictures", string({ metavar: "FOLDER" }), {
      description: message`Folders below which pictures of jobs may be shown, with commas between or repeated, as FARM=HERE where one has another name here; else DRQUEUE_PICTURES, else none are.`,
    }),
  ),
  lease: withDefault(
    option("--lease", duration(1000), { description: message`A slave not heard of for so long loses its tasks.` }),
    30_000,
  ),
  ...journalFlags,
});

/** The flags of a master, read into the step that runs it. */
export const masterFlags = map(
  flags,
  ({ port, host, address, data, logs, keepLogs, logsSize, scripts, kinds, pictures, lease, ...log }): Step =>
    async () => {
      // Loaded only now: the other commands of the command line start in half the time without a master's libraries.
      const { runMaster } = await import("./run");
      return runMaster({
        port,
        host,
        address,
        lease,
        data: dataFolder(data),
        logs: logs ?? process.env.DRQUEUE_LOGS,
        logRules: { keepMs: keepLogs, mostMb: logsSize },
        scripts: scripts ?? process.env.DRQUEUE_SCRIPTS,
        kinds: kinds ?? process.env.DRQUEUE_KINDS,
        pictures,
        database: process.env.DATABASE_URL,
        smtp: process.env.DRQUEUE_SMTP,
        mailFrom: process.env.DRQUEUE_MAIL_FROM,
        journal: journalOf(log),
      });
    },
);
