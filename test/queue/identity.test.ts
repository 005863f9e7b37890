// Several processes that say they are one slave: the next life of it, or a copy of its folder.
import { beforeEach, describe, expect, test } from "bun:test";
import { takeBack } from "../../lib/queue/recover";
import { type Calling, heard, markStuck, meet } from "../../lib/queue/slaves";
import { calling, clear, handOut, met, runsOf, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();
beforeEach(() => clear(queue));

const key = crypto.randomUUID();
const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];

const rack7 = (more: Partial<Calling> = {}) => calling({ key, name: "rack7", ...more });
const call = async (more: Partial<Calling>) => (await meet(queue, [rack7(more)]))[0]!;
const silentFor = (seconds: number) => queue.sql`update slave set seen_at = now() - ${seconds} * interval '1 second'`;
const row = async () => (await queue.sql`select instance, home, state, port, stuck from slave`)[0]!;

describe("another process with the key of a slave that lives", () => {
  test("is refused with the time when that was heard, and nothing of what it says is written", async () => {
    const { id } = await call({ instance: first, home: "here" });
    await silentFor(29);
    const refused = await call({ instance: second, home: "there", port: 9 });
    expect(refused.id).toBe(id);
    expect(refused.heardMs).toBeWithin(28_900, 29_900);
    expect(await row()).toMatchObject({ instance: first, home: "here", port: 2345 });
  });

  const accepted: [what: string, more: Partial<Calling>, before: () => unknown][] = [
    ["is its next life when it has the same home", { instance: second, home: "here" }, () => {}],
    [
      "takes its place when it is lost",
      { instance: second, home: "there" },
      () => queue.sql`update slave set state = 'lost'`,
    ],
    [
      "takes its place when it has left",
      { instance: second, home: "there" },
      () => queue.sql`update slave set state = 'gone'`,
    ],
    ["is believed when it is of release 0.1, which does not say", { instance: undefined, home: undefined }, () => {}],
  ];
  for (const [what, more, before] of accepted)
    test(what, async () => {
      const { id } = await call({ instance: first, home: "here" });
      await before();
      expect(await call(more)).toEqual({ id });
      expect(await row()).toMatchObject({ instance: more.instance ?? null, home: more.home ?? null, state: "online" });
    });

  test("is refused however long the silence was, as long as that is not called lost", async () => {
    await call({ instance: first, home: "here" });
    await silentFor(3600);
    expect((await call({ instance: second, home: "there" })).heardMs).toBeGreaterThan(3_500_000);
  });

  test("is refused until what was handed to that one has been taken back: it may still run there", async () => {
    const { id } = await call({ instance: first, home: "here" });
    const job = await submitted(queue);
    await handOut(queue, slave(id));
    await queue.sql`update slave set state = 'lost'`;
    expect((await call({ instance: second, home: "there" })).heardMs).toBeDefined();
    expect(await takeBack(queue)).toBe(1);
    expect((await call({ instance: second, home: "there" })).heardMs).toBeUndefined();
    expect(await runsOf(queue, job)).toEqual([`0.1 ${id} lost`]);
  });

  test("follows one of release 0.1 at once", async () => {
    await call({});
    expect((await call({ instance: first, home: "here" })).heardMs).toBeUndefined();
  });

  test("is refused also when both call in one moment: the first that is written is the slave", async () => {
    const answers = await meet(queue, [
      rack7({ instance: first, home: "here" }),
      rack7({ instance: second, home: "there" }),
    ]);
    expect(answers.map(({ heardMs }) => heardMs !== undefined)).toEqual([false, true]);
  });
});

test("the same process is the slave however long it was silent and wherever it is", async () => {
  const { id } = await call({ instance: first, home: "here" });
  await silentFor(10);
  expect(await call({ instance: first, home: "elsewhere" })).toEqual({ id });
});

test("a sign of life of the process before counts no more, and its slave is named", async () => {
  const id = await met(queue, "rack7", key, { instance: first, home: "here" });
  await call({ instance: second, home: "here" });
  const { key: _, name: __, address: ___, settings: ____, ...now } = rack7();
  const beat = { ...now, id, leaving: true, ageMs: 0 };
  expect(await heard(queue, [{ ...beat, instance: first }])).toEqual([id]);
  expect(await row()).toMatchObject({ state: "online" });
  expect(await heard(queue, [{ ...beat, instance: second, stuck: 3 }])).toEqual([]);
  expect(await row()).toMatchObject({ state: "gone", stuck: 3 });
});

test("a sign of life that is written late counts from when it was heard", async () => {
  const id = await met(queue, "rack7", key, { instance: first });
  const { key: _, name: __, address: ___, settings: ____, ...now } = rack7({ instance: first });
  await silentFor(60);
  await heard(queue, [{ ...now, id, leaving: false, ageMs: 20_000 }]);
  const [seen] = await queue.sql`select extract(epoch from now() - seen_at)::float8 as seconds from slave`;
  expect(seen!.seconds).toBeWithin(19.9, 25);
});

test("a sign of life that a master could not write in time changes nothing of what another one heard since", async () => {
  const id = await met(queue, "rack7", key, { instance: first });
  const { key: _, name: __, address: ___, settings: ____, ...now } = rack7({ instance: first });
  await heard(queue, [{ ...now, id, leaving: false, ageMs: 0, free: 3 }]);
  await heard(queue, [{ ...now, id, leaving: false, ageMs: 20_000, free: 7 }]);
  const [seen] = await queue.sql`select free, extract(epoch from now() - seen_at)::float8 as seconds from slave`;
  expect(seen!.free).toBe(3);
  expect(seen!.seconds).toBeLessThan(10);
});

test("an open run is said to be stuck until it ends; those that are not the slave's, or have ended, are left alone", async () => {
  const [mine, other] = [await met(queue, "mine"), await met(queue, "other")];
  const job = await submitted(queue, { frames: "1-3" });
  await handOut(queue, slave(mine, 2));
  await handOut(queue, slave(other, 1));
  const run = (task: number) => ({ job, task, attempt: 1, slave: mine });
  await tell(queue, { ...run(1), reason: "exit", code: 0 });
  await markStuck(queue, [run(0), run(1), run(2), { ...run(0), attempt: 2 }]);
  const messages = async () =>
    (await queue.sql`select task, message from run order by task`).map(({ message }) => message);
  expect(await messages()).toEqual([expect.stringContaining("cannot be ended"), null, null]);
  await tell(queue, { ...run(0), reason: "killed" });
  expect((await messages())[0]).toBeNull();
  expect(await runsOf(queue, job)).toEqual([`0.1 ${mine} killed`, `1.1 ${mine} finished`, `2.1 ${other} open`]);
});
