// b) Tasks handed out and reported per second by a master with many simulated slaves over HTTP, whatever the number of waiting frames,
// and with many owners, kinds of machines and priorities to be fair to.
import { Client } from "../../lib/client";
import { Settings } from "../../lib/settings";
import { protocolVersion, type Sync } from "../../lib/sync";
import { keyOf, type RunKey } from "../../lib/wire";
import { type Farm, startFarm } from "../farm";
import { percentile, type Row, rate } from "./report";

const slotsEach = 4;
/** As many as ten thousand frames each last for all rounds; the same number at each size. */
const jobs = 40;
const sizes = [10_000, 1_000_000, 100_000_000];
/** A pool in which nothing is alike: so many jobs of so many owners, with limits of all sorts. */
const crowd = { pool: "crowd", jobs: 1000, owners: 50 };
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
    for (let at = 0; at < crowd.jobs; at++) await farm.submit(unlike(at));
    const pools = [...sizes.map(poolOf), crowd.pool];
    const reached = new Map(pools.map((pool) => [pool, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const pool of pools) reached.get(pool)!.push(await simulate(farm, slaves, pool));
    }
    const median = (pool: string) => percentile(reached.get(pool)!, 0.5);
    for (const pool of pools) {
      const size = sizes.find((frames) => poolOf(frames) === pool);
      rows.push({
        what:
          size === undefined
            ? `${slaves} slaves, ${crowd.jobs} jobs of ${crowd.owners} owners with limits of all sorts`
            : `${slaves} slaves, ${size.toLocaleString("en")} frames waiting in each of ${jobs} jobs`,
        value: rate(median(pool)),
        ratio: (median(pool) / median(pools[0]!)).toFixed(2),
      });
    }
  }
  return rows;
}

/** One of the crowd: what it asks for goes by its number. */
function unlike(at: number) {
  return {
    command: ["true"],
    frames: "1-100000",
    pool: crowd.pool,
    owner: `owner${at % crowd.owners}`,
    memoryMb: [0, 1000, 2000, 100_000][at % 4]!,
    os: at % 3 === 0 ? "LINUX" : "",
    maxPerSlave: at % 5 === 0 ? 1 : null,
    maxSlots: at % 7 === 0 ? 20 : null,
  };
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
    memoryLeftMb: 4096,
    gpus: 0,
    gpusLeft: 0,
    load: 1,
    foreignSlots: 0,
    inHours: true,
    settings: Settings.parse({ slots: slotsEach, pools: [pool], enabled: true }),
    free,
    alive: [],
    ended: ended.map((run) => ({ ...run, reason: "exit", code: 0, ranMs: 1, cpuMs: 1, memoryMb: 1 })),
  };
}
