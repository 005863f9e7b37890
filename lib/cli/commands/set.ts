// Commands that change slaves, through their own ports.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import type { Client } from "../../client";
import { parseHours } from "../../hours";
import { PlainError, size } from "../../local/program";
import type { SettingsChange } from "../../settings";
import { clientCommand, type Print } from "../command";
import { poolChanges, slavesArgument } from "../given";
import { type PathChange, pathChange, settingsText, withPaths } from "../settings";
import { checked, present, value } from "../value";

export const enable = clientCommand(
  "enable",
  {
    does: message`Let slaves take tasks, also those that drain or were set aside as sick.`,
    examples: ["enable rack7 rack8"],
  },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) =>
    each(names, print, async (name) => {
      await client.clearSlave(name);
      return changed(client, name, { enabled: true, drain: false });
    }),
);

export const disable = clientCommand(
  "disable",
  { does: message`Let slaves take no more tasks; running ones end by themselves.`, examples: ["disable rack7"] },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) => each(names, print, (name) => changed(client, name, { enabled: false })),
);

export const drain = clientCommand(
  "drain",
  {
    does: message`Let slaves end what they run and take no more, to be switched off then.`,
    more: message`drqueue slaves shows draining, then drained. enable takes it back.`,
    examples: ["drain rack7 rack8"],
  },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) => each(names, print, (name) => changed(client, name, { drain: true })),
);

export const clear = clientCommand(
  "clear",
  {
    does: message`Give slaves that were set aside as sick another chance.`,
    examples: ["clear rack7 rack8"],
  },
  object({ slaves: slavesArgument }),
  (client, { slaves: names }, print) =>
    each(names, print, async (name) => {
      await client.clearSlave(name);
      return { value: { cleared: true }, text: "cleared" };
    }),
);

const loadLimit = value<number | null>({
  metavar: "LOAD",
  placeholder: null,
  read(text) {
    if (text === "off") return null;
    if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`'${text}': write the load of a slot, as 0.8, or off`);
    return checked(({ Settings }) => Settings.shape.loadLimit.unwrap(), Number(text));
  },
});

const hours = value<string>({
  metavar: "HOURS",
  placeholder: "",
  read(text) {
    if (text === "always") return "";
    parseHours(text);
    return text.trim();
  },
  otherwise: async () => [{ text: "always", says: "" }],
});

const gpus = value<number | null>({
  metavar: "N",
  placeholder: null,
  read(text) {
    if (text === "auto") return null;
    if (!/^\d{1,2}$/.test(text) || Number(text) > 64) throw new Error(`'${text}': write 0 to 64, or auto`);
    return Number(text);
  },
  otherwise: async () => [{ text: "auto", says: "" }],
});

export const set = clientCommand(
  "set",
  {
    does: message`Change the settings of slaves, through their own ports.`,
    more: message`With + and - in front pools and paths are added and removed, without they replace what was there.`,
    examples: [
      "set rack7 --slots 4 --leave-memory 4G",
      "set rack7 rack8 --pool +maya,-nuke",
      'set rack7 --hours "mon-fri 19:00-08:00, sat-sun"',
      "set rack7 --path '+/mnt/show=S:\\show'",
      "set rack7 --load-limit 0.8 --gpus auto --drain off",
    ],
  },
  object({
    slaves: slavesArgument,
    slots: optional(
      option("--slots", integer({ min: 0, max: 1024, metavar: "N" }), { description: message`Tasks at a time.` }),
    ),
    pool: multiple(option("--pool", poolChanges, { description: message`Pools, as maya,nuke or +maya,-nuke.` })),
    leaveMb: optional(
      option("--leave-memory", size(), { description: message`Memory that it leaves free for others, as 4G.` }),
    ),
    loadLimit: optional(
      option("--load-limit", loadLimit, {
        description: message`Load that one slot stands for: other programs' load takes slots away; or off.`,
      }),
    ),
    hours: optional(
      option("--hours", hours, {
        description: message`When it works, as mon-fri 19:00-08:00, sat-sun; or always.`,
      }),
    ),
    path: multiple(
      option("--path", pathChange, {
        description: message`A folder with another name here, as /mnt/show=S:\\show; +/mnt/show=... adds, -/mnt/show removes, none removes all.`,
      }),
    ),
    gpus: optional(option("--gpus", gpus, { description: message`GPUs it has; auto counts them.` })),
    drain: optional(
      option("--drain", choice(["on", "off"]), { description: message`Take no more tasks, to be switched off.` }),
    ),
  }),
  (client, { slaves: names, pool, path, drain, ...same }, print) => {
    const change: SettingsChange = {
      ...present(same),
      ...(drain !== undefined && { drain: drain === "on" }),
      ...poolChange(pool),
    };
    if (Object.keys(change).length === 0 && path.length === 0)
      throw new PlainError("nothing to change: set rack7 --slots 4", 2);
    checkPaths(path);
    return each(names, print, async (name) => {
      if (path.length === 0) return changed(client, name, change);
      const before = path.some(({ how }) => how !== "is") ? (await client.slave(name)).settings.paths : [];
      return changed(client, name, { ...change, paths: withPaths(before, path) });
    });
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

function checkPaths(path: readonly PathChange[]): void {
  if (path.some(({ how }) => how === "is") && path.some(({ how }) => how !== "is"))
    throw new PlainError("--path: either all paths, or changes with + and - in front", 2);
}

/** What was done to a slave, for programs and for people. */
type Result = { value: object; text: string };

async function changed(client: Client, name: string, change: SettingsChange): Promise<Result> {
  const settings = await client.changeSlave(name, change);
  return { value: settings, text: settingsText(settings) };
}

/** Does it to one slave after the other; what fails is told and does not keep the rest from being done. */
async function each(names: readonly string[], print: Print, act: (name: string) => Promise<Result>): Promise<number> {
  const results: ({ slave: string } & (Result | { error: string }))[] = [];
  for (const slave of names) {
    try {
      results.push({ slave, ...(await act(slave)) });
    } catch (error) {
      if (names.length === 1) throw error;
      results.push({ slave, error: (error as Error).message });
    }
  }
  print(
    results.map((one) => ("error" in one ? one : { slave: one.slave, ...one.value })),
    () => results.map((one) => `${one.slave}: ${"error" in one ? one.error : one.text}`).join("\n"),
  );
  return results.some((one) => "error" in one) ? 1 : 0;
}
