// b) Tasks handed out and reported per second by a master with many simulated slaves over HTTP, whatever the number of waiting frames.
import { Client } from "../../lib/client";
import type { RunKey } from "../../lib/protocol";
import { protocolVersion, type Sync } from "../../lib/sync";
import { type Farm, startFarm } from "../farm";
import { type Row, rate } from "./report";

const slotsEach = 4;
const seconds = 6;
/** As many as ten thousand frames each last for the whole measurement; the same number at each size. */
const jobs = 40;

export async function handOut(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const slaves of [32, 256]) {
    let first: number | undefined;
    for (const frames of [10_000, 1_000_000, 100_000_000]) {
      await using farm = await startFarm({ slaves: 0, database: "embedded" });
      for (let at = 0; at < jobs; at++) await farm.submit({ frames: `1-${frames}`, command: ["true"] });
      const reached = await simulate(farm, slaves);
      first ??= reached;
      rows.push({
        what: `${slaves} slaves, ${frames.toLocaleString("en")} frames waiting in each of ${jobs} jobs`,
        value: rate(reached),
        ratio: (reached / first).toFixed(2),
      });
    }
  }
  return rows;
}

/** Slaves that render in no time: each reports what it got and asks for as much again. */
async function simulate(farm: Farm, slaves: number): Promise<number> {
  let done = 0;
  let running = true;
  let begun = 0;
  const warmUp = Bun.sleep(1500).then(() => {
    done = 0;
    begun = performance.now();
  });
  const ends = warmUp
    .then(() => Bun.sleep(seconds * 1000))
    .then(() => {
      running = false;
      return done / ((performance.now() - begun) / 1000);
    });
  const client = new Client({ host: "127.0.0.1", port: farm.masters[0]!.port, token: farm.token });
  const one = async (at: number) => {
    let held: RunKey[] = [];
    const key = crypto.randomUUID();
    while (running) {
      const answer = await client.sync(syncOf(key, `simulated${at}`, held));
      done += held.length;
      held = answer.start.map(({ job, task, attempt }) => ({ job, task, attempt }));
    }
  };
  await Promise.all(Array.from({ length: slaves }, (_, at) => one(at)));
  return await ends;
}

function syncOf(key: string, name: string, ended: RunKey[]): Sync {
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
    settings: { slots: slotsEach, pools: ["Default"], enabled: true },
    free: slotsEach,
    alive: [],
    ended: ended.map((run) => ({ ...run, reason: "exit", code: 0, ranMs: 1, cpuMs: 1, memoryMb: 1 })),
  };
}
