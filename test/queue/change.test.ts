// Settings of a job change while it waits or runs.
import { describe, expect, test } from "bun:test";
import { block, change, unblock } from "../../lib/queue/change";
import { finish } from "../../lib/queue/control";
import type { JobChange } from "../../lib/submission";
import { ended, type Given, handOut, jobRow, met, slave, stagedQueue, submitted, tell } from "./stage";

const queue = await stagedQueue();

const row = async (id: number) => ({ ...(await queue.sql`select * from job where id = ${id}`)[0] });
const refusal = (done: Promise<unknown>) => done.then(() => undefined).catch((error) => error as Error);

/** Every setting with its columns before and after. */
const settings: [change: JobChange, column: string, before: unknown, after: unknown][] = [
  [{ name: "b" }, "name", "test", "b"],
  [{ priority: 0 }, "priority", 500, 0],
  [{ pool: "maya,nuke" }, "pool", "Default", "maya,nuke"],
  [{ retries: 0 }, "retries", 3, 0],
  [{ owner: "ann" }, "owner", "", "ann"],
  [{ os: "LINUX" }, "os", "", "LINUX"],
  [{ memoryMb: 100 }, "memory_mb", 0, 100],
  [{ gpus: 2 }, "gpus", 0, 2],
  [{ licences: { nuke: 1 } }, "licences", {}, { nuke: 1 }],
  [{ maxSlots: 5 }, "max_slots", null, 5],
  [{ maxPerSlave: 1 }, "max_per_slave", null, 1],
  [{ exitMeanings: { fatal: [3] } }, "exit_codes", {}, { fatal: [3] }],
  [{ retryDelayMs: 10 }, "retry_delay_ms", 0, 10],
  [{ frameTimeoutMs: 1000 }, "frame_timeout_ms", null, 1000],
  [{ silenceMs: 2000 }, "silence_ms", null, 2000],
  [{ slaveFailures: 0 }, "slave_failures", 3, 0],
  [{ maxFailures: 7 }, "max_failures", 1000, 7],
  [{ deleteAfterMs: 0 }, "delete_after_ms", null, "0"],
  [{ env: { A: "1" } }, "env", {}, { A: "1" }],
];

describe("a change", () => {
  test("touches what it names and nothing else", async () => {
    await queue.sql`insert into licence values ('nuke', 1)`;
    const job = await submitted(queue);
    for (const [given, column, before, after] of settings) {
      const was = await row(job);
      expect([column, was[column]]).toEqual([column, before]);
      expect(await change(queue, job, given)).toEqual({ tasks: 0, killing: 0 });
      // What the plan walks by follows from the others.
      expect({ ...(await row(job)), lane: "" }).toEqual({ ...was, [column]: after, lane: "" });
    }
  });

  test("to nothing takes away what may be missing", async () => {
    const given = { maxSlots: 5, maxPerSlave: 2, frameTimeoutMs: 1000, silenceMs: 1000, deleteAfterMs: 5 };
    const job = await submitted(queue, { ...given, notBefore: "2099-01-01T00:00:00Z" });
    const before = await submitted(queue);
    const nothing = { maxSlots: null, maxPerSlave: null, notBefore: null, frameTimeoutMs: null };
    await change(queue, job, { ...nothing, silenceMs: null, deleteAfterMs: null });
    const same = { id: 0, submitted_at: 0 };
    expect({ ...(await row(job)), ...same }).toEqual({ ...(await row(before)), ...same });
  });

  test("of the time before which nothing starts takes any offset", async () => {
    const job = await submitted(queue);
    await change(queue, job, { notBefore: "2099-01-01T02:00:00+02:00" });
    expect(new Date((await row(job)).not_before).toISOString()).toBe("2099-01-01T00:00:00.000Z");
  });

  test("of fields comes with the variables that its kind makes of them", async () => {
    const job = await submitted(queue);
    await change(queue, job, { fields: { scene: "a b" }, fieldVariables: { DRQUEUE_SCENE: "a b" } });
    expect(await row(job)).toMatchObject({ fields: { scene: "a b" }, field_variables: { DRQUEUE_SCENE: "a b" } });
  });

  test("of the name keeps the log folder's", async () => {
    const job = await submitted(queue, { name: "a" });
    await change(queue, job, { name: "b" });
    expect((await row(job)).log_name).toBe("a");
  });

  test("of pool or priority holds for the next task", async () => {
    const first = await submitted(queue, { frames: "1-5" });
    const second = await submitted(queue, { frames: "1-5" });
    await change(queue, second, { priority: 900 });
    expect(await handOut(queue, slave(1))).toMatchObject([{ job: second }]);
    await change(queue, second, { pool: "maya" });
    expect(await handOut(queue, slave(1))).toMatchObject([{ job: first }]);
  });

  test("of retries holds for the next failure", async () => {
    const job = await submitted(queue, { retries: 3 });
    const [run] = await handOut(queue, slave(1));
    await change(queue, job, { retries: 0 });
    await tell(queue, ended(run!, 1));
    expect((await jobRow(queue, job))?.state).toBe("failed");
  });

  test("to a licence that the farm does not count is refused with how to count it, and changes nothing", async () => {
    const job = await submitted(queue);
    expect(await refusal(change(queue, job, { priority: 1, licences: { nuke: 1 } }))).toMatchObject({
      kind: "conflict",
      message: "there is no licence 'nuke': drqueue licence set nuke 10",
    });
    expect((await row(job)).priority).toBe(500);
  });
});

