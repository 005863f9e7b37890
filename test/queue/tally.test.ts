// The farm in numbers.
import { expect, test } from "bun:test";
import { answerTime, tally } from "../../lib/queue/tally";
import { handOut, met, newQueue, slave, stagedQueue, submitted, usual } from "./stage";

const queue = await stagedQueue();

test("an empty farm has numbers too", async () => {
  expect(await tally(queue)).toEqual({
    at: expect.any(Number),
    jobs: {},
    tasks: [],
    slaves: {},
    slots: { busy: 0, free: 0, closed: 0, lost: 0 },
    stuck: 0,
    notices: { waiting: 0, failed: 0 },
  });
  expect(await answerTime(queue)).toBeGreaterThan(0);
});

test("tasks are counted by the pools of their job, those of stopped jobs apart, those of ended jobs not at all", async () => {
  await submitted(queue, { frames: "1-10", pool: "maya,nuke" });
  await submitted(queue, { frames: "1-7", pool: "maya,nuke", stopped: true });
  const many = await submitted(queue, { frames: "1-900000000" });
  await handOut(queue, slave(1, 3));
  const done = await submitted(queue, { frames: "1-5" });
  await queue.sql`update job set finished = waiting, waiting = '{}' where id = ${done}`;
  const { jobs, tasks } = await tally(queue);
  expect(jobs).toEqual({ waiting: 1, stopped: 1, running: 1, finished: 1 });
  expect(tasks.sort((a, b) => a.waiting - b.waiting)).toEqual([
    { pool: "maya,nuke", waiting: 10, running: 0, stopped: 7 },
    { pool: "Default", waiting: 900_000_000 - 3, running: 3, stopped: 0 },
  ]);
  expect(many).toBe(3);
});

test("of very many pools the fullest are told by name, all others together", async () => {
  for (let at = 0; at < 60; at++) await submitted(queue, { frames: `1-${at + 1}`, pool: `p${at}` });
  const { tasks } = await tally(queue);
  expect(tasks).toHaveLength(51);
  expect(tasks.find(({ pool }) => pool === "p59")).toMatchObject({ waiting: 60 });
  // 1 to 10: those with the fewest.
  expect(tasks.find(({ pool }) => pool === "(other)")).toMatchObject({ waiting: 55 });
});

test("each slave is in one state, the one that keeps it from work, and slots are busy, free, closed or lost", async () => {
  await met(queue, "well", undefined, { running: 1, foreignSlots: 1 });
  await met(queue, "off", undefined, { settings: { ...usual, enabled: false }, running: 2 });
  await met(queue, "draining", undefined, { settings: { ...usual, drain: true } });
  await met(queue, "resting", undefined, { inHours: false });
  await met(queue, "full disk", undefined, { problem: "no space left", stuck: 2 });
  const sick = await met(queue, "sick");
  await queue.sql`update slave set sick_since = now() where id = ${sick}`;
  for (const state of ["lost", "gone"]) {
    const id = await met(queue, state, undefined, { settings: { ...usual, enabled: false } });
    await queue.sql`update slave set state = ${state} where id = ${id}`;
  }
  const { slaves, slots, stuck } = await tally(queue);
  expect(slaves).toEqual({ online: 1, disabled: 1, draining: 1, off_hours: 1, problem: 1, sick: 1, lost: 1, gone: 1 });
  // Four slots each: six slaves are there, and one should be.
  expect(slots).toEqual({ busy: 3, free: 2, closed: 19, lost: 4 });
  expect(stuck).toBe(2);
});

test("messages to people wait, or were given up", async () => {
  const told = "insert into delivery (\"to\", style, message, next_at, sent_at) values ('http://x', 'json', '{}', ";
  for (const rest of ["now(), null)", "now() + interval '1 hour', null)", "'infinity', null)", "now(), now())"])
    await queue.sql.unsafe(told + rest);
  expect((await tally(queue)).notices).toEqual({ waiting: 2, failed: 1 });
});

test("without its database it fails and does not hang", async () => {
  const own = await newQueue();
  await own.queue.close();
  expect(tally(own.queue)).rejects.toThrow();
  expect(answerTime(own.queue)).rejects.toThrow();
});
