// What a slave owns, on its own disk.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { PlainError, version } from "../../lib/local/program";
import type { Settings, SettingsChange } from "../../lib/settings";
import { OwnSettings } from "../../lib/slave/settings";

/** What was never set. */
const usual = { drain: false, leaveMb: 0, loadLimit: null, hours: "", paths: [], gpus: null };
const all = mkdtempSync(join(tmpdir(), "drqueue-settings-"));
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(all, `${++count}`);
  mkdirSync(folder);
});
afterAll(() => rmSync(all, { recursive: true, force: true }));

test("a new slave has a slot per CPU in pool Default, and an identity it keeps", () => {
  const own = OwnSettings.open(folder);
  expect(own.settings).toEqual({ slots: availableParallelism(), pools: ["Default"], enabled: true, ...usual });
  const changed = own.change({ slots: 3, addPools: ["maya"], enabled: false });
  const again = OwnSettings.open(folder);
  expect(again.settings).toEqual(changed);
  expect(again.key).toBe(own.key);
});

test("every setting is kept, and what a change does not mention stays as it is", () => {
  const changes: SettingsChange[] = [
    { leaveMb: 4096 },
    { loadLimit: 0.8 },
    { hours: "mon-fri 19:00-08:00, sat-sun" },
    { paths: [{ farm: "/mnt/show", here: "S:\\show" }] },
    { gpus: 2 },
    { drain: true },
    { slots: 7 },
  ];
  const own = OwnSettings.open(folder);
  let wanted: Settings = own.settings;
  for (const change of changes) {
    wanted = { ...wanted, ...(change as Partial<Settings>) };
    expect(own.change(change)).toEqual(wanted);
    expect(OwnSettings.open(folder).settings).toEqual(wanted);
  }
  const back = { leaveMb: 0, loadLimit: null, hours: "", paths: [], gpus: null, drain: false };
  expect(own.change(back)).toEqual({ ...wanted, ...back });
});

test("settings of the release before are taken over, with defaults for what it did not know", () => {
  const key = crypto.randomUUID();
  const before = { slots: 3, pools: ["maya"], enabled: false };
  writeFileSync(join(folder, "slave.json"), JSON.stringify({ format: 1, key, settings: before }));
  const own = OwnSettings.open(folder);
  expect(own.settings).toEqual({ ...before, ...usual });
  expect(own.key).toBe(key);
});

test("a folder of the release before is brought up to date at the start, and believed to have been here", () => {
  const key = crypto.randomUUID();
  const file = join(folder, "slave.json");
  writeFileSync(file, JSON.stringify({ format: 1, key, settings: { slots: 3, pools: ["maya"], enabled: false } }));
  const own = OwnSettings.open(folder);
  expect(own.hasMoved).toBe(false);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ format: 2, release: version, key, home: own.home });
});

