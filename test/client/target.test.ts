import { describe, expect, test } from "bun:test";
import { Client } from "../../lib/client";
import { addressesOf, type Master } from "../../lib/client/target";

describe("the address of a master", () => {
  const meanings: [master: Master, base: string, shown: string][] = [
    ["farm1", "http://farm1:1234", "farm1:1234"],
    [" farm1:80 ", "http://farm1:80", "farm1:80"],
    ["[::1]:5", "http://[::1]:5", "[::1]:5"],
    ["http://farm1:5/", "http://farm1:5", "farm1:5"],
    ["https://studio.example/farm/", "https://studio.example/farm", "https://studio.example/farm"],
    [{ host: "::1", port: 5 }, "http://[::1]:5", "::1:5"],
    [{ host: "farm1", port: 5 }, "http://farm1:5", "farm1:5"],
  ];
  for (const [master, base, shown] of meanings) {
    test(`${JSON.stringify(master)} is ${base}`, () => {
      expect(addressesOf({ masters: [master] })).toEqual([{ base, shown }]);
    });
  }

  for (const wrong of [
    "",
    "farm1:x",
    "farm1:99999",
    "::1",
    "ftp://farm1",
    "http://",
    "a b",
    "farm1/x",
    "http://u:p@farm1",
  ]) {
    test(`'${wrong}' is refused in one line that shows it`, () => {
      expect(() => new Client({ masters: ["farm1", wrong], token: "x" })).toThrow(
        `'${wrong}' is not the address of a master: write host, host:port or http://host:port`,
      );
    });
  }

  test("is needed", () => {
    expect(() => new Client({ masters: [], token: "x" })).toThrow("needs the address of a master");
  });
});
