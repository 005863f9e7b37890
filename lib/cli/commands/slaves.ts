import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import type { Client } from "../../client";
import type { Slave } from "../../settings";
import { clientCommand, clientStep, terminalWidth } from "../command";
import { slavesArgument } from "../given";
import { checkLive, fitting, live } from "../live";
import { age, type Column, count, facts, gigabytes, moment, paint, plain, stateText, table } from "../table";

/** What some of these slaves have, and nobody wants to read of where none has. */
function specialsOf(slaves: readonly Slave[]): { foreign: boolean; gpus: boolean; stuck: boolean } {
  return {
    stuck: slaves.some(({ stuck }) => stuck > 0),
    foreign: slaves.some(({ foreignSlots }) => foreignSlots > 0),
    gpus: slaves.some(({ gpus }) => gpus > 0),
  };
}

function columnsOf({ foreign, gpus, stuck }: ReturnType<typeof specialsOf>): Column<Slave>[] {
  return [
    { title: "ID", of: (slave) => `${slave.id}`, right: true },
    { title: "NAME", of: (slave) => plain(slave.name), flexible: true },
    { title: "STATE", of: stateOf },
    { title: "TASKS", of: (slave) => `${slave.running}/${slave.settings.slots}`, right: true },
    ...(foreign
      ? [{ title: "FOREIGN", of: (slave: Slave) => (taken(slave) ? `-${taken(slave)}` : ""), right: true }]
      : []),
    ...(stuck ? [{ title: "STUCK", of: (slave: Slave) => (slave.stuck ? `${slave.stuck}` : ""), right: true }] : []),
    { title: "LOAD", of: (slave) => slave.load.toFixed(2), right: true, spare: true },
    {
      title: "MEMORY",
      of: (slave) => `${gigabytes(slave.memoryMb - slave.freeMemoryMb)}/${gigabytes(slave.memoryMb)} GB`,
      right: true,
      spare: true,
    },
    { title: "LEFT", of: (slave) => `${gigabytes(slave.memoryLeftMb)} GB`, right: true, spare: true },
    ...(gpus
      ? [{ title: "GPUS", of: (slave: Slave) => (slave.gpus ? `${slave.gpusLeft}/${slave.gpus}` : ""), right: true }]
      : []),
    { title: "OS", of: (slave) => slave.os, spare: true },
    { title: "POOLS", of: (slave) => slave.settings.pools.join(","), flexible: true },
    { title: "SEEN", of: seen, right: true, spare: true },
    { title: "PROBLEM", of: (slave) => plain(slave.problem ?? ""), flexible: true },
  ];
}

export const slaves = clientCommand(
  "slaves",
  {
    does: message`List slaves.`,
    more: message`LEFT is the memory for new tasks, FOREIGN are slots that other programs' load takes away, STUCK are runs whose processes cannot be ended.`,
    examples: ["slaves", "slaves --watch", "slaves --json"],
  },
  object({
    watching: optional(
      flag("--watch", { description: message`Keep the list up to date on the terminal, until Ctrl-C.` }),
    ),
  }),
  async (client, { watching }, print) => {
    if (watching) {
      checkLive(print.json, "slaves", "drqueue slaves --json lists them");
      return watchSlaves(client);
    }
    const found = await client.slaves();
    print(found, () =>
      found.length === 0
        ? "no slaves: start one with drqueue slave"
        : table(found, columnsOf(specialsOf(found)), terminalWidth()),
    );
  },
);

function watchSlaves(client: Client): Promise<never> {
  const widest = new Map<string, number>();
  const ever = { foreign: false, gpus: false, stuck: false };
  return live(
    client,
    () => client.slaves(),
    (found, room) => {
      const { foreign, gpus, stuck } = specialsOf(found);
      // A column that has been there stays: the others would jump.
      ever.foreign ||= foreign;
      ever.gpus ||= gpus;
      ever.stuck ||= stuck;
      const online = found.filter(({ state }) => state === "online").length;
      const running = found.reduce((sum, slave) => sum + slave.running, 0);
      return {
        title:
          found.length === 0
            ? "no slaves"
            : `${count(online)} of ${count(found.length)} slaves online, ${count(running)} tasks running`,
        lines:
          found.length === 0
            ? []
            : fitting(table(found, columnsOf(ever), room.columns, widest), room, (hidden) => `and ${hidden} more`),
      };
    },
  );
}

