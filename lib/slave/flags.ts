// `drqueue slave`: its flags.
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { findMaster } from "../local/master-address";
import { duration, PlainError, type Step } from "../local/program";
import { ports, SettingsChange } from "../protocol";

const flags = object({
  pool: multiple(
    option("--pool", string({ metavar: "POOLS" }), {
      description: message`Pools to take tasks of, as maya,nuke. Kept for the next start.`,
    }),
  ),
  slots: optional(
    option("--slots", integer({ min: 0, max: 1024, metavar: "N" }), {
      description: message`Tasks at a time; one per CPU when never given. Kept for the next start.`,
    }),
  ),
  master: optional(
    option("--master", string({ metavar: "HOST[:PORT]" }), {
      description: message`The master; else DRQUEUE_MASTER, else this machine's.`,
    }),
  ),
  name: withDefault(
    option("--name", string({ metavar: "NAME" }), {
      description: message`Name of the slave; each on one machine needs its own.`,
    }),
    hostname(),
  ),
  port: withDefault(
    option("--port", integer({ min: 0, max: 65535, metavar: "PORT" }), {
      description: message`Port of its own; 0 takes a free one.`,
    }),
    ports.slave,
  ),
  host: withDefault(
    option("--host", string({ metavar: "ADDRESS" }), { description: message`Address to listen on.` }),
    "0.0.0.0",
  ),
  address: optional(
    option("--address", string({ metavar: "ADDRESS" }), {
      description: message`Where the master reaches this slave, if not where it calls from.`,
    }),
  ),
  data: optional(
    option("--data", string({ metavar: "FOLDER" }), {
      description: message`Data folder; else DRQUEUE_DATA, else the system's or user's own.`,
    }),
  ),
  logs: optional(
    option("--logs", string({ metavar: "FOLDER" }), {
      description: message`Folder for the tasks' logs, best on shared storage; else DRQUEUE_LOGS, else in the data folder.`,
    }),
  ),
  grace: withDefault(
    option("--grace", duration(), { description: message`Between asking a task to end and killing it.` }),
    10_000,
  ),
});

/** The flags of a slave, read into the step that runs it. */
export const slaveFlags = map(
  flags,
  ({ pool, slots, master, data: folder, logs, ...rest }): Step =>
    async () => {
      if (!/^[A-Za-z0-9._-]{1,100}$/.test(rest.name) || /^\.+$/.test(rest.name)) {
        throw new PlainError(`'${rest.name}' cannot be a slave's name: use letters, digits, '.', '_' and '-'`);
      }
      const pools = pool.flatMap((names) => names.split(/[,:]/)).filter((name) => name !== "");
      const change = { ...(pools.length > 0 && { pools }), ...(slots !== undefined && { slots }) };
      const checked =
        Object.keys(change).length === 0 ? { success: true as const, data: {} } : SettingsChange.safeParse(change);
      if (!checked.success) throw new PlainError(checked.error.issues[0]!.message);
      const data = dataFolder(folder);
      // Loaded only now, so that the other commands of the command line start fast.
      const { runSlave } = await import("./run");
      return runSlave({
        ...rest,
        data,
        // Jobscripts get this as a variable and work elsewhere.
        logs: resolve(logs ?? process.env.DRQUEUE_LOGS ?? join(data, "logs")),
        master: findMaster(data, master),
        change: checked.data,
      });
    },
);
