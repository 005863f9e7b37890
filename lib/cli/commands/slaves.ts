import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Client } from "../../client";
import { PlainError } from "../../local/program";
import type { Settings, SettingsChange, Slave } from "../../protocol";
import { clientCommand, clientStep, type Print, terminalWidth } from "../command";
import { slavesArgument } from "../given";
import { age, type Column, facts, paint, plain, stateText, table } from "../table";

const columns: Column<Slave>[] = [
  { title: "ID", of: (slave) => `${slave.id}`, right: true },
  { title: "NAME", of: (slave) => plain(slave.name), flexible: true },
  { title: "STATE", of: stateOf },
  { title: "TASKS", of: (slave) => `${slave.running}/${slave.slots}`, right: true },
  { title: "LOAD", of: (slave) => slave.load.toFixed(2), right: true, spare: true },
  {
    title: "MEMORY",
    of: (slave) => `${gigabytes(slave.memoryMb - slave.freeMemoryMb)}/${gigabytes(slave.memoryMb)} GB`,
    right: true,
    spare: true,
  },
  { title: "OS", of: (slave) => slave.os, spare: true },
  { title: "POOLS", of: (slave) => slave.pools.join(","), flexible: true },
  { title: "SEEN", of: seen, right: true, spare: true },
  { title: "PROBLEM", of: (slave) => plain(slave.problem ?? ""), flexible: true },
];

export const slaves = clientCommand(
  "slaves",
  { does: message`List slaves.`, examples: ["slaves", "slaves --json"] },
  object({}),
  async (client, _, print) => {
    const found = await client.slaves();
    print(found, () =>
      found.length === 0 ? "no slaves: start one with drqueue slave" : table(found, columns, terminalWidth()),
    );
  },
);

/** `slave NAME...`; without a name the command starts a slave. */
export const showSlave = clientStep(object({ slaves: slavesArgument }), async (client, { slaves: names }, print) => {
  const found = await Promise.all(names.map((name) => client.slave(name)));
  print(found.length === 1 ? found[0] : found, () => found.map(describe).join("\n"));
  return 0;
});

export const enable = clientCommand(
  "enable",
  { does: message`Let slaves take tasks.`, examples: ["enable rack7 rack8"] },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) => changeEach(client, names, { enabled: true }, print),
);

export const disable = clientCommand(
  "disable",
  { does: message`Let slaves take no more tasks; running ones end by themselves.`, examples: ["disable rack7"] },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) => changeEach(client, names, { enabled: false }, print),
);

export const set = clientCommand(
  "set",
  {
    does: message`Change the settings of slaves, through their own ports.`,
    more: message`With + and - in front pools are added and removed, without they replace what was there.`,
    examples: ["set rack7 --slots 4", "set rack7 rack8 --pool +maya,-nuke"],
  },
  object({
    slaves: slavesArgument,
    slots: optional(
      option("--slots", integer({ min: 0, max: 1024, metavar: "N" }), { description: message`Tasks at a time.` }),
    ),
    pool: multiple(
      option("--pool", string({ metavar: "POOLS" }), { description: message`Pools, as maya,nuke or +maya,-nuke.` }),
    ),
  }),
  (client, { slaves: names, slots, pool }, print) => {
    const change = { ...(slots !== undefined && { slots }), ...poolChange(pool) };
    if (Object.keys(change).length === 0) throw new PlainError("nothing to change: set rack7 --slots 4", 2);
    return changeEach(client, names, change, print);
  },
);

function poolChange(given: readonly string[]): Pick<SettingsChange, "pools" | "addPools" | "removePools"> {
  const words = given.flatMap((text) => text.split(/[,:]/)).filter((word) => word !== "");
  const signed = (sign: string) => words.filter((word) => word.startsWith(sign)).map((word) => word.slice(1));
  const [add, remove] = [signed("+"), signed("-")];
  const pools = words.filter((word) => !/^[+-]/.test(word));
  if (pools.length > 0 && add.length + remove.length > 0)
    throw new PlainError("--pool: either all pools, as maya,nuke, or changes, as +maya,-nuke", 2);
  return {
    ...(pools.length > 0 && { pools }),
    ...(add.length > 0 && { addPools: add }),
    ...(remove.length > 0 && { removePools: remove }),
  };
}

async function changeEach(
  client: Client,
  names: readonly string[],
  change: SettingsChange,
  print: Print,
): Promise<number> {
  const results: ({ slave: string } & (Settings | { error: string }))[] = [];
  for (const name of names) {
    try {
      results.push({ slave: name, ...(await client.changeSlave(name, change)) });
    } catch (error) {
      if (names.length === 1) throw error;
      results.push({ slave: name, error: (error as Error).message });
    }
  }
  print(results, () =>
    results
      .map((result) =>
        "error" in result
          ? `${result.slave}: ${result.error}`
          : `${result.slave}: ${result.enabled ? "enabled" : "disabled"}, ${result.slots} slots, pools ${result.pools.join(",")}`,
      )
      .join("\n"),
  );
  return results.some((result) => "error" in result) ? 1 : 0;
}

function describe(slave: Slave): string {
  return facts([
    ["slave", `${slave.name} (${slave.id})`],
    ["state", stateOf(slave)],
    ["tasks", `${slave.running} of ${slave.slots} slots`],
    ["pools", slave.pools.join(",")],
    ["machine", `${slave.os}, ${slave.cpus} CPUs, load ${slave.load.toFixed(2)}`],
    ["memory", `${gigabytes(slave.freeMemoryMb)} of ${gigabytes(slave.memoryMb)} GB free`],
    ["address", `${slave.address}:${slave.port}`],
    ["version", slave.version],
    ["seen", `${seen(slave)} ago`],
    ...(slave.problem ? [["problem", paint("red", plain(slave.problem))] as const] : []),
  ]);
}

function stateOf(slave: Slave): string {
  if (slave.state !== "online") return stateText(slave.state);
  if (slave.problem) return paint("red", "trouble");
  return slave.enabled ? stateText("online") : paint("yellow", "disabled");
}

function seen(slave: Slave): string {
  return age((Date.now() - Date.parse(slave.seenAt)) / 1000);
}

function gigabytes(megabytes: number): string {
  return (megabytes / 1024).toFixed(1);
}
