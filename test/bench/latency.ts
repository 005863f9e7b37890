// c) From submission to the start of the process on an idle slave, how long the submission of a million frames takes, and from the end
// of a frame to the start of the one that waits for it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
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
  const followed = await frameByFrame(farm);
  const two = (samples: number[]) => `p50 ${ms(percentile(samples, 0.5))}, p99 ${ms(percentile(samples, 0.99))}`;
  return [
    { what: "submission to the first line of the jobscript, idle slave", value: two(started) },
    { what: "submission answered, 1 frame", value: two(answered) },
    { what: "submission answered, 1,000,000 frames", value: two(million) },
    { what: "last line of a jobscript to the first line of the one that waits for it", value: two(followed) },
  ];
}

/** The time from the end of each frame of one job to the start of the same frame of a job that waits for it frame by frame, ms. */
async function frameByFrame(farm: Farm): Promise<number[]> {
  const frames = 50;
  const stamp = (name: string) => `${farm.folder}/${name}`;
  const script = (name: string) => [
    "/bin/sh",
    "-c",
    `${name === "a" ? "sleep 0.1; " : ""}date +%s%N > ${stamp(name)}$DRQUEUE_FRAME`,
  ];
  const first = await farm.submit({ frames: `1-${frames}`, command: script("a"), folder: "/", maxSlots: 1 });
  const second = await farm.submit({
    frames: `1-${frames}`,
    command: script("b"),
    folder: "/",
    after: [{ job: first, until: "frames" }],
  });
  await farm.ended(second);
  const at = (name: string, frame: number) => Number(readFileSync(`${stamp(name)}${frame}`, "utf8")) / 1e6;
  return Array.from({ length: frames }, (_, frame) => at("b", frame + 1) - at("a", frame + 1));
}
