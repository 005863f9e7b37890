// Why a job, a frame or a slave is not running, as people read it.
import { describe, expect, test } from "bun:test";
import { Why } from "../../lib/protocol";
import { block, change } from "../../lib/queue/change";
import { stop } from "../../lib/queue/control";
import { setLicence } from "../../lib/queue/licences";
import { why, whySlave } from "../../lib/queue/why";
import { ended, type Given, handOut, met, slave, stagedQueue, submitted, tell, usual } from "./stage";

const queue = await stagedQueue();

type Seen = Partial<Parameters<typeof met>[3]>;
const meets = (name: string, more: Seen = {}) => met(queue, name, undefined, more);
const inPool = (pool: string) => ({ settings: { ...usual, pools: [pool] } });
const textOf = async (id: number, frame?: number) => (await why(queue, id, frame)).text;
const refused = (done: Promise<unknown>, message: RegExp) =>
  expect(done).rejects.toMatchObject({ kind: "unknown", message: expect.stringMatching(message) });

test("a job that few slaves could run says what keeps it from each of them", async () => {
  const maya = inPool("maya");
  for (let at = 0; at < 22; at++) await meets(`office${at}`);
  for (let at = 0; at < 10; at++) await meets(`small${at}`, { ...maya, memoryLeftMb: 24_576 - at });
  for (let at = 0; at < 7; at++) await meets(`rack${at}`, { ...maya, memoryMb: 65_536, memoryLeftMb: 40_000, free: 0 });
  const bad = await meets("rack7", { ...maya, memoryMb: 65_536, memoryLeftMb: 40_000 });
  const job = await submitted(queue, { frames: "1-12", pool: "maya", memoryMb: 32_768 });
  await queue.sql`update job set blamed = ${JSON.stringify({ [bad]: 3 })}::jsonb`;
  const answer = await why(queue, job);
  expect(answer.text).toBe(
    "12 tasks wait.\n40 slaves: 22 are not in pool maya, 10 have too little memory (need 32 GB, most has 24 GB), 7 are full, 1 is set aside for this job (3 failures).",
  );
  expect(answer).toMatchObject({ couldRun: false, job: null });
  expect(answer.reasons.map(({ because, count, slaves }) => [because, count, slaves.length])).toEqual([
    ["pool", 22, 20],
    ["memory", 10, 10],
    ["full", 7, 7],
    ["setAside", 1, 1],
  ]);
  expect(Why.parse(answer)).toEqual(answer);
});

describe("a job that could run", () => {
  test("names the slaves that could take a task, and is handed out indeed", async () => {
    const id = await meets("s1");
    const job = await submitted(queue, { frames: "1-3" });
    expect(await why(queue, job)).toMatchObject({
      couldRun: true,
      text: "3 tasks wait.\n1 slave: 1 could take a task now (s1).\nIt could run now: a task goes to the next slave that asks.",
    });
    expect(await handOut(queue, slave(id))).toHaveLength(1);
  });

  test("says so when others are more important", async () => {
    await meets("s1");
    const job = await submitted(queue);
    await submitted(queue, { priority: 900 });
    expect(await textOf(job)).toEndWith("It could run now; jobs with a higher priority are served first.");
  });
});

