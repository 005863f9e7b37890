// A slave that works at some hours only, or is on its way out.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1, slots: 1 });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** Not today, tomorrow or yesterday: the test may run at midnight. */
const notNow = () => days[(new Date().getDay() + 3) % 7]!;
const slaveIs = (wanted: object) =>
  until(
    async () => Bun.deepMatch(wanted, await farm.client.slave("s1")) || undefined,
    `the slave to be ${JSON.stringify(wanted)}`,
  );
/** A job that runs until a file is there, and one that waits behind it. */
async function oneRunsOneWaits(name: string) {
  const gate = join(farm.folder, name);
  const runs = await farm.submit({ command: ["sh", "-c", 'until [ -e "$0" ]; do sleep 0.05; done', gate] });
  await farm.frameIs(runs, 1, ({ state }) => state === "running");
  const waits = await farm.submit({ command: ["true"] });
  return { runs, waits, open: () => writeFileSync(gate, "") };
}

for (const [what, rest, told, work] of [
  ["whose hours end", { hours: notNow() }, { inHours: false }, { hours: "" }],
  ["that drains", { drain: true }, { settings: { drain: true } }, { enabled: true }],
] as const)
  test(`a slave ${what} finishes what runs and takes nothing more, until it is to work again`, async () => {
    const { runs, waits, open } = await oneRunsOneWaits(what.replaceAll(" ", "-"));
    await farm.client.changeSlave("s1", rest);
    await slaveIs({ ...told, running: 1 });
    open();
    expect(await farm.ended(runs)).toMatchObject({ state: "finished" });
    await slaveIs({ ...told, running: 0, free: 0, state: "online" });
    expect((await farm.frame(waits, 1)).state).toBe("waiting");
    await farm.client.changeSlave("s1", work);
    expect(await farm.ended(waits)).toMatchObject({ state: "finished" });
    await slaveIs({ inHours: true, settings: { drain: false } });
  });

test("hours that nobody can read are refused by the slave in one line, through the master", async () => {
  const before = (await farm.client.slave("s1")).settings;
  await expect(farm.client.changeSlave("s1", { hours: "weekends" })).rejects.toThrow(
    /hours: 'weekends' is no day.*write for example mon-fri 19:00-08:00, sat-sun/,
  );
  expect((await farm.client.slave("s1")).settings).toEqual(before);
});

test("memory that is to be left free is not there for tasks", async () => {
  await farm.client.changeSlave("s1", { leaveMb: 100_000_000 });
  await slaveIs({ memoryLeftMb: 0 });
  const asks = await farm.submit({ command: ["true"], memoryMb: 1 });
  const modest = await farm.submit({ command: ["true"] });
  expect(await farm.ended(modest)).toMatchObject({ state: "finished" });
  expect((await farm.frame(asks, 1)).state).toBe("waiting");
  await farm.client.changeSlave("s1", { leaveMb: 0 });
  expect(await farm.ended(asks)).toMatchObject({ state: "finished" });
});

test("what a deleted job left is removed by the slave's own port, not while it runs", async () => {
  const { runs, open } = await oneRunsOneWaits("left");
  const { logFolder } = await farm.client.job(runs);
  const folder = join(farm.folder, "logs", logFolder);
  const remove = () =>
    fetch(`http://127.0.0.1:${farm.slave("s1").port}/jobs/${logFolder}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${farm.token}` },
    });
  expect((await remove()).status).toBe(409);
  expect(existsSync(folder)).toBe(true);
  open();
  await farm.ended(runs);
  expect(await (await remove()).json()).toEqual({ removed: true });
  expect(existsSync(folder)).toBe(false);
});
