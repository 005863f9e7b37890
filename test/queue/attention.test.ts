// What needs a person.
import { expect, test } from "bun:test";
import { needAttention } from "../../lib/queue/attention";
import { ended, handOut, met, newQueue, slave, stagedQueue, submitted, tell, usual } from "./stage";

const queue = await stagedQueue();

/** A job of which these tasks failed, each with a message on slave 1. */
async function failing(
  given: Parameters<typeof submitted>[1],
  messages: Record<number, string | null>,
): Promise<number> {
  const id = await submitted(queue, { retries: 0, ...given });
  const handed = (await handOut(queue, slave(1, 100))).filter(({ job }) => job === id);
  await tell(
    queue,
    ...handed.map((run) => {
      const message = messages[run.task];
      return message === undefined ? ended(run) : { ...ended(run, 7), ...(message !== null && { message }) };
    }),
  );
  return id;
}

test("in a farm where all is well nothing does", async () => {
  await met(queue, "s1");
  await met(queue, "disabled", undefined, { settings: { ...usual, enabled: false } });
  const left = await met(queue, "left");
  await queue.sql`update slave set state = 'gone', problem = 'x' where id = ${left}`;
  await failing({ frames: "1-5" }, {});
  await submitted(queue, { stopped: true });
  expect(await needAttention(queue)).toEqual({ jobs: [], jobCount: 0, slaves: [], slaveCount: 0, errors: [] });
});

test("jobs do that failed, that stopped themselves, and that go on with failed tasks; the newest first", async () => {
  await met(queue, "s1");
  const failed = await failing({ frames: "1-3", name: "failed", owner: "ana" }, { 1: "no camera" });
  const stopped = await failing({ frames: "1-200", maxFailures: 2 }, { 0: "no camera", 1: "no camera" });
  const going = await failing({ frames: "1-200" }, { 5: "no light" });
  const retried = await submitted(queue, { frames: "1" });
  const { jobs, jobCount } = await needAttention(queue);
  expect(jobs).toEqual([
    { id: going, name: "test", owner: "", state: "waiting", stopReason: null, failedTasks: 1 },
    { id: stopped, name: "test", owner: "", state: "stopped", stopReason: expect.any(String), failedTasks: 2 },
    { id: failed, name: "failed", owner: "ana", state: "failed", stopReason: null, failedTasks: 1 },
  ]);
  expect(jobCount).toBe(3);
  expect(jobs.map(({ id }) => id)).not.toContain(retried);
});

test("slaves do that are sick, in trouble, lost or hold what cannot be ended, with words for people; lost ones come last", async () => {
  await met(queue, "well");
  await met(queue, "full", undefined, { problem: "no space left on /tmp" });
  await met(queue, "stuck", undefined, { stuck: 2 });
  const [sick, lost] = [
    await met(queue, "sick"),
    await met(queue, "lost", undefined, { problem: "old news", stuck: 1 }),
  ];
  await queue.sql`update slave set sick_since = now(), suspects = '[3, 4, 5]' where id = ${sick}`;
  await queue.sql`update slave set state = 'lost', seen_at = now() - interval '3 hours' where id = ${lost}`;
  const { slaves, slaveCount } = await needAttention(queue);
  expect(slaveCount).toBe(4);
  expect(slaves.at(-1)).toEqual({
    id: lost,
    name: "lost",
    way: "lost",
    text: "not heard of for 3 hours: is it running, and does it reach a master?",
  });
  expect(Object.fromEntries(slaves.map(({ name, way, text }) => [name, [way, text]]))).toMatchObject({
    full: ["problem", "no space left on /tmp"],
    stuck: ["online", "2 runs whose processes cannot be ended"],
    sick: ["sick", "set aside: tasks of the jobs 3, 4, 5 failed there"],
  });
});

test("failed tasks that say the same are one set, with the jobs, the slaves and a frame to look at", async () => {
  await met(queue, "s1");
  const one = await failing(
    { frames: "10-60", block: 10 },
    { 1: "cannot open /mnt/tex/a.png", 3: "cannot open /mnt/tex/b.png", 4: "no licence" },
  );
  const two = await failing({ frames: "1-2" }, { 0: "cannot open /mnt/tex/c.png", 1: null });
  const { errors } = await needAttention(queue);
  expect(errors[0]).toEqual({
    text: "cannot open /mnt/tex/….png",
    tasks: 3,
    jobs: [two, one],
    slaves: ["s1"],
    example: { job: two, frame: 1 },
  });
  expect(
    errors
      .slice(1)
      .map(({ text, tasks, example }) => [text, tasks, example])
      .sort(),
  ).toEqual([
    ["exit 7", 1, { job: two, frame: 2 }],
    ["no licence", 1, { job: one, frame: 50 }],
  ]);
});

test("the last attempt at a task is the one that is listened to", async () => {
  await met(queue, "s1");
  const id = await submitted(queue, { retries: 1 });
  for (const message of ["first", "second"]) {
    const [run] = await handOut(queue, slave(1));
    await tell(queue, { ...ended(run!, 1), message });
  }
  expect((await needAttention(queue)).errors).toMatchObject([{ text: "second", jobs: [id] }]);
});

test("of very much the newest is told, and how much there is", async () => {
  await met(queue, "s1");
  const id = await failing({}, { 0: "no camera" });
  await queue.sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting, failed)
    select name, owner, pool, priority, command, env, log_name, '[{"first":1,"last":1000000,"step":1}]', block, fill_order, pad, retries, exit_rule, stopped,
      1000000, '{}', '{[0,1000000)}' from job, generate_series(1, 150) where id = ${id}`;
  await queue.sql`
    insert into run (job, task, attempt, slave, ended_at, outcome, code, message)
    select job.id, task, 1, 1, now(), 'failed', 1, 'no ' || chr(97 + task % 26) || chr(97 + job.id % 26) from job, generate_series(0, 99) as task where job.id > ${id}`;
  for (let at = 0; at < 120; at++) await met(queue, `full${at}`, undefined, { problem: "x" });
  const { jobs, jobCount, slaves, slaveCount, errors } = await needAttention(queue);
  expect([jobs.length, jobCount, jobs[0]!.failedTasks]).toEqual([100, 151, 1_000_000]);
  expect([slaves.length, slaveCount]).toEqual([100, 120]);
  expect(errors).toHaveLength(20);
  expect(errors.every(({ tasks, jobs }) => tasks <= 100 * 50 && jobs.length <= 100)).toBe(true);
});

test("without its database it fails and does not hang", async () => {
  const own = await newQueue();
  await own.queue.close();
  expect(needAttention(own.queue)).rejects.toThrow();
});
