// What one slave does wrong, or suffers, is not felt by the others; and no run is forgotten by both sides.
import { afterAll, beforeAll, expect, test } from "bun:test";
import postgres from "postgres";
import { mostEnded } from "../../lib/sync";
import { keyOf } from "../../lib/wire";
import { type Farm, startFarm, until } from "../farm";
import { exited, SimulatedSlave, settings } from "./simulated";

let farm: Farm;
let sql: postgres.Sql;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, lease: "3s" });
  sql = postgres(farm.env.DATABASE_URL!, { max: 4, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await farm[Symbol.asyncDispose]();
});

let pools = 0;
function ownPool() {
  const pool = `p${++pools}`;
  const own = settings({ pools: [pool] });
  return { pool, slaveAt: (client = farm.client) => new SimulatedSlave(client, `${pool}-${pools}`, { settings: own }) };
}

test("a slave with an impossible load is refused, and signs of life of others are written", async () => {
  const { slaveAt } = ownPool();
  const [wild, tiny] = [slaveAt(), slaveAt()];
  await wild.sync({ hello: true });
  expect(wild.sync({ hello: true, load: 1e300 })).rejects.toThrow(/^load: /);
  await tiny.sync({ hello: true, name: "tiny" });
  await tiny.sync({ hello: true, name: "tiny", load: 1e-300 });
  const before = (await farm.client.slave("tiny")).seenAt;
  await until(async () => {
    await tiny.sync({ hello: true, name: "tiny", load: 0.5 });
    const now = await farm.client.slave("tiny");
    return (now.seenAt > before && now.load === 0.5) || undefined;
  }, "the load to be written");
});

test("half a character in a report is refused, in a submission too, and other reports count", async () => {
  const { pool, slaveAt } = ownPool();
  const job = await farm.submit({ pool, command: ["true"] });
  const slave = slaveAt();
  const [run] = (await slave.sync({ free: 1 })).start;
  expect(slave.sync({ ended: [{ ...exited(run!, 1), message: "\ud800" }] })).rejects.toThrow(/surrogate/);
  expect(farm.submit({ command: ["\ud800"] })).rejects.toThrow(/^command\.0: .*surrogate/);
  expect(farm.submit({ command: ["x"], env: { A: "\udc00" } })).rejects.toThrow(/^env\.A: .*surrogate/);
  await slave.sync({ ended: [exited(run!)] });
  expect(await farm.client.job(job)).toMatchObject({ state: "finished" });
});

test("a run that several lost answers carried is told once in the one that arrives", async () => {
  const { pool, slaveAt } = ownPool();
  await farm.submit({ pool, frames: "1-2", command: ["true"] });
  const slave = slaveAt();
  await slave.sync({ free: 2 });
  const answers = await Promise.all([slave.sync({ free: 2 }), slave.sync({ free: 2 }), slave.sync({ free: 2 })]);
  for (const { start } of answers) expect(start.map(({ task }) => task)).toBeOneOf([[0, 1], []]);
});

test("tasks that come back at one master go to a slave that waits at another, at once", async () => {
  const { pool, slaveAt } = ownPool();
  const second = await farm.startMaster({ name: "m2" });
  const [here, there] = [slaveAt(), slaveAt(farm.clientOf(second))];
  const job = await farm.submit({ pool, command: ["true"] });
  const [run] = (await here.sync({ free: 1 })).start;
  await there.sync({ hello: true });
  // In three seconds' lease it would ask again by itself after one.
  const asked = there.sync({ free: 1 });
  await Bun.sleep(100);
  await here.sync({ ended: [{ ...keyOf(run!), reason: "returned" }], leaving: true });
  expect((await asked).start).toMatchObject([{ job, task: 0, attempt: 2 }]);
});

