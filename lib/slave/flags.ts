// `drqueue slave`: its flags.
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { journalFlags, journalOf } from "../local/journal-flags";
import { findMasters } from "../local/master-address";
import { duration, PlainError, type Step, size } from "../local/program";
import { parsePathPairs } from "../paths";
import { ports } from "../ports";
import type { SettingsChange } from "../settings";

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
  leaveMemory: optional(
    option("--leave-memory", size(), {
      description: message`Memory to leave free for others, as 4G or 500M. Kept for the next start.`,
    }),
  ),
  loadLimit: optional(
    option("--load-limit", string({ metavar: "N" }), {
      description: message`Load that one slot stands for: foreign load takes slots away; off: it does not. Kept for the next start.`,
    }),
  ),
  hours: optional(
    option("--hours", string({ metavar: "HOURS" }), {
      description: message`When it works, as "mon-fri 19:00-08:00, sat-sun"; or always. Kept for the next start.`,
    }),
  ),
  path: multiple(
    option("--path", string({ metavar: "FARM=HERE" }), {
      description: message`A folder that has another name here, as "/mnt/show=S:\\show"; can be repeated, none for none. Kept for the next start.`,
    }),
  ),
  gpus: optional(
    option("--gpus", string({ metavar: "N" }), {
      description: message`GPUs it has; auto counts them by nvidia-smi. Kept for the next start.`,
    }),
  ),
  enable: option("--enable", { description: message`Take tasks. Kept for the next start.` }),
  disable: option("--disable", { description: message`Take no tasks. Kept for the next start.` }),
  drain: option("--drain", {
    description: message`Take no more tasks and let those of an earlier start end. Kept for the next start.`,
  }),
  master: optional(
    option("--master", string({ metavar: "HOST[:PORT]" }), {
      description: message`The master, several with commas between; else DRQUEUE_MASTER, else this machine's.`,
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
  replace: option("--replace", {
    description: message`Take over from the process that runs this slave now; its tasks go on. For an upgrade.`,
  }),
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
  pictures: multiple(
    option("--pictures", string({ metavar: "FOLDER" }), {
      description: message`Folders of this machine below which the master may show pictures that it does not see itself, with commas between or repeated; else DRQUEUE_PICTURES, else none.`,
    }),
  ),
  logCap: withDefault(
    option("--log-cap", size(), {
      description: message`Of a longer log only a quarter of this from its beginning and the rest from its end is brought to the master; 0: all.`,
    }),
    64,
  ),
  logsSize: withDefault(
    option("--logs-size", size(), {
      description: message`Logs that were brought to the master, or wait for it, have at most so much room here: the oldest go.`,
    }),
    10 * 1024,
  ),
  keepLogs: optional(
    option("--keep-logs", duration(), {
      description: message`Remove logs so long after they were brought to the master.`,
    }),
  ),
  grace: withDefault(
    option("--grace", duration(), { description: message`Between asking a task to end and killing it.` }),
    10_000,
  ),
  ...journalFlags,
});

/** The flags of a slave, read into the step that runs it. */
export const slaveFlags = map(
  flags,
  ({
    master,
    data: folder,
    logs,
    name,
    port,
    host,
    address,
    grace,
    logCap,
    logsSize,
    keepLogs,
    replace,
    pictures,
    logFormat,
    logLevel,
    ...settings
  }): Step =>
    async () => {
      if (!/^[A-Za-z0-9._-]{1,100}$/.test(name) || /^\.+$/.test(name)) {
        throw new PlainError(`'${name}' cannot be a slave's name: use letters, digits, '.', '_' and '-'`);
      }
      const change = await changeOf(settings);
      const data = dataFolder(folder);
      // Loaded only now, so that the other commands of the command line start fast.
      const { runSlave } = await import("./run");
      return runSlave({
        name,
        port,
        host,
        address,
        grace,
        replace,
        data,
        // Jobscripts get this as a variable and work elsewhere.
        logs: resolve(logs ?? process.env.DRQUEUE_LOGS ?? join(data, "logs")),
        logRules: { capMb: logCap, mostMb: logsSize, keepMs: keepLogs },
        masters: findMasters(data, master),
        pictures,
        journal: journalOf({ logFormat, logLevel }),
        change,
      });
    },
);

type Given = {
  pool: readonly string[];
  slots?: number | undefined;
  leaveMemory?: number | undefined;
  loadLimit?: string | undefined;
  hours?: string | undefined;
  path: readonly string[];
  gpus?: string | undefined;
  enable: boolean;
  disable: boolean;
  drain: boolean;
};

/** What the flags change of the settings; nothing is not changed. Throws a PlainError. */
async function changeOf(given: Given): Promise<SettingsChange> {
  const { pool, slots, leaveMemory, loadLimit, hours, path, gpus, enable, disable, drain } = given;
  if (enable && (disable || drain)) throw new PlainError(`--enable goes with neither --disable nor --drain`);
  const pools = pool.flatMap((names) => names.split(/[,:]/)).filter((one) => one !== "");
  const change: SettingsChange = {
    ...(pools.length > 0 && { pools }),
    ...(slots !== undefined && { slots }),
    ...(leaveMemory !== undefined && { leaveMb: leaveMemory }),
    ...(loadLimit !== undefined && { loadLimit: numberOr("off", loadLimit, "--load-limit") }),
    ...(hours !== undefined && { hours: hours === "always" ? "" : hours }),
    ...(path.length > 0 && { paths: pathsOf(path) }),
    ...(gpus !== undefined && { gpus: numberOr("auto", gpus, "--gpus") }),
    ...((enable || disable) && { enabled: enable }),
    ...(drain && { drain }),
  };
  if (Object.keys(change).length === 0) return {};
  // Loaded only now, as above.
  const { SettingsChange } = await import("../settings");
  const checked = SettingsChange.safeParse(change);
  const wrong = checked.error?.issues[0];
  if (!checked.data) throw new PlainError(`${wrong?.path.join(".")}: ${wrong?.message}`);
  return checked.data;
}

/** A number, or null for the word that stands for none. */
function numberOr(word: string, given: string, option: string): number | null {
  if (given === word) return null;
  if (!/^\d+(\.\d+)?$/.test(given)) throw new PlainError(`${option} '${given}': give a number or ${word}`);
  return Number(given);
}

function pathsOf(given: readonly string[]) {
  try {
    return parsePathPairs(given);
  } catch (error) {
    throw new PlainError(`--path: ${(error as Error).message}`);
  }
}
