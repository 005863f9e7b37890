// c) From submission to the start of the process on an idle slave, and how long the submission of a million frames takes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startFarm, until } from "../farm";
import { ms, percentile, type Row } from "./report";

const times = 200;

export async function latency(): Promise<Row[]> {
  await using farm = await startFarm({ slots: 2, database: "embedded" });
  const started: number[] = [];
  const answered: number[] = [];
  for (let at = 0; at < times; at++) {
    const stamp = join(farm.folder, `stamp-${at}`);
    // The jobscript's first deed is to write the time, in ns.
    const begun = Date.now();
    await farm.submit({
      command: ["/bin/sh", "-c", `date +%s%N > ${stamp}.new; mv ${stamp}.new ${stamp}`],
      folder: "/",
    });
    answered.push(Date.now() - begun);
    await until(async () => existsSync(stamp) || undefined, "the jobscript");
    started.push(Number(readFileSync(stamp, "utf8")) / 1e6 - begun);
    await Bun.sleep(20);
  }
  const million: number[] = [];
  for (let at = 0; at < 50; at++) {
    const begun = performance.now();
    await farm.submit({ frames: "1-1000000", command: ["true"], stopped: true });
    million.push(performance.now() - begun);
  }
  const two = (samples: number[]) => `p50 ${ms(percentile(samples, 0.5))}, p99 ${ms(percentile(samples, 0.99))}`;
  return [
    { what: "submission to the first line of the jobscript, idle slave", value: two(started) },
    { what: "submission answered, 1 frame", value: two(answered) },
    { what: "submission answered, 1,000,000 frames", value: two(million) },
  ];
}