test("a folder of a newer release is refused in one line that names the release, and stays as it is", () => {
  const file = join(folder, "slave.json");
  for (const [release, words] of [
    ["9.1.0", "was written by release 9.1.0: start the slave with that release"],
    [undefined, "was written by a later release"],
  ]) {
    const text = JSON.stringify({ format: 3, release, soul: "what a key is then" });
    writeFileSync(file, text);
    expect(() => OwnSettings.open(folder)).toThrow(PlainError);
    expect(() => OwnSettings.open(folder)).toThrow(words);
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("a slave knows whether it lives where it lived, each process is another, and one that begins anew keeps its settings", () => {
  const first = OwnSettings.open(folder);
  expect(first.hasMoved).toBe(false);
  first.change({ slots: 7 });
  const again = OwnSettings.open(folder);
  expect([again.hasMoved, again.key, again.home]).toEqual([false, first.key, first.home]);
  expect(again.instance).not.toBe(first.instance);

  const copied = `${folder}-copy`;
  cpSync(folder, copied, { recursive: true });
  const copy = OwnSettings.open(copied);
  expect([copy.hasMoved, copy.key]).toEqual([true, first.key]);
  expect(copy.home).not.toBe(first.home);
  expect(OwnSettings.open(copied).hasMoved).toBe(true);
  copy.beginAnew();
  expect(copy.key).not.toBe(first.key);
  expect(OwnSettings.open(copied)).toMatchObject({ key: copy.key, hasMoved: false, settings: { slots: 7 } });

  const moved = `${folder}-moved`;
  cpSync(folder, moved, { recursive: true });
  OwnSettings.open(moved).settleIn();
  expect(OwnSettings.open(moved)).toMatchObject({ key: first.key, hasMoved: false });
});

test("who enables a draining slave wants it to work, unless the change says otherwise", () => {
  const own = OwnSettings.open(folder);
  expect(own.change({ drain: true })).toMatchObject({ drain: true, enabled: true });
  expect(own.change({ slots: 2 })).toMatchObject({ drain: true });
  expect(own.change({ enabled: true })).toMatchObject({ drain: false, enabled: true });
  expect(own.change({ enabled: true, drain: true })).toMatchObject({ drain: true, enabled: true });
  expect(own.change({ enabled: false })).toMatchObject({ drain: true, enabled: false });
});

describe("what makes no sense is refused in one line, and nothing is changed", () => {
  const wrong: [change: SettingsChange, words: string][] = [
    [{ hours: "mon-foo" }, "hours: 'mon-foo' is no day"],
    [{ hours: "19:00-08:00" }, "hours: the days of"],
    [{ hours: "x".repeat(501) }, "hours: "],
    [{ paths: [{ farm: "/", here: "S:\\" }] }, "paths: '/' stands for every folder"],
    [{ paths: [{ farm: "/a", here: "  " }] }, "paths: a name is missing"],
    [{ paths: [{ farm: "/a", here: "/a/" }] }, "paths: '/a' is named twice"],
    [{ loadLimit: 0 }, "loadLimit: "],
    [{ gpus: 65 }, "gpus: "],
    [{ leaveMb: -1 }, "leaveMb: "],
  ];
  for (const [change, words] of wrong)
    test(JSON.stringify(change).slice(0, 50), () => {
      const own = OwnSettings.open(folder);
      const before = own.settings;
      const attempt = () => own.change({ ...change, slots: 9 });
      expect(attempt).toThrow(PlainError);
      expect(attempt).toThrow(words);
      expect(attempt).not.toThrow("\n");
      expect(own.settings).toEqual(before);
      expect(OwnSettings.open(folder).settings).toEqual(before);
    });
});

describe("pools", () => {
  test("are added and removed, each is there once, and their order is kept", () => {
    const own = OwnSettings.open(folder);
    expect(own.change({ pools: ["a", "b", "a"] }).pools).toEqual(["a", "b"]);
    expect(own.change({ addPools: ["c", "a"], removePools: ["b"] }).pools).toEqual(["a", "c"]);
    expect(own.change({ removePools: ["not there"] }).pools).toEqual(["a", "c"]);
  });

  test("are at most as many as the master takes, also when they come a few at a time", () => {
    const own = OwnSettings.open(folder);
    const some = (letter: string) => Array.from({ length: 40 }, (_, i) => `${letter}${i}`);
    own.change({ addPools: some("a") });
    expect(() => own.change({ addPools: some("b") })).toThrow(PlainError);
    expect(OwnSettings.open(folder).settings.pools).toHaveLength(41);
  });

  test("cannot all be removed: nothing is changed then", () => {
    const own = OwnSettings.open(folder);
    expect(() => own.change({ removePools: ["Default"], slots: 9 })).toThrow(/at least one pool: name another/);
    expect(own.settings.pools).toEqual(["Default"]);
    expect(OwnSettings.open(folder).settings.slots).not.toBe(9);
  });
});

test("a change that cannot be kept does not count", () => {
  const own = OwnSettings.open(folder);
  const before = own.settings;
  rmSync(folder, { recursive: true });
  expect(() => own.change({ slots: 7 })).toThrow(PlainError);
  expect(own.settings).toEqual(before);
});

describe("a damaged file is one clear line, and stays for a person to look at", () => {
  const key = crypto.randomUUID();
  const settings = { slots: 1, pools: ["Default"], enabled: true };
  const damaged: [what: string, text: string][] = [
    ["empty", ""],
    ["cut short", '{"format": 1, "key": "'],
    ["not an object", "null"],
    ["of other settings", JSON.stringify({ format: 1, key, settings: { ...settings, slots: -1 } })],
    ["of hours that nobody can read", JSON.stringify({ format: 1, key, settings: { ...settings, hours: "always" } })],
    ["without an identity", JSON.stringify({ format: 1, settings })],
    ["of an identity that the master would refuse", JSON.stringify({ format: 1, key: "me", settings })],
  ];
  for (const [what, text] of damaged) {
    test(what, () => {
      const file = join(folder, "slave.json");
      writeFileSync(file, text);
      expect(() => OwnSettings.open(folder)).toThrow(`${file} is damaged: remove it to begin with a new identity`);
      expect(readFileSync(file, "utf8")).toBe(text);
    });
  }
});

test("a change leaves no half-written file", () => {
  OwnSettings.open(folder).change({ slots: 2 });
  expect(existsSync(join(folder, "slave.json.new"))).toBe(false);
});
