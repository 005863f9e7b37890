// A slave that waits at the master for work has it the moment something changes, not with its next call ten seconds later.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { NewJob } from "../../lib/client";
import type { SyncAnswer } from "../../lib/sync";
import { keyOf } from "../../lib/wire";
import { type Farm, startFarm, until } from "../farm";
import { exited, SimulatedSlave, settings } from "./simulated";

let farm: Farm;
beforeAll(async () => {
  // A slave waits for ten seconds before it is answered with nothing.
  farm = await startFarm({ slaves: 0, lease: "30s" });
});
afterAll(() => farm[Symbol.asyncDispose]());

let stages = 0;

/** A pool of its own with two slaves and a licence. */
class Stage {
  readonly pool = `w${++stages}`;
  readonly one = this.slave("one");
  readonly two = this.slave("two");

  slave(name: string): SimulatedSlave {
    return new SimulatedSlave(farm.client, `${this.pool}-${name}`, { settings: settings({ pools: [this.pool] }) });
  }

  submit(job: Partial<NewJob> = {}): Promise<number> {
    return farm.submit({ pool: this.pool, frames: "1-9", command: ["true"], ...job });
  }

  /** The first slave takes one task. */
  async taken() {
    const { start } = await this.one.sync({ free: 1, hello: true });
    expect(start).toHaveLength(1);
    return start[0]!;
  }

  /** The second slave asks and finds nothing: it waits at the master. */
  async parked(more: Parameters<SimulatedSlave["sync"]>[0] = {}): Promise<() => Promise<SyncAnswer>> {
    expect((await this.two.sync({ free: 1, hello: true, ...more })).start).toEqual([]);
    const answer = this.two.sync({ free: 1, ...more });
    // Once what came before it is answered, it has had its turn as well.
    await this.one.sync({ hello: true, alive: [] });
    return () => answer;
  }
}

type Case = (stage: Stage) => Promise<{ parked: () => Promise<SyncAnswer>; job: number }>;

