// Which slaves a person wants to see, and in which order. Pure.
import type { Slave } from "../../client";
import { parseFilter, partly, type Term, wholly } from "./terms";
import { wayOf, wordFor } from "./way";

const ways = [
  "online",
  "off_hours",
  "draining",
  "drained",
  "disabled",
  "problem",
  "sick",
  "lost",
  "gone",
  "idle",
  "busy",
  "stuck",
];

/** Fields of the filter; without one a word is a part of the name. */
export const filterFields = ["state", "pool", "os", "name", "version", "problem"];

/** What tells whether a slave is wanted, and what of the filter nobody understands. */
export function slaveFilter(text: string): { wants: (slave: Slave) => boolean; problem?: string } {
  const { terms, ...rest } = parseFilter(text, filterFields);
  const unknown = terms
    .filter(({ field }) => field === "state")
    .flatMap(({ values }) => values)
    .find((value) => !ways.includes(value.toLowerCase()));
  const tests = terms.map((term) => ({ fits: testOf(term), not: term.not }));
  return {
    wants: (slave) => tests.every(({ fits, not }) => fits(slave) !== not),
    ...(unknown !== undefined && { problem: `No slave is ${unknown}: ${ways.join(", ")}` }),
    ...rest,
  };
}

function testOf({ field, values }: Term): (slave: Slave) => boolean {
  const any = (patterns: ((text: string) => boolean)[], text: string) => patterns.some((fits) => fits(text));
  if (field === "state") {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return (slave) => statesOf(slave).some((state) => wanted.has(state));
  }
  if (field === "pool") {
    const pools = values.map(wholly);
    return ({ settings }) => settings.pools.some((pool) => any(pools, pool));
  }
  const parts = values.map(partly);
  if (field === "os") return ({ os }) => any(parts, os);
  if (field === "version") return ({ version }) => any(parts, version);
  if (field === "problem") return ({ problem }) => problem !== null && any(parts, problem);
  return ({ name, id }) => any(parts, name) || values.includes(`${id}`);
}

function statesOf(slave: Slave): string[] {
  const way = wayOf(slave);
  return [
    way,
    wordFor(slave),
    ...(slave.state === "online" && slave.running > 0 ? ["busy"] : []),
    ...(way === "online" && slave.running === 0 ? ["idle"] : []),
    ...(slave.stuck > 0 ? ["stuck"] : []),
  ];
}

/** What a list is sorted by; numbers and texts compare by <. */
const sortKeys = {
  name: ({ name }: Slave) => nameKey(name),
  state: (slave: Slave) => wordFor(slave),
  tasks: ({ running }: Slave) => running,
  load: ({ load }: Slave) => load,
  memory: ({ freeMemoryMb }: Slave) => freeMemoryMb,
  pools: ({ settings }: Slave) => settings.pools.join(",").toLowerCase(),
  os: ({ os }: Slave) => os,
  version: ({ version }: Slave) => nameKey(version),
  seen: ({ seenAt }: Slave) => seenAt,
  problem: ({ problem }: Slave) => problem ?? "",
} satisfies Record<string, (slave: Slave) => string | number>;
export type SortKey = keyof typeof sortKeys;

/** Reads `load` or `-load`; by name where it is neither. */
export function sortOf(text: string | undefined): { key: SortKey; falls: boolean } {
  const key = text?.replace(/^-/, "") ?? "";
  return Object.hasOwn(sortKeys, key)
    ? { key: key as SortKey, falls: text!.startsWith("-") }
    : { key: "name", falls: false };
}

/** Sorted; those that are alike by name and number, rising. */
export function sorted(slaves: readonly Slave[], { key, falls }: ReturnType<typeof sortOf>): Slave[] {
  const keyOf = sortKeys[key];
  const sign = falls ? -1 : 1;
  return slaves
    .map((slave) => ({ slave, key: keyOf(slave), name: nameKey(slave.name) }))
    .sort((a, b) => compare(a.key, b.key) * sign || compare(a.name, b.name) || a.slave.id - b.slave.id)
    .map(({ slave }) => slave);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const nameKeys = new Map<string, string>();

/** Numbers in names count as numbers: rack2 stands before rack10. */
function nameKey(name: string): string {
  let key = nameKeys.get(name);
  if (key === undefined) {
    key = name.toLowerCase().replace(/\d{1,12}/g, (digits) => digits.padStart(12, "0"));
    if (nameKeys.size > 50_000) nameKeys.clear();
    nameKeys.set(name, key);
  }
  return key;
}