test("a slave that starts again in the middle of a round is told the runs that it forgot", async () => {
  const { pool, slaveAt } = ownPool();
  await farm.submit({ pool, command: ["true"] });
  const slave = slaveAt();
  const [run] = (await slave.sync({ free: 1 })).start;

  // Two rounds that each stand still at a locked job. The second has the last sync of the slave's first life.
  const [first, second] = [await heldUp(), await heldUp()];
  const firstRound = first.report();
  await until(first.isWaitedFor, "the first round");
  const lastWords = slave.sync({ alive: [keyOf(run!)] }).catch(() => {});
  const secondRound = second.report();
  await Bun.sleep(100);
  await first.letGo();
  await until(second.isWaitedFor, "the second round");
  const again = slave.sync({ hello: true });
  await Bun.sleep(100);
  await second.letGo();
  expect((await again).start).toMatchObject([keyOf(run!)]);
  await Promise.all([firstRound, secondRound, lastWords]);
});

/** A job whose row is locked, and a report of its run that waits for the lock. */
async function heldUp() {
  const { pool, slaveAt } = ownPool();
  const job = await farm.submit({ pool, command: ["true"] });
  const slave = slaveAt();
  const [run] = (await slave.sync({ free: 1 })).start;
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<number>();
  const holding = sql.begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid from job where id = ${job} for update`;
    locked.resolve(row!.pid);
    await told;
  });
  const holder = await locked.promise;
  return {
    report: () => slave.sync({ ended: [exited(run!)] }),
    async isWaitedFor() {
      const rows = await sql`select from pg_stat_activity where ${holder} = any(pg_blocking_pids(pid))`;
      return rows.length > 0 || undefined;
    },
    async letGo() {
      tell();
      await holding;
    },
  };
}

test("a slave that comes back is online before it gets tasks", async () => {
  const { pool, slaveAt } = ownPool();
  const slave = slaveAt();
  await slave.sync({ hello: true });
  await until(
    async () => (await farm.client.slave(slave.name)).state === "lost" || undefined,
    "the slave to be called lost",
  );
  const job = await farm.submit({ pool, command: ["true"] });
  expect((await slave.sync({ free: 1 })).start).toMatchObject([{ job }]);
  expect(await farm.client.slave(slave.name)).toMatchObject({ state: "online" });
});

test("the largest report there can be fits into a request", async () => {
  const { slaveAt } = ownPool();
  const run = { job: 2_147_483_647, task: 2_147_483_647, attempt: 2_147_483_647 };
  // Control characters take six bytes each in JSON.
  const end = { ...exited(run, 255), message: "\u0001".repeat(500), ranMs: 2 ** 53 - 1, cpuMs: 2 ** 53 - 1 };
  const alive = Array.from({ length: 5 * 1024 - mostEnded }, () => keyOf(run));
  const answer = await slaveAt().sync({ hello: true, alive, ended: Array(mostEnded).fill(end) });
  expect(answer.start).toEqual([]);
});

test("a master whose connections to the database were cut again and again goes on at once", async () => {
  const { pool, slaveAt } = ownPool();
  await farm.submit({ pool, frames: "1-1000000", command: ["true"] });
  const slaves = Array.from({ length: 6 }, () => slaveAt());
  let cutting = true;
  const talk = async (slave: SimulatedSlave) => {
    for (let ended: ReturnType<typeof exited>[] = []; cutting; ) {
      const answer = await slave.sync({ free: 2, ended, hello: true }).catch(() => undefined);
      if (answer) ended = answer.start.map((run) => exited(run));
      else await Bun.sleep(10);
    }
  };
  const talks = slaves.map(talk);
  for (let cuts = 0; cuts < 60; cuts++) {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'drqueue'`;
    await Bun.sleep((cuts % 8) * 10);
  }
  cutting = false;
  const begun = performance.now();
  await Promise.all([
    ...talks,
    ...slaves.map((slave) => until(() => slave.sync({ hello: true }).catch(() => undefined), "an answer")),
  ]);
  // A connection that was left mute takes ten seconds to say so.
  expect(performance.now() - begun).toBeLessThan(8000);
  // Its wakes reach it again, too.
  const asked = until(async () => (await slaves[0]!.sync({ free: 1 })).start[0], "a task");
  expect(await asked).toMatchObject({ task: expect.any(Number) });
});
