// A slave's settings on the command line.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { stateOf } from "../../lib/cli/commands/slaves";
import type { Slave } from "../../lib/settings";
import { type Farm, startFarm, until } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

const settings = async () => (await farm.client.slave("s1")).settings;

test("all settings are set at once and shown where they differ from the usual", async () => {
  const { code, out, err } = await farm.cli(
    "set",
    "s1",
    ...["--slots", "3", "--leave-memory", "2G", "--load-limit", "0.8", "--hours", "mon-sun 0:00-24:00"],
    ...["--path", "/mnt/show=S:\\show", "--path", "/mnt/lib=/Volumes/lib", "--gpus", "2"],
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toStartWith("s1: enabled, 3 slots, pools Default, leaves 2.0 GB, load limit 0.8, hours ");
  expect(out).toEndWith("2 GPUs, /mnt/show=S:\\show, /mnt/lib=/Volumes/lib\n");
  await until(async () => (await settings()).gpus === 2 || undefined, "the settings to arrive");
  const shown = (await farm.cli("slave", "s1")).out;
  expect(shown).toMatch(/^GPUs +2 of 2 free$/m);
  expect(shown).toMatch(/^load limit +0\.8 per slot$/m);
  expect(shown).toMatch(/^paths +\/mnt\/show is S:\\show here\n +\/mnt\/lib is \/Volumes\/lib here$/m);
  expect((await farm.cli("slaves")).out).toMatch(/ GPUS .*\n.* 2\/2 /);

  const usual = ["--leave-memory", "0", "--load-limit", "off", "--hours", "always", "--gpus", "auto", "--path", "none"];
  expect((await farm.cli("set", "s1", ...usual)).out).toBe("s1: enabled, 3 slots, pools Default\n");
});

test("paths are added and removed one by one", async () => {
  await farm.cli("set", "s1", "--path", "/a=/b");
  await until(async () => (await settings()).paths.length === 1 || undefined, "the path to arrive");
  expect((await farm.cli("set", "s1", "--path", "+/c=/d", "--path", "-/a")).out).toEndWith("pools Default, /c=/d\n");
  expect(await farm.cli("set", "s1", "--path", "-/nope")).toMatchObject({
    code: 2,
    err: "drqueue: there is no path for /nope\n",
  });
  await farm.cli("set", "s1", "--path", "none");
});

test("drain and disable let what runs end, enable takes all of it back", async () => {
  expect((await farm.cli("drain", "s1")).out).toContain("s1: enabled, draining, ");
  await until(async () => (await settings()).drain || undefined, "the drain to arrive");
  expect((await farm.cli("slaves")).out).toMatch(/ s1 +drained /);
  expect((await farm.cli("set", "s1", "--drain", "off")).out).not.toContain("draining");
  await farm.cli("disable", "s1");
  await farm.cli("drain", "s1");
  expect((await farm.cli("enable", "s1")).out).toStartWith("s1: enabled, 3 slots");
  await until(async () => ((await settings()).enabled && !(await settings()).drain) || undefined, "it to be enabled");
});

test("clear gives a slave another chance, and says when there is none of its name", async () => {
  expect(await farm.cli("clear", "s1")).toEqual({ code: 0, out: "s1: cleared\n", err: "" });
  expect(await farm.cli("clear", "nope", "s1")).toMatchObject({
    code: 1,
    out: "nope: there is no slave 'nope'\ns1: cleared\n",
  });
});

describe("the state of a slave", () => {
  const usual = {
    state: "online",
    sickSince: null,
    problem: null,
    inHours: true,
    running: 0,
    settings: { enabled: true, drain: false },
  };
  test.each([
    [{}, "online"],
    [{ inHours: false }, "off hours"],
    [{ inHours: false, settings: { enabled: true, drain: true } }, "drained"],
    [{ running: 1, settings: { enabled: true, drain: true } }, "draining"],
    [{ settings: { enabled: false, drain: true } }, "disabled"],
    [{ problem: "disk full", settings: { enabled: false, drain: false } }, "trouble"],
    [{ sickSince: "2026-11-22T00:00:00Z", problem: "disk full" }, "sick"],
    [{ state: "lost", sickSince: "2026-11-22T00:00:00Z" }, "lost"],
    [{ state: "gone" }, "gone"],
  ])("with %j is %s", (differs, state) => {
    expect(Bun.stripANSI(stateOf({ ...usual, ...differs } as unknown as Slave))).toBe(state);
  });
});
