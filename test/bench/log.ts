// A log far larger than memory should be: tail, follow and ranges of it, from the slave and from the master's store, and what that takes.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Farm, startFarm } from "../farm";
import { endFarm, isOnline, ownSlave } from "../farm/own-slave";
import { ms, type Row } from "./report";

const megabyte = 1024 * 1024;
const line = "Fra:120 Mem:812.44M (Peak 901.20M) | Time:01:12.44 | Remaining:00:31.02 | Sample %.0f/99999999 tile 12";
const cli = resolve(import.meta.dir, "../../cli.ts");

/** Measures with a log of so many MB. */
export async function log(megabytes: number): Promise<Row[]> {
  const farm = await startFarm({ slaves: 0 });
  try {
    const slave = ownSlave(farm, { name: "own", logs: join(farm.folder, "own"), "log-cap": "0" });
    await isOnline(farm, "own");
    const done = join(farm.folder, "done");
    const script = `seq -f '${line}' 99999999 | head -c ${megabytes * megabyte}; touch ${done}; until [ -e ${done}.now ]; do sleep 0.1; done`;
    const job = await farm.submit({ command: ["sh", "-c", script] });
    await untilThere(done);
    const programs = { master: farm.masters[0]!.pid, slave: slave.pid };
    const rows: Row[] = [{ what: "size of the log", value: `${megabytes} MB` }];
    rows.push(...(await measure(farm, job, megabytes, "from the slave", programs)));
    writeFileSync(`${done}.now`, "");
    const { logFolder } = await farm.ended(job);
    const begun = performance.now();
    await watched(programs, async () => {
      const stored = join(farm.folder, "logs", logFolder, "0001.1.log.zst");
      await untilThere(stored);
      const seconds = (performance.now() - begun) / 1000;
      rows.push({
        what: "brought to the store",
        value: `${seconds.toFixed(1)} s, ${(Bun.file(stored).size / megabyte).toFixed(1)} MB there`,
      });
    }).then((memory) => rows.push({ what: "memory for that", value: memory }));
    slave.kill("SIGTERM");
    await slave.exited;
    rows.push(...(await measure(farm, job, megabytes, "from the store", { master: programs.master })));
    return rows;
  } finally {
    await endFarm(farm);
  }
}

async function measure(
  farm: Farm,
  job: number,
  megabytes: number,
  where: string,
  programs: Record<string, number>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const timed = async (what: string, options: Parameters<typeof farm.client.log>[2]) => {
    const begun = performance.now();
    const answer = await farm.client.log(job, 1, options);
    const reader = answer.body!.getReader();
    await reader.read();
    rows.push({ what: `${what} ${where}, first byte`, value: ms(performance.now() - begun) });
    await reader.cancel();
  };
  await timed("the last 20 lines", { tail: 20 });
  await timed("whole", {});
  await timed("a range in the middle", { range: `bytes=${Math.floor((megabytes * megabyte) / 2)}-` });
  let peak = 0;
  let seconds = 0;
  const memory = await watched(programs, async () => {
    const begun = performance.now();
    const ran = Bun.spawn([process.execPath, cli, "log", `${job}`, "1"], {
      env: { ...farm.env, DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`, DRQUEUE_DATA: farm.dataOf("m1") },
      stdout: Bun.file("/dev/null"),
    });
    await ran.exited;
    seconds = (performance.now() - begun) / 1000;
    peak = ran.resourceUsage()!.maxRSS / megabyte;
  });
  rows.push({
    what: `whole ${where}, by the command line`,
    value: `${seconds.toFixed(1)} s, ${Math.round(megabytes / seconds)} MB/s`,
  });
  rows.push({ what: "memory for that", value: `${memory}, command line ${Math.round(peak)} MB` });
  return rows;
}

async function untilThere(path: string): Promise<void> {
  const deadline = performance.now() + 30 * 60_000;
  while (!(await Bun.file(path).exists())) {
    if (performance.now() > deadline) throw new Error(`waited half an hour for ${path}`);
    await Bun.sleep(100);
  }
}

/** The memory of programs before a step, and the most during it. */
async function watched(programs: Record<string, number>, step: () => Promise<void>): Promise<string> {
  const before = Object.values(programs).map((pid) => memoryOf(pid, "VmRSS"));
  // From now on the peak is counted anew.
  for (const pid of Object.values(programs)) writeFileSync(`/proc/${pid}/clear_refs`, "5");
  await step();
  return Object.entries(programs)
    .map(([name, pid], at) => `${name} ${before[at]} to ${memoryOf(pid, "VmHWM")} MB`)
    .join(", ");
}

function memoryOf(pid: number, what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`^${what}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024);
}
