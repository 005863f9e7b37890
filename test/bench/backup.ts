// backup) A backup of a farm with many runs, made while it works, and its return: time, size, and the most memory of each program.
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { startFarm } from "../farm";
import { shareStaged } from "../postgres";
import { residentMb } from "./memory";
import { ms, percentile, type Row } from "./report";

const cli = resolve(import.meta.dir, "../../cli.ts");

export async function backupAndReturn(runs: number): Promise<Row[]> {
  await using farm = await startFarm({ slaves: 0, database: "embedded" });
  const each = 10_000;
  for (let at = 0; at < runs / each; at++) await farm.submit({ frames: `1-${each}`, command: ["true"], stopped: true });
  const [data, file] = [farm.dataOf("m1"), join(farm.folder, "farm.backup")];
  const sql = postgres({
    host: join(data, "pg-socket"),
    port: 5432,
    username: "drqueue",
    database: "drqueue",
    ssl: false,
    max: 1,
  });
  await sql`
    insert into run (job, task, attempt, slave, started_at, ended_at, outcome, code, counts, ran_ms, cpu_ms, memory_mb)
    select at / ${each} + 1, at % ${each}, 1, 1 + random() * 500, now() - random() * interval '30 days', now(), 'finished', 0, false,
      random() * 1e6, random() * 1e6, random() * 16000 from generate_series(0, ${runs - 1}::int) as at`;
  await sql.end();

  const master = farm.masters[0]!.pid;
  const usual = residentMb([master]);
  // Meanwhile somebody asks for the list of jobs, again and again.
  const waits: number[] = [];
  const alone = await listTimes(farm, 100);
  const made = await watched(
    ["backup", file],
    { DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`, DRQUEUE_DATA: data },
    farm.env,
    [master],
    async () => {
      waits.push(...(await listTimes(farm, 1)));
    },
  );
  await farm.masters[0]!.end();
  const fresh = join(farm.folder, "m2");
  mkdirSync(fresh);
  await shareStaged(fresh);
  const back = await watched(["restore", file, "--data", fresh], {}, farm.env, []);
  const mb = (value: number) => `${Math.round(value)} MB`;
  return [
    {
      what: `backup of ${runs.toLocaleString("en")} runs by the running master`,
      value: `${made.seconds.toFixed(1)} s, ${(statSync(file).size / 1e6).toFixed(1)} MB`,
    },
    { what: "most memory of the master meanwhile (before)", value: `${mb(made.others)} (${mb(usual)})` },
    { what: "most memory of drqueue backup, which reads what it writes", value: mb(made.own) },
    {
      what: "a list of jobs meanwhile, p50 and p99 (alone)",
      value: `${ms(percentile(waits, 0.5))}, ${ms(percentile(waits, 0.99))} (${ms(percentile(alone, 0.5))}, ${ms(percentile(alone, 0.99))})`,
    },
    { what: "restore into a new data folder", value: `${back.seconds.toFixed(1)} s` },
    { what: "most memory of drqueue restore", value: mb(back.own) },
  ];
}

async function listTimes(farm: Awaited<ReturnType<typeof startFarm>>, times: number): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < times; at++) {
    const begun = performance.now();
    await farm.client.jobs({ limit: 20 });
    taken.push(performance.now() - begun);
  }
  return taken;
}

/** Runs the command line and looks how much memory it and other programs take at most, MB. */
async function watched(
  args: string[],
  more: Record<string, string>,
  env: Record<string, string>,
  others: readonly number[],
  beside: () => Promise<void> = async () => {},
): Promise<{ seconds: number; own: number; others: number }> {
  const begun = performance.now();
  const ran = Bun.spawn([process.execPath, cli, ...args], {
    env: { ...env, ...more },
    stdout: "ignore",
    stderr: "inherit",
  });
  const most = { own: 0, others: 0 };
  while (ran.exitCode === null) {
    most.own = Math.max(most.own, memoryOf([ran.pid]));
    most.others = Math.max(most.others, memoryOf(others));
    await beside();
    await Bun.sleep(20);
  }
  if (ran.exitCode !== 0) throw new Error(`${args.join(" ")} failed (${ran.exitCode})`);
  return { seconds: (performance.now() - begun) / 1000, ...most };
}

/** Of processes that may just have ended. */
function memoryOf(pids: readonly number[]): number {
  try {
    return residentMb(pids);
  } catch {
    return 0;
  }
}
