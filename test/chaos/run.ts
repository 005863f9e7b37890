// `npm run chaos -- --minutes N --seed S`: faults for so long, in rounds with a seed each. Ends with 0 when nothing was found.
import { parseArgs } from "node:util";
import { chaos } from "./chaos";
import { type FaultKind, kinds } from "./plan";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string" },
    round: { type: "string", default: "60" },
    without: { type: "string", default: "" },
    keep: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const roundMs = Number(values.round) * 1000;
const without = values.without.split(",").filter((word) => word !== "") as FaultKind[];
const unknown = without.find((word) => !(word in kinds));
if (!(minutes > 0) || !Number.isSafeInteger(first) || !(roundMs > 0) || unknown !== undefined) {
  console.error(
    unknown === undefined
      ? "usage: npm run chaos -- [--minutes N] [--seed S] [--round SECONDS] [--without FAULT,FAULT] [--keep]"
      : `'${unknown}' is no kind of fault: ${Object.keys(kinds).join(", ")}`,
  );
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());

const failed: number[] = [];
let left = minutes * 60_000;
for (let seed = first; left > 0 && !interrupted.signal.aborted; seed++) {
  const ms = Math.min(left, roundMs);
  left -= ms;
  console.log(`\nround with seed ${seed}, ${ms / 1000} s of faults`);
  const options = { seed, ms, without, keep: values.keep, say: console.log, stop: interrupted.signal };
  const { findings, report } = await chaos(options).catch((error) => {
    console.error(interrupted.signal.aborted ? "interrupted" : error);
    process.exit(interrupted.signal.aborted ? 130 : 1);
  });
  for (const line of report) console.log(line);
  for (const finding of findings) console.log(`FOUND  ${finding}`);
  if (findings.length > 0) failed.push(seed);
}
console.log(
  failed.length === 0
    ? "\nnothing was found"
    : `\nsomething was found with seed ${failed.join(", ")}: run it again with --seed ${failed[0]} --minutes ${roundMs / 60_000}`,
);
process.exit(failed.length === 0 ? 0 : 1);
