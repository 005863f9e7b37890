// `npm run bench [-- a b c d load log backup page upgrade --slaves N --seconds N ...]`: measures and prints tables for the README, with the machine they were
// measured on.
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { backupAndReturn } from "./backup";
import { endToEnd } from "./end-to-end";
import { handOut } from "./hand-out";
import { latency } from "./latency";
import { load, usualSize } from "./load";
import { log } from "./log";
import { memory } from "./memory";
import { page } from "./page";
import type { Row } from "./report";
import { upgrade } from "./upgrade";

const benches: Record<string, { title: string; measure: () => Promise<Row[]> }> = {
  a: { title: "tasks per second end to end, processes that do nothing", measure: endToEnd },
  b: { title: "tasks handed out and reported per second over HTTP, simulated slaves", measure: handOut },
  c: { title: "submission", measure: latency },
  d: { title: "memory when idle", measure: memory },
  load: { title: "a farm of many slaves", measure: () => load(size) },
  log: { title: "a log of many MB (--megabytes N)", measure: () => log(size.megabytes) },
  backup: { title: "backup and return (--runs N)", measure: () => backupAndReturn(size.runs) },
  page: { title: "the page in Chromium (--minutes N)", measure: () => page(size) },
  upgrade: { title: "upgrade of a farm at work", measure: () => upgrade(size) },
};

// Of the upgrade a tenth of the runs that a farm gathers: --runs 5000000 takes some minutes.
const usualSizes = { ...usualSize, runs: 500_000, megabytes: 500, minutes: 3 };
const { positionals: wanted, values } = parseArgs({
  args: Bun.argv.slice(2),
  allowPositionals: true,
  options: Object.fromEntries(Object.keys(usualSizes).map((name) => [name, { type: "string" as const }])),
});
const size = {
  ...usualSizes,
  ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])),
};
const unknown = wanted.find((name) => !(name in benches));
if (unknown) {
  console.error(`bench: there is no '${unknown}': ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
const [cpu] = cpus();
console.log(
  `${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release()}, Bun ${Bun.version}\n`,
);
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const { title, measure } = benches[name]!;
  console.log(`${name}) ${title}\n`);
  console.log("| | | ratio |\n|---|---|---|");
  for (const { what, value, ratio } of await measure()) console.log(`| ${what} | ${value} | ${ratio ?? ""} |`);
  console.log("");
}
process.exit(0);