describe("a block", () => {
  const blocked = async (job: number) => (await row(job)).blocked;

  test("keeps slaves from a job, by name or by number, until it is taken back", async () => {
    const slaves = [await met(queue, "a"), await met(queue, "b"), await met(queue, "c")];
    const job = await submitted(queue, { frames: "1-9" });
    await block(queue, job, ["c", `${slaves[0]}`]);
    await block(queue, job, ["a"]);
    expect(await blocked(job)).toEqual([slaves[0], slaves[2]]);
    const handed = await handOut(queue, ...slaves.map((id) => slave(id)));
    expect(handed.map((run) => run.slave)).toEqual([slaves[1]!]);
    await unblock(queue, job, ["a", "b"]);
    expect(await blocked(job)).toEqual([slaves[2]]);
    await unblock(queue, job, ["c"]);
    expect(await blocked(job)).toEqual([]);
  });

  test("of a name that several slaves carry keeps all of them", async () => {
    const both = [await met(queue, "rack7"), await met(queue, "rack7")];
    const job = await submitted(queue);
    await block(queue, job, ["rack7"]);
    expect(await blocked(job)).toEqual(both);
  });

  test("lets go on what runs there", async () => {
    const name = await met(queue, "a");
    const job = await submitted(queue);
    const [run] = await handOut(queue, slave(name));
    await block(queue, job, ["a"]);
    expect(await tell(queue, ended(run!))).toBe(1);
    expect((await jobRow(queue, job))?.state).toBe("finished");
  });

  test("taken back forgets what failed there as well", async () => {
    const [a, b] = [await met(queue, "a"), await met(queue, "b")];
    const job = await submitted(queue);
    await queue.sql`update job set blamed = ${JSON.stringify({ [a]: 3, [b]: 2 })}::jsonb`;
    await unblock(queue, job, ["a"]);
    expect((await row(job)).blamed).toEqual({ [b]: 2 });
  });

  test("of a slave that there is not is refused, and blocks none of the others", async () => {
    await met(queue, "a");
    const job = await submitted(queue);
    for (const act of [block, unblock]) {
      expect(await refusal(act(queue, job, ["a", "rakc7"]))).toMatchObject({
        kind: "conflict",
        message: "there is no slave 'rakc7'",
      });
    }
    expect(await blocked(job)).toEqual([]);
  });
});

describe("a change of what a job waits for", () => {
  const after = (job: number) => ({ after: [{ job, until: "finished" as const }] });
  const held = async (id: number) => (await row(id)).held;
  const run = async () => {
    const runs = await handOut(queue, slave(1, 9));
    await tell(queue, ...runs.map((one) => ended(one)));
    return runs.map(({ job, task }) => [job, task]);
  };
  const settled = (given: Given = {}) => submitted(queue, given);

  test("replaces it: what it no longer waits for holds it no more", async () => {
    const [a, b] = [await settled(), await settled()];
    const job = await settled({ frames: "1-2", ...after(a) });
    await finish(queue, b, "1");
    await change(queue, job, { after: [{ job: b, until: "finished" }] });
    expect(await held(job)).toBe("{}");
    await change(queue, job, { after: [{ job: a, until: "frames" }] });
    expect(await held(job)).toBe("{[0,1)}");
    await change(queue, job, { after: [] });
    expect(await held(job)).toBe("{}");
    await change(queue, job, { priority: 5 });
    await change(queue, a, { after: [{ job, until: "ended" }] });
    expect(await run()).toEqual([
      [job, 0],
      [job, 1],
    ]);
    expect(await run()).toEqual([[a, 0]]);
  });

  test("is refused with the circle named, and leaves what it was", async () => {
    const a = await settled();
    const b = await settled(after(a));
    const c = await settled(after(b));
    const d = await settled({ after: [{ job: b }, { job: c }] });
    const to = (job: number, ...needs: number[]) =>
      refusal(
        change(queue, job, { after: needs.map((need) => ({ job: need, until: "finished" as const })), priority: 1 }),
      );
    expect(await to(a, c)).toMatchObject({
      kind: "conflict",
      message: `job ${a} would wait for itself: ${a} → ${c} → ${b} → ${a}`,
    });
    expect(await to(a, d)).toMatchObject({ message: `job ${a} would wait for itself: ${a} → ${d} → ${b} → ${a}` });
    expect(await to(a, a)).toMatchObject({ message: `job ${a} would wait for itself: ${a} → ${a}` });
    expect((await queue.sql`select job, needs from dependency`).map(({ job, needs }) => [job, needs])).toEqual([
      [b, a],
      [c, b],
      [d, b],
      [d, c],
    ]);
    expect(await queue.sql`select from job where priority = 1`).toHaveLength(0);
  });

  test("to a job that there is not, or twice to one, is refused", async () => {
    const [a, b] = [await settled(), await settled()];
    const until = "finished" as const;
    expect(await refusal(change(queue, a, { after: [{ job: 99, until }] }))).toMatchObject({
      kind: "conflict",
      message: "after: there is no job 99",
    });
    const twice = [
      { job: b, until },
      { job: b, until: "ended" as const },
    ];
    expect(await refusal(change(queue, a, { after: twice }))).toMatchObject({
      message: `after: job ${b} is named twice`,
    });
  });

  test("made by two at once never closes a circle", async () => {
    for (let round = 0; round < 10; round++) {
      // Two chains; each change hangs the head of one to the end of the other, and no job is near to both.
      const chain = async () => {
        const head = await settled();
        return { head, end: await settled(after(await settled(after(head)))) };
      };
      const [a, b] = [await chain(), await chain()];
      const done = await Promise.allSettled([change(queue, a.head, after(b.end)), change(queue, b.head, after(a.end))]);
      expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    }
  });
});