const cases: Record<string, Case> = {
  "the limit of slots is raised": async (stage) => {
    const job = await stage.submit({ maxSlots: 1 });
    await stage.taken();
    const parked = await stage.parked();
    await farm.client.change(job, { maxSlots: 2 });
    return { parked, job };
  },
  "the limit of slots is taken away": async (stage) => {
    const job = await stage.submit({ maxSlots: 1 });
    await stage.taken();
    const parked = await stage.parked();
    await farm.client.change(job, { maxSlots: null });
    return { parked, job };
  },
  "another slave has ended a task of a job that may have one at a time, and asks for no more": async (stage) => {
    const job = await stage.submit({ maxSlots: 1 });
    const run = await stage.taken();
    const parked = await stage.parked();
    await stage.one.sync({ ended: [exited(run)] });
    return { parked, job };
  },
  "another slave's task failed for good, and a licence is free": async (stage) => {
    await farm.client.setLicence(stage.pool, 1);
    await stage.submit({ licences: { [stage.pool]: 1 }, frames: "1", retries: 0 });
    const run = await stage.taken();
    const job = await stage.submit({ licences: { [stage.pool]: 1 } });
    const parked = await stage.parked();
    await stage.one.sync({ ended: [exited(run, 1)] });
    return { parked, job };
  },
  "there is one more of a licence": async (stage) => {
    await farm.client.setLicence(stage.pool, 1);
    const job = await stage.submit({ licences: { [stage.pool]: 1 } });
    await stage.taken();
    const parked = await stage.parked();
    await farm.client.setLicence(stage.pool, 2);
    return { parked, job };
  },
  "a job that had the licence is deleted": async (stage) => {
    await farm.client.setLicence(stage.pool, 1);
    const first = await stage.submit({ licences: { [stage.pool]: 1 } });
    await stage.taken();
    const job = await stage.submit({ licences: { [stage.pool]: 1 } });
    const parked = await stage.parked();
    await farm.client.delete(first);
    return { parked, job };
  },
  "the job asks for less memory": async (stage) => {
    const job = await stage.submit({ memoryMb: 100_000 });
    const parked = await stage.parked();
    await farm.client.change(job, { memoryMb: 100 });
    return { parked, job };
  },
  "it is blocked no longer": async (stage) => {
    await stage.two.sync({ hello: true });
    const job = await stage.submit({ blocked: [stage.two.name] });
    const parked = await stage.parked();
    await farm.client.unblock(job, [stage.two.name]);
    return { parked, job };
  },
  "the job may start already now": async (stage) => {
    const job = await stage.submit({ notBefore: new Date(Date.now() + 3_600_000).toISOString() });
    const parked = await stage.parked();
    await farm.client.change(job, { notBefore: null });
    return { parked, job };
  },
  "a job that was waited for is deleted": async (stage) => {
    const first = await stage.submit({ stopped: true });
    const job = await stage.submit({ after: [{ job: first, until: "finished" }] });
    const parked = await stage.parked();
    await farm.client.delete(first, { dependents: "release" });
    return { parked, job };
  },
  "a person finishes a frame that was waited for": async (stage) => {
    const first = await stage.submit({ stopped: true });
    const job = await stage.submit({ after: [{ job: first, until: "frames" }] });
    const parked = await stage.parked();
    await farm.client.finish(first, "4");
    return { parked, job };
  },
  "the only other slave of a job that set it aside takes no more tasks": async (stage) => {
    const job = await stage.submit({ slaveFailures: 1 });
    const { start } = await stage.two.sync({ free: 1, hello: true });
    await stage.one.sync({ hello: true });
    await stage.two.sync({ ended: [exited(start[0]!, 1)] });
    const parked = await stage.parked();
    await stage.one.sync({ settings: settings({ pools: [stage.pool], enabled: false }), hello: true });
    return { parked, job };
  },
  "the only other slave of a job that set it aside takes its leave": async (stage) => {
    const job = await stage.submit({ slaveFailures: 1 });
    const { start } = await stage.two.sync({ free: 1, hello: true });
    await stage.one.sync({ hello: true });
    await stage.two.sync({ ended: [exited(start[0]!, 1)] });
    const parked = await stage.parked();
    await stage.one.sync({ leaving: true });
    return { parked, job };
  },
  "a person calls it well": async (stage) => {
    const jobs = [];
    for (let at = 0; at < 3; at++) {
      jobs.push(await stage.submit({ slaveFailures: 0, retries: 9 }));
      await stage.one.sync({ ended: [exited(await stage.taken())] });
      const { start } = await stage.two.sync({ free: 1, hello: true });
      await stage.two.sync({ ended: [exited(start[0]!, 1)] });
      if (at < 2) await farm.client.stop(jobs[at]!);
    }
    expect((await farm.client.slave(stage.two.name)).sickSince).not.toBeNull();
    const parked = await stage.parked();
    await farm.client.clearSlave(stage.two.name);
    return { parked, job: jobs[2]! };
  },
};

test.each(Object.entries(cases))(
  "a slave that waits has a task at once when %s",
  async (_, play) => {
    const { parked, job } = await play(new Stage());
    expect((await parked()).start).toMatchObject([{ job }]);
  },
  20_000,
);

test("a slave is not believed what it says of the progress of others' runs", async () => {
  const stage = new Stage();
  const job = await stage.submit();
  const run = await stage.taken();
  const says = (slave: SimulatedSlave, percent: number) =>
    slave.sync({ hello: true, alive: [keyOf(run)], progress: [{ ...keyOf(run), percent }] });
  await says(stage.one, 40);
  await says(stage.two, 90);
  await until(async () => (await farm.frame(job, 1)).progress ?? undefined, "the progress");
  expect((await farm.frame(job, 1)).progress).toBe(40);
});
