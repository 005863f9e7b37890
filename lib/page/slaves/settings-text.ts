// A slave's settings as a person writes them into fields, the change that this means, and the way back. Pure.
import { megabytes, sizeText } from "../../amounts";
import type { Settings, SettingsChange } from "../../client";
import { parseHours } from "../../hours";

/** The fields as they are written. `paths`: folder of the farm, and here. */
export type Written = {
  slots: string;
  pools: string;
  leaveMb: string;
  loadLimit: string;
  gpus: string;
  hours: string;
  paths: readonly { farm: string; here: string }[];
};

export function writtenOf(settings: Settings): Written {
  return {
    slots: `${settings.slots}`,
    pools: settings.pools.join(", "),
    leaveMb: settings.leaveMb === 0 ? "0" : sizeText(settings.leaveMb),
    loadLimit: settings.loadLimit === null ? "" : `${settings.loadLimit}`,
    gpus: settings.gpus === null ? "" : `${settings.gpus}`,
    hours: settings.hours,
    paths: settings.paths,
  };
}

/** What is wrong with a field, in words. */
export type Problems = Partial<Record<keyof Written, string>>;

/** The change that what is written means, of what is not as it was; or what is wrong. */
export function readSettings(written: Written, before: Settings): { change: SettingsChange; problems: Problems } {
  const same = writtenOf(before);
  const change: SettingsChange = {};
  const problems: Problems = {};
  const fields: { [K in keyof Written]: (text: Written[K]) => void } = {
    slots(text) {
      const slots = wholeNumber(text, 1024);
      if (slots === undefined) problems.slots = "A whole number from 0 to 1024";
      else change.slots = slots;
    },
    pools(text) {
      const pools = [...new Set(text.split(/[,\s]+/).filter((pool) => pool !== ""))];
      const wrong = pools.find((pool) => !/^[A-Za-z0-9._-]{1,64}$/.test(pool));
      if (wrong !== undefined)
        problems.pools = `'${wrong.slice(0, 70)}' is no pool: up to 64 letters, digits, dots, dashes and underlines`;
      else if (pools.length === 0) problems.pools = "A slave is in at least one pool: disable it to give it no tasks";
      else change.pools = pools;
    },
    leaveMb(text) {
      const mb = megabytes(text.trim());
      if (mb === undefined || mb > 100_000_000) problems.leaveMb = "Write for example 500M or 4G";
      else change.leaveMb = mb;
    },
    loadLimit(text) {
      const limit = text.trim() === "" ? null : Number(text);
      if (limit !== null && !(limit >= 0.01 && limit <= 1000))
        problems.loadLimit = "A number from 0.01 to 1000, or nothing";
      else change.loadLimit = limit;
    },
    gpus(text) {
      const gpus = text.trim() === "" ? null : wholeNumber(text, 64);
      if (gpus === undefined) problems.gpus = "A whole number from 0 to 64, or nothing";
      else change.gpus = gpus;
    },
    hours(text) {
      const problem = problemOfHours(text);
      if (problem !== undefined) problems.hours = problem;
      else change.hours = text.trim();
    },
    paths(pairs) {
      const whole = pairs.filter(({ farm, here }) => farm.trim() !== "" || here.trim() !== "");
      if (whole.some(({ farm, here }) => farm.trim() === "" || here.trim() === ""))
        problems.paths = "Each needs both names";
      else change.paths = whole.map(({ farm, here }) => ({ farm: farm.trim(), here: here.trim() }));
    },
  };
  for (const key of Object.keys(fields) as (keyof Written)[])
    if (JSON.stringify(written[key]) !== JSON.stringify(same[key]))
      (fields[key] as (text: unknown) => void)(written[key]);
  return { change, problems };
}

/** The change that takes another one back. */
export function undoOf(change: SettingsChange, { paths, pools, enabled, drain, ...plain }: Settings): SettingsChange {
  const { addPools, removePools, ...rest } = change;
  const others = Object.keys(rest).filter((key) => key in plain) as (keyof typeof plain)[];
  return {
    ...Object.fromEntries(others.map((key) => [key, plain[key]])),
    ...((addPools || removePools || change.pools) && { pools }),
    ...(change.paths && { paths }),
    // Who enables a slave ends its draining as well.
    ...((change.enabled !== undefined || change.drain !== undefined) && { enabled, drain }),
  };
}

function wholeNumber(text: string, most: number): number | undefined {
  const number = Number(text);
  return /^\s*\d+\s*$/.test(text) && number <= most ? number : undefined;
}

function problemOfHours(text: string): string | undefined {
  if (text.length > 500) return "At most 500 characters";
  try {
    parseHours(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
