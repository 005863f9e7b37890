// What happens on a real farm is told to who follows it, at any of its masters, and goes on after any of them was away.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type EventType, eventTypes } from "../../lib/events";
import { type Farm, startFarm, until } from "../farm";
import { Follower, type Following } from "../master/follower";
import { exited, SimulatedSlave, settings } from "../master/simulated";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, lease: "1s" });
});
afterAll(() => farm[Symbol.asyncDispose]());

const follow = (how: Following = {}, master = farm.masters[0]!) => Follower.open(master.port, farm.token, how);
const come = (follower: Follower, type: EventType, more: object = {}) =>
  until(
    async () => follower.events.find((event) => event.type === type && Bun.deepMatch(more, event)),
    `${type} ${JSON.stringify(more)}; there came ${JSON.stringify(follower.events.map(({ type, data }) => [type, data]))}`,
  );
const told = (follower: Follower) =>
  follower.events.map(({ type, data }) => `${type} ${data.from ?? ""}>${data.state}`);

test("what people and slaves do is told, each by its type", async () => {
  const all = await follow();
  const slave = await farm.startSlave("s1");
  await come(all, "slave.new", { data: { name: "s1", state: "online" } });
  await farm.client.changeSlave("s1", { slots: 3 });
  await come(all, "slave.changed", { data: { name: "s1" } });

  const gate = `${farm.folder}/gate`;
  const command = ["sh", "-c", `[ {frame} = 3 ] && exit 1; until [ -e ${gate} ]; do sleep 0.05; done`];
  const job = await farm.submit({ name: "shot7", owner: "ana", frames: "1-3", retries: 0, command });
  const one = await follow({ job, after: (await come(all, "job.submitted", { job })).id });
  await come(all, "job.submitted", { job, data: { name: "shot7", owner: "ana", state: "waiting" } });
  await come(one, "job.state", { job, data: { from: "waiting", state: "running" } });
  await come(one, "job.error", { job, data: { name: "shot7" } });
  await come(one, "job.progress", { data: { waiting: 0, running: 2, finished: 0, failed: 1 } });
  await farm.client.change(job, { priority: 900 });
  await come(one, "job.changed", { job });
  await Bun.write(gate, "");
  await come(one, "job.state", { data: { from: "running", state: "failed" } });
  await come(one, "job.progress", { data: { waiting: 0, running: 0, finished: 2, failed: 1 } });
  await farm.client.delete(job);
  await come(one, "job.deleted", { job, data: { name: "shot7" } });

  await slave.end("SIGKILL");
  await come(all, "slave.state", { data: { name: "s1", from: "online", state: "lost" } });

  const [sound, broken] = ["sound", "broken"].map(
    (name) => new SimulatedSlave(farm.client, name, { settings: settings({ pools: ["sick"] }) }),
  );
  const jobs = [];
  for (let at = 0; at < 3; at++) jobs.push(await farm.submit({ pool: "sick", frames: "1-2", command: ["true"] }));
  for (const slave of [sound!, broken!]) {
    const { start } = await slave.sync({ free: 3, hello: true });
    expect(new Set(start.map((run) => run.job))).toEqual(new Set(jobs));
    await slave.sync({ ended: start.map((run) => exited(run, slave === broken ? 1 : 0)) });
  }
  await come(all, "slave.sick", { data: { name: "broken" } });
  await farm.client.clearSlave("broken");
  await come(all, "slave.well", { data: { name: "broken" } });

  expect(new Set(all.types)).toEqual(new Set(eventTypes));
  expect(all.events.every(({ at }) => Math.abs(Date.parse(at) - Date.now()) < 60_000)).toBe(true);
  for (const follower of [all, one]) follower.close();
});

test("a person's change that no slave sees is told with how far the job is", async () => {
  const job = await farm.submit({ frames: "1-5", pool: "nobody", command: ["true"] });
  const follower = await follow({ job });
  await farm.client.finish(job, "2-4");
  await come(follower, "job.progress", { data: { waiting: 2, running: 0, finished: 3, failed: 0 } });
  follower.close();
});

test("who follows goes on behind the last event at the other master, and at one that was started again", async () => {
  const job = await farm.submit({ pool: "nobody", command: ["true"] });
  const types = "job.state,job.deleted";
  const first = await follow({ job, types, after: "0-0" });
  await first.until(({ id }) => id !== "", "the connection");
  await farm.client.stop(job);
  await come(first, "job.state", { data: { state: "stopped" } });
  expect(await farm.masters[0]!.end()).toBe(0);
  await first.until(({ end }) => end !== undefined, "the end");
  expect(first.end).toBe("clean");

  const second = await farm.startMaster({ name: "m2" });
  await farm.clientOf(second).continue(job);
  const other = await follow({ job, types, lastEventId: first.id }, second);
  await come(other, "job.state", { data: { state: "waiting" } });
  await second.end("SIGKILL");
  await other.until(({ end }) => end !== undefined, "the end");

  const again = await farm.startMaster();
  farm.client = farm.clientOf(again);
  await farm.client.stop(job);
  await farm.client.delete(job);
  const last = await follow({ job, types, lastEventId: other.id }, again);
  await come(last, "job.deleted");
  expect([told(first), told(other), told(last)]).toEqual([
    ["job.state waiting>stopped"],
    ["job.state stopped>waiting"],
    ["job.state waiting>stopped", "job.deleted >stopped"],
  ]);
  expect([first, other, last].map(({ resets }) => resets)).toEqual([0, 0, 0]);
  last.close();
});