/** `slave NAME...`; without a name the command starts a slave. */
export const showSlave = clientStep(object({ slaves: slavesArgument }), async (client, { slaves: names }, print) => {
  const found = await Promise.all(names.map((name) => client.slave(name)));
  print(found.length === 1 ? found[0] : found, () => found.map(describe).join("\n"));
  return 0;
});

/** All that differs from the usual. */
function describe(slave: Slave): string {
  const { settings } = slave;
  const { loadLimit, hours, paths, leaveMb } = settings;
  const foreign = taken(slave) > 0 ? `, ${taken(slave)} taken by foreign load` : "";
  const pairs: [string, string][] = [
    ["slave", `${plain(slave.name)} (${slave.id})`],
    ["state", stateOf(slave)],
    ["problem", slave.problem ? paint("red", plain(slave.problem)) : ""],
    ["sick", sickness(slave)],
    ["tasks", `${slave.running} of ${settings.slots} slot${settings.slots === 1 ? "" : "s"}${foreign}`],
    ["stuck", stuckness(slave)],
    ["pools", settings.pools.join(",")],
    ["hours", hours === "" ? "" : `${plain(hours)}${slave.inHours ? "" : " (not now)"}`],
    [
      "machine",
      `${slave.os}, ${slave.cpus} CPU${slave.cpus === 1 ? "" : "s"}${slave.cpu ? ` (${plain(slave.cpu)})` : ""}`,
    ],
    ["load", [slave.load, slave.load5, slave.load15].map((load) => load.toFixed(2)).join(" ")],
    ["load limit", loadLimit === null ? "" : `${loadLimit} per slot`],
    [
      "memory",
      `${gigabytes(slave.freeMemoryMb)} of ${gigabytes(slave.memoryMb)} GB free, ${gigabytes(slave.memoryLeftMb)} GB for new tasks${leaveMb > 0 ? `, ${gigabytes(leaveMb)} GB to be left` : ""}`,
    ],
    ["GPUs", slave.gpus > 0 ? `${slave.gpusLeft} of ${slave.gpus} free` : ""],
    ...paths.map(({ farm, here }, at): [string, string] => [at === 0 ? "paths" : "", plain(`${farm} is ${here} here`)]),
    ["address", `${slave.address}:${slave.port}`],
    ["version", slave.version],
    ["seen", `${seen(slave)} ago`],
  ];
  return facts(pairs.filter(([, value]) => value !== ""));
}

function sickness({ sickSince, suspects }: Slave): string {
  if (sickSince === null) return "";
  const jobs = suspects.length > 0 ? `: tasks of the jobs ${suspects.join(", ")} failed here` : "";
  return paint("red", `set aside since ${moment(sickSince)}${jobs} (drqueue clear lets it work again)`);
}

function stuckness({ stuck }: Slave): string {
  // A master of the release before does not tell.
  if (!stuck) return "";
  const runs = `${stuck} run${stuck === 1 ? "" : "s"} whose processes cannot be ended keep${stuck === 1 ? "s its slot" : " their slots"}`;
  return paint("red", `${runs}; the kill is repeated, a restart of the machine helps for sure`);
}

/** One word for how a slave is; the worst first. */
export function stateOf(slave: Slave): string {
  const { enabled, drain } = slave.settings;
  if (slave.state !== "online") return stateText(slave.state);
  if (slave.sickSince !== null) return paint("red", "sick");
  if (slave.problem) return paint("red", "trouble");
  if (!enabled) return paint("yellow", "disabled");
  if (drain) return paint("yellow", slave.running > 0 ? "draining" : "drained");
  if (!slave.inHours) return paint("yellow", "off hours");
  return stateText("online");
}

/** Slots that foreign load takes away: it may be worth more of them than the slave has. */
function taken({ foreignSlots, settings }: Slave): number {
  return Math.min(foreignSlots, settings.slots);
}

function seen(slave: Slave): string {
  return age((Date.now() - Date.parse(slave.seenAt)) / 1000);
}
