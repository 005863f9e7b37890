import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 2 });
});
afterAll(() => farm[Symbol.asyncDispose]());

test("slaves are listed by name with slots, pools and state", async () => {
  const { out } = await farm.cli("slaves");
  expect(out).toMatch(/^ID +NAME +STATE +TASKS +LOAD +MEMORY +LEFT +OS +POOLS +SEEN +PROBLEM$/m);
  expect(out).toMatch(/^ +\d +s1 +online +0\/2 .* Default +\d+ s$/m);
  expect(JSON.parse((await farm.cli("slaves", "--json")).out)).toMatchObject([{ name: "s1" }, { name: "s2" }]);
});

test("slave with names shows these slaves instead of starting one", async () => {
  const { code, out } = await farm.cli("slave", "s1", "s2");
  expect(code).toBe(0);
  expect(out).toMatch(/^slave +s1 \(\d\)$/m);
  expect(out).toMatch(/^slave +s2 \(\d\)$/m);
  expect(out).toMatch(/^tasks +0 of 2 slots$/m);
  const { id } = await farm.client.slave("s2");
  expect(JSON.parse((await farm.cli("slave", "--json", `${id}`)).out)).toMatchObject({ name: "s2" });
  expect((await farm.client.slaves()).length).toBe(2);
});

test("slots and pools are set at the slave, which tells the master at once", async () => {
  expect((await farm.cli("set", "s1", "--slots", "4", "--pool", "+maya,+nuke")).out).toBe(
    "s1: enabled, 4 slots, pools Default,maya,nuke\n",
  );
  expect((await farm.cli("set", "s1", "--pool", "-Default,-nuke")).out).toContain("pools maya\n");
  await slaveIs("s1", ({ settings }) => settings.slots === 4 && settings.pools.join() === "maya");
  expect(JSON.parse((await farm.cli("set", "s1", "--pool", "Default", "--json")).out)).toMatchObject([
    { slave: "s1", slots: 4, pools: ["Default"], enabled: true },
  ]);
});

test("a slave that would be left without a pool keeps those it has", async () => {
  const { pools } = (await farm.client.slave("s2")).settings;
  const { code, err } = await farm.cli("set", "s2", "--pool", "-Default");
  expect(code).toBe(2);
  expect(err).toContain("a slave is in at least one pool");
  expect((await farm.client.slave("s2")).settings.pools).toEqual(pools);
});

test("slaves are disabled and enabled, and one that is not known does not keep the rest from it", async () => {
  const { code, out } = await farm.cli("disable", "nope", "s2");
  expect({ code, out }).toEqual({
    code: 1,
    out: "nope: there is no slave 'nope'\ns2: disabled, 2 slots, pools Default\n",
  });
  await slaveIs("s2", ({ settings }) => !settings.enabled);
  expect((await farm.cli("slaves")).out).toMatch(/s2 +disabled/);
  expect((await farm.cli("enable", "s2")).out).toBe("s2: enabled, 2 slots, pools Default\n");
});

test("a slave that has gone is said not to answer", async () => {
  await farm.slave("s2").end();
  const { code, err } = await farm.cli("set", "s2", "--slots", "1");
  expect(code).toBe(1);
  expect(err).toMatch(/^drqueue: slave s2 \((gone|online|lost)\) does not answer at .*: is it running/);
});

function slaveIs(name: string, wanted: (slave: Awaited<ReturnType<Farm["client"]["slave"]>>) => boolean) {
  return until(async () => wanted(await farm.client.slave(name)) || undefined, `slave ${name} to change`);
}
