// What a master passes on of a slave's memory of itself.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { SQL } from "bun";
import { type Farm, startFarm, until } from "../farm";
import { isOnline } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1 });
  await isOnline(farm, "s1");
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => ({ status: 200, message: "" }),
    ({ status, message }) => ({ status, message }),
  );

test("the last hour of a slave is told by the slave and by the master, and goes on under the process that follows it", async () => {
  const own = await farm.clientOf(farm.slave("s1")).history();
  expect(own.points).toHaveLength(1);
  expect(own.points[0]).toMatchObject({ running: 0 });
  expect(await farm.client.slaveHistory("s1")).toEqual(own);
  const { id } = await farm.client.slave("s1");
  expect(await farm.client.slaveHistory(`${id}`)).toEqual(own);

  await farm.startSlave("s1", { flags: ["--replace"] });
  const after = await farm.clientOf(farm.slave("s1")).history();
  expect(after.points[0]).toEqual(own.points[0]!);
  expect(after.points).toHaveLength(2);
});

test("of a slave that is away, or of an earlier release, or that nobody knows, it is said in words", async () => {
  const asked = () => refusal(farm.client.slaveHistory("s1"));
  await using sql = new SQL(farm.env.DATABASE_URL!);
  const at = async (port: number) => sql`update slave set port = ${port}, software = '0.1.0' where name = 's1'`;
  // As a slave of an earlier release answers.
  using earlier = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      Response.json(
        { type: "about:blank", title: "Not Found", status: 404, detail: "there is no GET /history" },
        { status: 404, headers: { "content-type": "application/problem+json" } },
      ),
  });
  await farm.slave("s1").end();
  await until(async () => ((await farm.client.slave("s1")).state === "gone" ? true : undefined), "it to be gone");
  expect(await asked()).toMatchObject({
    status: 502,
    message: expect.stringMatching(/^slave s1 \(gone\) does not answer/),
  });
  await at(earlier.port!);
  expect(await asked()).toEqual({
    status: 404,
    message: "slave s1 is of release 0.1.0, which remembers no history",
  });
  using foreign = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("who?", { status: 401 }) });
  await at(foreign.port!);
  expect(await asked()).toMatchObject({ status: 502, message: expect.stringContaining("does not take the token") });
  expect(await refusal(farm.client.changeSlave("s1", { slots: 1 }))).toMatchObject({ status: 502 });
  expect(await refusal(farm.client.slaveHistory("nobody"))).toMatchObject({ status: 404 });
  expect(await refusal(farm.client.slaveRuns("nobody"))).toMatchObject({ status: 404 });
});

test("a master tells what a slave runs, by its name", async () => {
  await farm.startSlave("s2");
  await isOnline(farm, "s2");
  const id = await farm.submit({ name: "long", command: [farm.script("long.sh", "#!/bin/sh\nexec sleep 60\n")] });
  const run = await until(async () => (await farm.client.slaveRuns("s2")).running[0], "a run");
  expect(run).toMatchObject({ job: id, name: "long", frame: 1, frames: "1", attempt: 1, endedAt: null });
  await farm.client.stop(id, { kill: true });
  await until(async () => ((await farm.client.slaveRuns("s2")).running.length === 0 ? true : undefined), "it to end");
});