describe("a job that runs nowhere says why", () => {
  test.each<[string, Given, string]>([
    ["when it is stopped", { stopped: true }, "2 tasks wait: it is stopped."],
    ["before its time", { notBefore: "2999-01-01T00:00:00Z" }, "2 tasks wait: not before 2999-01-01 00:00:00 UTC."],
  ])("%s", async (_, given, line) => {
    await meets("s1");
    const job = await submitted(queue, { frames: "1-2", ...given });
    const answer = await why(queue, job);
    expect(answer.text).toBe(`${line}\n1 slave: 1 could take a task now (s1).`);
    expect(answer).toMatchObject({ couldRun: false, job: expect.any(String) });
  });

  test("when there are no slaves", async () => {
    expect(await textOf(await submitted(queue))).toBe(
      "1 task waits.\nThere are no slaves: start one with drqueue slave.",
    );
  });

  test("when it runs as many tasks as it may, or its licences are in use", async () => {
    const id = await meets("s1");
    await setLicence(queue, "nuke", 1);
    const [slots, nuke] = [
      await submitted(queue, { frames: "1-9", maxSlots: 2 }),
      await submitted(queue, { frames: "1-2", licences: { nuke: 1 } }),
    ];
    await handOut(queue, slave(id, 3));
    expect(await textOf(slots)).toStartWith("7 tasks wait: it runs 2 tasks, as many as it may at a time.\n");
    expect(await textOf(nuke)).toStartWith("1 task waits: a task needs 1 licence nuke, 0 are free.\n");
  });

  test("when it stopped itself", async () => {
    const id = await meets("s1");
    const job = await submitted(queue, { frames: "1-3", retries: 0, maxFailures: 1 });
    await tell(queue, ended((await handOut(queue, slave(id)))[0]!, 1));
    expect(await textOf(job)).toStartWith(
      "2 tasks wait: the job stopped itself, 1 task failed, as many as this job may.\n",
    );
  });

  test("when it waits for other jobs, by their numbers and states", async () => {
    await meets("s1");
    const [one, two, three] = [await submitted(queue), await submitted(queue, { retries: 0 }), await submitted(queue)];
    const after = [{ job: one }, { job: two }, { job: three, until: "ended" as const }];
    const job = await submitted(queue, { after });
    expect(await why(queue, job)).toMatchObject({
      couldRun: false,
      job: "it waits for job 1 (waiting) and for job 2 (waiting) and for job 3 (waiting)",
    });
    const runs = await handOut(queue, slave(1, 3));
    await tell(queue, ...runs.map((run) => ended(run, run.job === two ? 1 : 0)));
    expect(await textOf(job)).toStartWith(
      "1 task waits: it waits for job 2, which failed (requeue its frames, or change what this one waits for).\n",
    );
  });

  test("when it waits frame by frame, as a whole and for one frame", async () => {
    await meets("s1");
    const first = await submitted(queue, { frames: "1-3" });
    const job = await submitted(queue, { frames: "1-3", after: [{ job: first, until: "frames" }] });
    expect(await textOf(job)).toStartWith("3 tasks wait: it waits frame by frame for job 1 (waiting).\n");
    const [run] = await handOut(queue, slave(1));
    await tell(queue, ended(run!));
    expect(await textOf(job)).toStartWith("3 tasks wait.\n2 of them wait for other jobs.\n1 slave: ");
    expect(await why(queue, job, 2)).toMatchObject({ couldRun: false });
    expect(await textOf(job, 2)).toStartWith("Frame 2 waits: it waits frame by frame for job 1 (waiting).\n");
    expect(await why(queue, job, 1)).toMatchObject({ couldRun: true });
  });

  test("when its failed tasks rest", async () => {
    const id = await meets("s1");
    const job = await submitted(queue, { frames: "1-2", retryDelayMs: 60_000 });
    const [one, two] = await handOut(queue, slave(id, 2));
    await tell(queue, ended(one!, 1));
    expect(await textOf(job)).toStartWith("1 task waits: 1 task failed and is not tried again yet.\n");
    expect(await textOf(job, 1)).toStartWith("Frame 1 waits: 1 task failed and is not tried again yet.\n");
    await tell(queue, { ...ended(two!), reason: "returned" });
    expect(await textOf(job)).toStartWith("2 tasks wait.\n1 of them failed and is not tried again yet.\n");
  });

  test("when nothing of it waits", async () => {
    const id = await meets("s1");
    const job = await submitted(queue);
    const [run] = await handOut(queue, slave(id));
    expect(await textOf(job)).toBe("Job 1: nothing waits: all that is left runs.");
    await tell(queue, ended(run!));
    expect(await textOf(job)).toBe("Job 1: nothing waits: it has ended.");
  });
});

