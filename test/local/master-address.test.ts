// Where the master is, and the token for it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeLock } from "../../lib/local/lock";
import {
  findMasters,
  formatAddress,
  formatAddresses,
  parseAddress,
  parseAddresses,
  tokenFor,
} from "../../lib/local/master-address";
import { PlainError } from "../../lib/local/program";
import { keepToken } from "../../lib/local/token";

const names = ["DRQUEUE_MASTER", "DRQUEUE_TOKEN"] as const;
let folder: string;
let before: (string | undefined)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-address-"));
  before = names.map((name) => process.env[name]);
  for (const name of names) delete process.env[name];
});
afterEach(() => {
  for (const [at, name] of names.entries()) {
    const value = before[at];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true, force: true });
});

describe("an address", () => {
  const meanings: [text: string, host: string, port: number][] = [
    ["farm", "farm", 1234],
    ["farm.example.com:4000", "farm.example.com", 4000],
    ["10.0.0.5", "10.0.0.5", 1234],
    [" farm:1 ", "farm", 1],
    ["[::1]", "::1", 1234],
    ["[fe80::1]:65535", "fe80::1", 65_535],
  ];
  for (const [text, host, port] of meanings) {
    test(`'${text}' is ${host} at port ${port}`, () => {
      expect(parseAddress(text)).toEqual({ host, port });
      expect(parseAddress(formatAddress({ host, port }))).toEqual({ host, port });
    });
  }

  for (const text of ["", ":4000", "farm:", "farm:0", "farm:65536", "farm:x", "http://farm", "a b", "::1", "[::1"]) {
    test(`'${text}' is refused in one line that shows it`, () => {
      expect(() => parseAddress(text)).toThrow(PlainError);
      expect(() => parseAddress(text)).toThrow(`'${text}' is not the address of a master: write host or host:port`);
    });
  }
});

test("several masters are named with commas between, and one that is none is shown", () => {
  const masters = [
    { host: "farm1", port: 1234 },
    { host: "::1", port: 5 },
  ];
  expect(parseAddresses("farm1, [::1]:5")).toEqual(masters);
  expect(parseAddresses(formatAddresses(masters))).toEqual(masters);
  expect(() => parseAddresses("farm1,,farm2")).toThrow("'' is not the address of a master");
  process.env.DRQUEUE_MASTER = "farm1,[::1]:5";
  expect(findMasters(folder)).toEqual(masters);
});

describe("the master is", () => {
  test("the one given, else the one of DRQUEUE_MASTER, else the one of this data folder, else at the usual port here", () => {
    expect(findMasters(folder)).toEqual([{ host: "127.0.0.1", port: 1234 }]);
    const lock = takeLock(join(folder, "master.lock"), { port: 4711 });
    expect(findMasters(folder)).toEqual([{ host: "127.0.0.1", port: 4711 }]);
    process.env.DRQUEUE_MASTER = "farm:5";
    expect(findMasters(folder)).toEqual([{ host: "farm", port: 5 }]);
    expect(findMasters(folder, "other:6")).toEqual([{ host: "other", port: 6 }]);
    lock.release();
    delete process.env.DRQUEUE_MASTER;
    expect(findMasters(folder)).toEqual([{ host: "127.0.0.1", port: 1234 }]);
  });
});

test("a missing token is one line that says where it is found", () => {
  expect(() => tokenFor(folder)).toThrow(PlainError);
  expect(() => tokenFor(folder)).toThrow(
    `set DRQUEUE_TOKEN to the text of the file 'token' in the master's data folder`,
  );
  keepToken(folder, "kept");
  expect(tokenFor(folder)).toBe("kept");
});
