// How the farm was, minute by minute.
import { expect, test } from "bun:test";
import { addMinute, forgetHistory, readHistory } from "../../lib/queue/history";
import { carryOut } from "../../lib/queue/round";
import { ended, handOut, met, newQueue, slave, stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();

/** Rows so many minutes ago. */
async function filled(...rows: { ago: number; frames?: number; failed?: number; waiting?: number; busy?: number }[]) {
  for (const { ago, frames = 0, failed = 0, waiting = null, busy = null } of rows)
    await queue.sql`
      insert into history (at, frames, failed, waiting, busy)
      values (date_trunc('minute', now()) - ${ago} * interval '1 minute', ${frames}, ${failed}, ${waiting}, ${busy})`;
}

const gauges = { waiting: 7, busy: 1, free: 2, closed: 3, lost: 4 };

test("what several masters count in a minute is added up, and what one of them saw of the farm stays", async () => {
  await addMinute(queue, { frames: 5, failed: 1 });
  await addMinute(queue, { frames: 0, failed: 0 }, gauges);
  await addMinute(queue, { frames: 20, failed: 0 });
  const { points } = await readHistory(queue, 1);
  // A minute may have ended between them.
  const sum = (of: "frames" | "failed") => points.reduce((all, point) => all + point[of], 0);
  expect([sum("frames"), sum("failed")]).toEqual([25, 1]);
  expect(points.find(({ waiting }) => waiting !== null)).toMatchObject(gauges);
});

test("an hour is told by minutes; those in which no master ran are not there, and what nobody counted is not known", async () => {
  await filled(
    { ago: 59, frames: 3, waiting: 10, busy: 2 },
    { ago: 5, frames: 4, failed: 2 },
    { ago: 61, frames: 100 },
  );
  const { stepMs, points } = await readHistory(queue, 1);
  expect(stepMs).toBe(60_000);
  expect(points.map(({ frames, failed, waiting, busy }) => [frames, failed, waiting, busy])).toEqual([
    [3, 0, 10, 2],
    [4, 2, null, null],
  ]);
  expect(Date.parse(points[1]!.at) - Date.parse(points[0]!.at)).toBe(54 * 60_000);
});

test("longer times are told in at most 361 points: what happened is added up, how it was is averaged", async () => {
  await queue.sql`
    insert into history (at, frames, failed, waiting, busy, free, closed, lost)
    select date_trunc('minute', now()) - i * interval '1 minute', 2, 1, i % 2 * 10, 4, 0, 0, 0 from generate_series(0, 11000) as i`;
  for (const hours of [1, 6, 7, 24, 100, 168]) {
    const { stepMs, points } = await readHistory(queue, hours);
    expect([hours, points.length <= 361, points.length * stepMs >= (hours - 1) * 3_600_000]).toEqual([
      hours,
      true,
      true,
    ]);
    const whole = points.slice(1, -1);
    const minutes = stepMs / 60_000;
    expect(whole.every(({ frames, failed, busy }) => frames === 2 * minutes && failed === minutes && busy === 4)).toBe(
      true,
    );
    if (minutes % 2 === 0) expect(whole.every(({ waiting }) => waiting === 5)).toBe(true);
  }
});

test("rows that nobody can ask for any more are removed", async () => {
  await filled({ ago: 8 * 1440 + 2 }, { ago: 7 * 1440 });
  await forgetHistory(queue);
  expect((await queue.sql`select count(*)::int as count from history`)[0]).toEqual({ count: 1 });
});

test("frames are counted, not tasks: also of the task that has the last ones of its job", async () => {
  await met(queue, "s1");
  const jobs = [
    { frames: "1-25", block: 10 },
    { frames: "1-25", block: 10, order: "reverse" },
    { frames: "1-9x2", block: 2, order: "bisect" },
    { frames: "1-3" },
  ];
  for (const job of jobs) await submitted(queue, job as never);
  const failing = await submitted(queue, { frames: "1-20", block: 10 });
  const round = (reports: ReturnType<typeof ended>[]) =>
    carryOut(queue, { reports, unknown: [], check: [], asking: () => [], again: () => [] });
  const handed = await handOut(queue, slave(1, 20));
  expect(handed).toHaveLength(3 + 3 + 3 + 3 + 2);
  const [short, whole] = [
    handed.filter(({ job, task }) => job === 2 && task === 0),
    handed.filter(({ job }) => job !== failing && job !== 2),
  ];
  expect((await round(short.map((run) => ended(run)))).frames).toBe(5);
  expect((await round(whole.map((run) => ended(run)))).frames).toBe(25 + 5 + 3);
  const rest = handed.filter(({ job, task }) => job === 2 && task > 0);
  expect((await round(rest.map((run) => ended(run)))).frames).toBe(20);
  // Told again, and what failed, count for nothing.
  expect((await round(rest.map((run) => ended(run)))).frames).toBe(0);
  expect((await round(handed.filter(({ job }) => job === failing).map((run) => ended(run, 1)))).frames).toBe(0);
});

test("without its database it fails and does not hang", async () => {
  const own = await newQueue();
  await own.queue.close();
  expect(readHistory(own.queue, 1)).rejects.toThrow();
});