test("each slave's own state is told: away, sick, in trouble, disabled, draining, off hours, busy, blocked", async () => {
  const ids = [
    await meets("lost"),
    await meets("sick"),
    await meets("broken", { problem: "no space left" }),
    await meets("off", { settings: { ...usual, enabled: false } }),
    await meets("leaving", { settings: { ...usual, drain: true } }),
    await meets("asleep", { inHours: false }),
    await meets("foreign", { free: 0, foreignSlots: 4 }),
    await meets("kept"),
  ];
  await queue.sql`update slave set state = 'lost' where id = ${ids[0]!}`;
  await queue.sql`update slave set sick_since = now() where id = ${ids[1]!}`;
  const job = await submitted(queue);
  await block(queue, job, ["kept"]);
  const { reasons, couldRun } = await why(queue, job);
  expect(couldRun).toBe(false);
  expect(reasons.map(({ slaves, text }) => `${slaves} ${text}`).sort()).toEqual([
    "asleep is off hours",
    "broken is in trouble: no space left",
    "foreign is busy with other programs",
    "kept is blocked for this job",
    "leaving is draining",
    "lost is away",
    "off is disabled",
    "sick is sick: tasks of several jobs failed there",
  ]);
});

test("a frame tells its state: waiting, running, finished, failed", async () => {
  const id = await meets("s1");
  const job = await submitted(queue, { frames: "1-8", block: 2, retries: 0 });
  const [one, two] = await handOut(queue, slave(id, 3));
  await tell(queue, ended(one!), { ...ended(two!, 7), message: "no texture" });
  expect(await textOf(job, 2)).toBe("Frame 2 is finished.");
  expect(await textOf(job, 3)).toBe(
    "Frame 3 failed: no texture. Its log: drqueue log 1 3. Again: drqueue requeue 1 3.",
  );
  expect(await textOf(job, 6)).toMatch(/^Frame 6 runs on s1 since \d{4}-\d\d-\d\d [\d:]{8} UTC\.$/);
  expect(await textOf(job, 7)).toStartWith("Frame 7 waits.\n1 slave: 1 could take a task now (s1).\n");
  await stop(queue, job, { kill: false });
  expect(await textOf(job, 7)).toStartWith("Frame 7 waits: it is stopped.\n");
  await refused(why(queue, job, 9), /job 1 has no frame 9/);
  await refused(why(queue, 99), /there is no job 99/);
});

describe("a slave", () => {
  test("that could work says which jobs fit it and what keeps it from the others", async () => {
    const id = await meets("rack7");
    await submitted(queue, { frames: "1-9", maxPerSlave: 1 });
    await handOut(queue, slave(id));
    await submitted(queue);
    await submitted(queue, { pool: "maya" });
    await submitted(queue, { pool: "nuke" });
    await submitted(queue, { memoryMb: 9000 });
    await submitted(queue, { os: "OSX" });
    await change(queue, await submitted(queue), { notBefore: "2999-01-01T00:00:00Z" });
    await submitted(queue, { stopped: true });
    await block(queue, await submitted(queue), ["rack7"]);
    expect(await whySlave(queue, "rack7")).toMatchObject({
      couldRun: true,
      job: null,
      text: "Slave rack7 can take 4 more tasks.\nOf 8 jobs with tasks to hand out 1 fits it, 1 has as many tasks on it as allowed, 2 want another pool, 1 wants more memory than it has left, 1 wants another operating system, 1 begins later, 1 is kept from it by a person.",
    });
  });

  test.each<[string, Seen, string]>([
    ["full", { free: 0 }, "is full"],
    ["disabled", { settings: { ...usual, enabled: false } }, "is disabled"],
    ["draining", { settings: { ...usual, drain: true } }, "is draining"],
    ["off its hours", { inHours: false }, "is off hours"],
    ["in trouble", { problem: "no space left" }, "is in trouble: no space left"],
    ["busy otherwise", { free: 0, foreignSlots: 1 }, "is busy with other programs"],
  ])("that is %s says so, and what would fit it", async (_, seen, words) => {
    await meets("s1", seen);
    await submitted(queue);
    expect(await whySlave(queue, "s1")).toMatchObject({
      couldRun: false,
      job: words,
      text: `Slave s1 ${words}.\nOf 1 job with tasks to hand out 1 fits it.`,
    });
  });

  test("with nothing to do says that there is nothing", async () => {
    const id = await meets("s1");
    expect(await whySlave(queue, `${id}`)).toMatchObject({
      couldRun: false,
      text: "Slave s1 can take 4 more tasks.\nNo job has tasks to hand out.",
    });
    await refused(whySlave(queue, "s2"), /there is no slave 's2'/);
  });
});
