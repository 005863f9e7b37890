// e) A farm of ten thousand slaves: what they, many submissions and long lists cost one master, all at once. The generator is another
// process, on the same cores.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { type Farm, startFarm } from "../farm";
import type { Orders, Seen } from "./load-crowd";
import { descendants, megabytes } from "./memory";
import { ms, percentile, type Row, rate } from "./report";

/** How much of all. `seconds`: of each phase. `taskSeconds`: with one slot each, a slave syncs twice in that time. */
export type Size = {
  slaves: number;
  idle: number;
  submissions: number;
  jobs: number;
  seconds: number;
  taskSeconds: number;
};

export const usualSize: Size = {
  slaves: 10_000,
  idle: 5000,
  submissions: 1000,
  jobs: 100_000,
  seconds: 20,
  taskSeconds: 10,
};

export async function load(size: Size): Promise<Row[]> {
  await using farm = await startFarm({ slaves: 0, database: "embedded" });
  await using crowd = new Generator();
  const sql = postgres({
    host: join(farm.dataOf("m1"), "pg-socket"),
    port: 5432,
    ssl: false,
    database: "drqueue",
    username: "drqueue",
    max: 1,
  });
  try {
    await fill(sql, size.jobs);
    for (let at = 0; at < 40; at++)
      await farm.submit({ frames: "1-1000000", command: ["true"], pool: "load", owner: `owner${at}` });
    const rows: Row[] = [];
    const { slaves, idle } = size;
    const { port, pid } = farm.masters[0]!;
    await crowd.start({
      port,
      token: farm.token,
      slaves,
      idle,
      taskMs: size.taskSeconds * 1000,
      submissions: 0,
      lists: 0,
    });
    const phase = async (title: string, orders: Partial<Orders>, beside?: () => Promise<Row[]>) => {
      crowd.change(orders);
      await Bun.sleep(3000);
      await crowd.measure();
      const before = cost(pid);
      const begun = await countsOf(farm);
      const more = await Promise.all([Bun.sleep(size.seconds * 1000).then(() => [] as Row[]), beside?.() ?? []]);
      const seen = await crowd.measure();
      const ended = await countsOf(farm);
      const counted = (what: keyof typeof begun) => ended[what] - begun[what];
      rows.push(
        { what: `**${title}**`, value: "" },
        ...told(seen),
        {
          what: `rounds: ${rate(counted("rounds") / seen.seconds)}, failed ${counted("failed")}; requests sent away: ${counted("shed")}`,
          value: "",
        },
        ...more.flat(),
        ...spent(before, cost(pid), seen.seconds),
      );
      return seen;
    };
    await phase(`${slaves} slaves, ${idle} idle connections`, {});
    await phase(`and ${size.submissions} submissions a second`, { submissions: size.submissions });
    await phase(`and 20 lists a second of ${size.jobs} jobs`, { lists: 20 }, () => cliJobs(farm));
    const last = await phase("slaves alone again", { submissions: 0, lists: 0 });
    const [stored] = await sql`select sum(tasks_in(finished))::int as finished from job where pool = 'load'`;
    rows.push({
      what: "results acknowledged, and of these in the database",
      value: `${last.finished}`,
      ratio: stored!.finished >= last.finished ? "all" : `**${stored!.finished}**`,
    });
    return rows;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Jobs of the past and of other pools, which only lists show. */
async function fill(sql: postgres.Sql, jobs: number): Promise<void> {
  await sql`set session_replication_role = replica`;
  await sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting, finished, failed, ended_at)
    select 'shot' || at, 'owner' || at % 50, 'pool' || at % 8, (at * 7) % 1000, '["true"]', '{}', 'shot', '[{"first":1,"last":100,"step":1}]', 1, 'forward', 4, 3, 'strict', at % 10 = 9, 100,
      case when at % 10 < 8 then '{}' else '{[0,100)}' end::int4multirange,
      case when at % 10 = 7 then '{[0,90)}' when at % 10 < 8 then '{[0,100)}' else '{}' end::int4multirange,
      case when at % 10 = 7 then '{[90,100)}' else '{}' end::int4multirange,
      case when at % 10 < 8 then now() end
    from generate_series(1, ${jobs}) as at`;
  await sql`set session_replication_role = origin`;
  await sql`vacuum analyze job`;
}

function told({ counts, p50, p99, errors, seconds, connections }: Seen): Row[] {
  const rows = Object.keys(counts)
    .sort()
    .map((what) => ({
      what: `${what}: ${rate(counts[what]! / seconds)}`,
      value: what === "parked sync" ? "" : `p50 ${ms(p50[what]!)}, p99 ${ms(p99[what]!)}`,
    }));
  const failed = Object.entries(errors).map(([why, times]) => ({
    what: `**error** ${why.replace(/\s+/g, " ")}`,
    value: `${times}`,
  }));
  const total = Object.values(errors).reduce((sum, times) => sum + times, 0);
  return [...rows, { what: `errors, over ${connections} connections`, value: `${total}` }, ...failed];
}

/** What the master has counted so far. */
async function countsOf(farm: Farm) {
  const address = `http://127.0.0.1:${farm.masters[0]!.port}/metrics`;
  const text = await (await fetch(address, { headers: { authorization: `Bearer ${farm.token}` } })).text();
  const number = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return {
    rounds: number("drqueue_round_seconds_count"),
    failed: number("drqueue_rounds_failed_total"),
    shed: number("drqueue_requests_shed_total"),
  };
}

async function cliJobs(farm: Farm): Promise<Row[]> {
  const times: number[] = [];
  const failed: Row[] = [];
  for (let at = 0; at < 10; at++) {
    const begun = performance.now();
    const { code, err } = await farm.cli("jobs", "--limit", "100");
    times.push(performance.now() - begun);
    if (code !== 0) failed.push({ what: "**error** `drqueue jobs`", value: err.trim() });
  }
  const value = `p50 ${ms(percentile(times, 0.5))}, worst ${ms(Math.max(...times))}`;
  return [{ what: "`drqueue jobs`, the whole command", value }, ...failed];
}

type Cost = { master: number; postgres: number; memory: string; memoryOfPostgres: string };

/** CPU seconds so far, and memory now. */
function cost(pid: number): Cost {
  const below = descendants(pid);
  return {
    master: cpuSeconds([pid]),
    postgres: cpuSeconds(below),
    memory: megabytes([pid]),
    memoryOfPostgres: megabytes(below),
  };
}

function spent(before: Cost, after: Cost, seconds: number): Row[] {
  const cores = (what: "master" | "postgres") => ((after[what] - before[what]) / seconds).toFixed(2);
  return [
    {
      what: "master: memory at the beginning and the end, cores",
      value: `${before.memory}, ${after.memory}`,
      ratio: cores("master"),
    },
    {
      what: "Postgres: the same",
      value: `${before.memoryOfPostgres}, ${after.memoryOfPostgres}`,
      ratio: cores("postgres"),
    },
  ];
}

function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return Number(user) + Number(system);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

/** The process that makes the load. */
class Generator {
  private heard: (message: unknown) => void = () => {};
  private readonly process = Bun.spawn([process.execPath, join(import.meta.dir, "load-crowd.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message) => this.heard(message),
  });

  start(orders: Orders): Promise<unknown> {
    this.process.send(orders);
    return this.answer();
  }

  change(orders: Partial<Orders>): void {
    this.process.send(orders);
  }

  measure(): Promise<Seen> {
    this.process.send("measure");
    return this.answer() as Promise<Seen>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
  }

  private answer(): Promise<unknown> {
    const ended = this.process.exited.then((code) => {
      throw new Error(`the generator ended (${code})`);
    });
    return Promise.race([new Promise((heard) => (this.heard = heard)), ended]);
  }
}
