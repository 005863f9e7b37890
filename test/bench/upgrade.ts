// f) How long handing out stands still while a master of this release changes the tables of a large database, on which one of the release
// before is at work with its slaves.
import postgres from "postgres";
import { Client } from "../../lib/client";
import { type Farm, startFarm } from "../farm";
import { exited, SimulatedSlave } from "../master/simulated";
import { startPostgres } from "../postgres";
import { lastLevel, migrateTo } from "../upgrade/fixture";
import { previousRelease } from "../upgrade/previous";
import { ms, type Row, rate } from "./report";

const slaves = 64;
const seconds = { before: 5, after: 5 };

/** `jobs` that have ended, with `runs` in all. */
export async function upgrade({ jobs, runs }: { jobs: number; runs: number }): Promise<Row[]> {
  const previous = previousRelease();
  if (!previous) return [];
  const server = await startPostgres({ fsync: "on" });
  try {
    await using farm = await startFarm({
      slaves: 0,
      release: previous.folder,
      database: server.url,
      prepare: async ({ env }) => {
        await migrateTo(env.DATABASE_URL!, lastLevel(`${previous.folder}/migrations`));
        await fill(env.DATABASE_URL!, jobs, runs);
      },
    });
    for (let at = 0; at < 20; at++) await farm.submit({ frames: "1-1000000", command: ["true"] });
    const work = new Crowd(farm);
    await Bun.sleep(seconds.before * 1000);
    const begun = performance.now();
    await farm.startMaster({ name: "m2" });
    const listens = performance.now();
    await Bun.sleep(seconds.after * 1000);
    const { answers, failures } = await work.stop();
    const between = (from: number, to: number) => answers.filter((at) => at >= from && at <= to);
    const before = between(begun - seconds.before * 500, begun);
    const size = `${jobs.toLocaleString("en")} jobs, ${runs.toLocaleString("en")} runs`;
    return [
      { what: `${size}: tasks handed out by the old master before`, value: rate((before.length / seconds.before) * 2) },
      { what: "longest time without a hand-out before", value: ms(longestGap(before)) },
      { what: "the same while the tables were changed", value: ms(longestGap(between(begun - 1000, listens + 1000))) },
      { what: "from the start of the new master until it listens", value: ms(listens - begun) },
      { what: "syncs that failed", value: `${failures}` },
    ];
  } finally {
    await server.stop();
    previous.remove();
  }
}

async function fill(url: string, jobs: number, runs: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const each = Math.max(1, Math.floor(runs / jobs));
  await sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks,
      waiting, finished, started_at, ended_at)
    select 'shot' || n, 'owner' || n % 50, 'Default', 500, '["/mnt/scripts/shot.sh"]', '{"SCENE": "/mnt/show/shot.blend"}', 'shot' || n,
      '[{"first": 1, "last": 50, "step": 1}]', 1, 'forward', 4, 3, 'strict', false, ${each}::int, '{}',
      int4multirange(int4range(0, ${each}::int)), now(), now()
    from generate_series(1, ${jobs}::int) as n`;
  await sql`
    insert into run (job, task, attempt, slave, ended_at, outcome, code, ran_ms, cpu_ms, memory_mb)
    select 1 + n / ${each}::int, n % ${each}::int, 1, 1 + n % 200, now(), 'finished', 0, 60000, 50000, 2000
    from generate_series(0, ${jobs * each - 1}::int) as n`;
  await sql`vacuum analyze`;
  await sql.end();
}

/** Slaves that render in no time, and when each task was handed out to one of them. */
class Crowd {
  private readonly answers: number[] = [];
  private failures = 0;
  private running = true;
  private readonly all: Promise<unknown>;

  constructor(farm: Farm) {
    const client = new Client({ host: "127.0.0.1", port: farm.masters[0]!.port, token: farm.token });
    this.all = Promise.all(Array.from({ length: slaves }, (_, at) => this.work(new SimulatedSlave(client, `s${at}`))));
  }

  async stop(): Promise<{ answers: number[]; failures: number }> {
    this.running = false;
    await this.all;
    return { answers: this.answers, failures: this.failures };
  }

  private async work(slave: SimulatedSlave): Promise<void> {
    let ended: ReturnType<typeof exited>[] = [];
    while (this.running || ended.length > 0) {
      try {
        const { start } = await slave.sync({ ended, free: this.running ? 2 : 0 });
        const now = performance.now();
        for (const _ of start) this.answers.push(now);
        ended = start.map((run) => exited(run));
      } catch {
        this.failures++;
        await Bun.sleep(20);
      }
    }
  }
}

function longestGap(moments: readonly number[]): number {
  return moments.slice(1).reduce((most, at, before) => Math.max(most, at - moments[before]!), 0);
}
