// b) Tasks handed out and reported per second by a master with many simulated slaves over HTTP, whatever the number of waiting frames.
import { Client } from "../../lib/client";
import { keyOf, type RunKey } from "../../lib/protocol";
import { protocolVersion, type Sync } from "../../lib/sync";
import { type Farm, startFarm } from "../farm";
import { percentile, type Row, rate } from "./report";

const slotsEach = 4;
/** As many as ten thousand frames each last for all rounds; the same number at each size. */
const jobs = 40;
const sizes = [10_000, 1_000_000, 100_000_000];
const rounds = 5;
const seconds = { warmUp: 0.7, measured: 2.5 };

/** The sizes take turns on one farm, each with a pool of its own, so that a slow moment of the machine meets all of them. */
export async function handOut(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const slaves of [32, 256]) {
    await using farm = await startFarm({ slaves: 0, database: "embedded" });
    for (const frames of sizes) {
      for (let at = 0; at < jobs; at++) {
        await farm.submit({ frames: `1-${frames}`, command: ["true"], pool: poolOf(frames) });
      }
    }
    const reached = new Map(sizes.map((frames) => [frames, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const frames of sizes) reached.get(frames)!.push(await simulate(farm, slaves, poolOf(frames)));
    }
    const median = (frames: number) => percentile(reached.get(frames)!, 0.5);
    for (const frames of sizes) {
      rows.push({
        what: `${slaves} slaves, ${frames.toLocaleString("en")} frames waiting in each of ${jobs} jobs`,
        value: rate(median(frames)),
        ratio: (median(frames) / median(sizes[0]!)).toFixed(2),
      });
    }
  }
  return rows;
}

const poolOf = (frames: number) => `of${frames}`;

/** Slaves that render in no time: each reports what it got and asks for as much again. */
async function simulate(farm: Farm, slaves: number, pool: string): Promise<number> {
  let done = 0;
  let running = true;
  const measured = (async () => {
    await Bun.sleep(seconds.warmUp * 1000);
    const [before, begun] = [done, performance.now()];
    await Bun.sleep(seconds.measured * 1000);
    const perSecond = (done - before) / ((performance.now() - begun) / 1000);
    running = false;
    return perSecond;
  })();
  const client = new Client({ host: "127.0.0.1", port: farm.masters[0]!.port, token: farm.token });
  const one = async (at: number) => {
    let held: RunKey[] = [];
    const key = crypto.randomUUID();
    while (running || held.length > 0) {
      const answer = await client.sync(syncOf(key, `simulated${at}`, pool, held, running ? slotsEach : 0));
      done += held.length;
      held = answer.start.map(keyOf);
    }
  };
  await Promise.all(Array.from({ length: slaves }, (_, at) => one(at)));
  return await measured;
}

function syncOf(key: string, name: string, pool: string, ended: RunKey[], free: number): Sync {
  return {
    version: protocolVersion,
    key,
    name,
    software: "bench",
    port: 0,
    os: "LINUX",
    cpus: slotsEach,
    memoryMb: 8192,
    freeMemoryMb: 4096,
    load: 1,
    settings: { slots: slotsEach, pools: [pool], enabled: true },
    free,
    alive: [],
    ended: ended.map((run) => ({ ...run, reason: "exit", code: 0, ranMs: 1, cpuMs: 1, memoryMb: 1 })),
  };
}
