// A slave's settings as a person writes them, and the change that this means.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { readSettings, undoOf, type Written, writtenOf } from "../../../lib/page/slaves/settings-text";
import { Settings, SettingsChange } from "../../../lib/settings";

const before = Settings.parse({
  slots: 4,
  pools: ["Default", "maya"],
  enabled: true,
  leaveMb: 4096,
  hours: "sat-sun",
  paths: [{ farm: "/mnt/show", here: "S:\\show" }],
});
const read = (written: Partial<Written>) => readSettings({ ...writtenOf(before), ...written }, before);

test("what stays as it was is no change", () => {
  expect(read({})).toEqual({ change: {}, problems: {} });
  expect(writtenOf(before)).toMatchObject({
    slots: "4",
    pools: "Default, maya",
    leaveMb: "4G",
    loadLimit: "",
    gpus: "",
  });
});

test("only what is another is in the change, as the slave's port takes it", () => {
  const { change, problems } = read({
    slots: " 8 ",
    pools: "nuke,  maya maya",
    leaveMb: "1.5G",
    loadLimit: "0.8",
    gpus: "2",
    hours: " mon-fri 19:00-08:00 ",
    paths: [
      { farm: "/a", here: " /b " },
      { farm: "", here: "" },
    ],
  });
  expect(problems).toEqual({});
  expect(change).toEqual({
    slots: 8,
    pools: ["nuke", "maya"],
    leaveMb: 1536,
    loadLimit: 0.8,
    gpus: 2,
    hours: "mon-fri 19:00-08:00",
    paths: [{ farm: "/a", here: "/b" }],
  });
  expect(SettingsChange.parse(change)).toEqual(change);
});

test.each([
  ["slots", "many", /whole number/],
  ["slots", "1025", /0 to 1024/],
  ["slots", "-1", /whole number/],
  ["pools", " , ", /at least one pool/],
  ["pools", "a/b", /'a\/b' is no pool/],
  ["leaveMb", "lots", /500M or 4G/],
  ["loadLimit", "0", /0.01 to 1000/],
  ["gpus", "65", /0 to 64/],
  ["hours", "mon-sunday 8-9", /'mon-sunday' is no day/],
] as const)("%s '%s' is told to be wrong in words, and not sent", (name, text, words) => {
  const { change, problems } = read({ [name]: text });
  expect(problems[name]).toMatch(words);
  expect(change).toEqual({});
});

test("a path with one name only is told to be wrong", () => {
  expect(read({ paths: [{ farm: "/a", here: " " }] }).problems).toEqual({ paths: "Each needs both names" });
});

test("a change is taken back by the values before, whatever it was", () => {
  expect(undoOf({ addPools: ["x"] }, before)).toEqual({ pools: before.pools });
  expect(undoOf({ enabled: true }, { ...before, enabled: false, drain: true })).toEqual({
    enabled: false,
    drain: true,
  });
  const changes = fc.record(
    {
      slots: fc.nat(1024),
      pools: fc.constant(["x"]),
      leaveMb: fc.nat(1000),
      drain: fc.boolean(),
      enabled: fc.boolean(),
      hours: fc.constantFrom("", "mon"),
      gpus: fc.option(fc.nat(64)),
      paths: fc.constant([]),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(changes, (change) => {
      const changed = { ...before, ...change };
      expect({ ...changed, ...undoOf(change as unknown as SettingsChange, before) }).toEqual({ ...before });
    }),
  );
});
