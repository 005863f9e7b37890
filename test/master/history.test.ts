// Masters write down how the farm is.
import { expect, test } from "bun:test";
import { History } from "../../lib/master/history";
import { tally } from "../../lib/queue/tally";
import { startFarm } from "../farm";
import { stagedQueue, submitted } from "../queue/stage";

const queue = await stagedQueue();

/** A master's history whose clock a test moves, and which it can cut off. */
function master(done: { frames: number; failed: number }) {
  let now = 1_700_000_000_000;
  let away = false;
  const cut = new Proxy(queue, {
    get(there, name) {
      if (away) throw new Error("away");
      return Reflect.get(there, name);
    },
  });
  const history = new History({ queue: cut, done, tally: () => tally(cut), now: () => now });
  return {
    history,
    done,
    pass: (minutes: number) => {
      now += minutes * 60_000;
    },
    away: (is: boolean) => {
      away = is;
    },
  };
}

const sums = async () =>
  (
    await queue.sql`select count(*)::int as rows, coalesce(sum(frames), 0)::int as frames, coalesce(sum(failed), 0)::int as failed, max(waiting)::int as waiting from history`
  )[0]!;

test("a master writes once a minute what it counted; the one that keeps house also how all of the farm is", async () => {
  await submitted(queue, { frames: "1-70" });
  const [one, two, idle] = [
    master({ frames: 3, failed: 1 }),
    master({ frames: 4, failed: 0 }),
    master({ frames: 0, failed: 0 }),
  ];
  for (const { history } of [one, two, idle]) await history.tidy(false);
  expect(await sums()).toMatchObject({ rows: 0 });
  for (const each of [one, two, idle]) {
    each.pass(1);
    await each.history.tidy(false);
    await each.history.tidy(false);
  }
  expect(await sums()).toMatchObject({ frames: 7, failed: 1, waiting: null });
  expect(one.done).toEqual({ frames: 0, failed: 0 });
  idle.pass(1);
  await idle.history.tidy(true);
  expect(await sums()).toMatchObject({ frames: 7, waiting: 70 });
});

test("what was counted before the database went away is added when it is back, once; what is left at the end as well", async () => {
  const { history, done, pass, away } = master({ frames: 5, failed: 0 });
  away(true);
  pass(1);
  for (let tries = 0; tries < 3; tries++) await expect(history.tidy(tries > 1)).rejects.toThrow("away");
  done.frames += 10;
  away(false);
  await history.tidy(false);
  await history.tidy(false);
  expect(await sums()).toMatchObject({ frames: 15 });
  done.failed += 2;
  await history.stop();
  expect(await sums()).toMatchObject({ frames: 15, failed: 2 });
});

test("frames that two masters were told of, and one that ended since, are all in the farm's history", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const second = await farm.startMaster({ name: "m2" });
  await Promise.all([
    farm.startSlave("s1", { flags: ["--pool=one"] }),
    farm.startSlave("s2", { flags: ["--pool=two"], master: second }),
  ]);
  const jobs = [
    { pool: "one", frames: "1-25", block: 10, command: ["true"] },
    { pool: "two", frames: "1-7", command: ["true"] },
    { pool: "two", frames: "1-2", command: ["false"], retries: 1 },
  ];
  await Promise.all(jobs.map(async (job) => farm.ended(await farm.submit(job))));
  await Promise.all(farm.slaves.map((slave) => slave.end()));
  const [first] = farm.masters;
  await second.end();
  await first!.end();
  await farm.startMaster();
  farm.client = farm.clientOf(farm.masters.find(({ name }) => name === "m1")!);
  const { points } = await farm.client.farmHistory(1);
  const sum = (of: "frames" | "failed") => points.reduce((all, point) => all + point[of], 0);
  expect([sum("frames"), sum("failed")]).toEqual([32, 4]);
});
