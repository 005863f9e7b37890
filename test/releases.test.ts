import { expect, test } from "bun:test";
import fc from "fast-check";
import { misfit } from "../lib/releases";

const master = { oldest: 2, newest: 4, software: "0.3.0" };

test("a slave that is too old is told what the master needs, and which release has it", () => {
  expect(misfit({ name: "rack7", version: 1, software: "0.0.9" }, master)).toBe(
    "slave rack7 is of release 0.0.9 and speaks version 1 of the protocol; this master (0.3.0) needs 2 or newer: upgrade the slave to DrQueue 0.1 or newer",
  );
});

test("a slave that is too new is told that the master comes first", () => {
  expect(misfit({ name: "rack7", version: 5, software: "0.4.0" }, master)).toBe(
    "slave rack7 is of release 0.4.0 and speaks version 5 of the protocol; this master (0.3.0) understands at most 4: upgrade the master first, then the slaves",
  );
});

test("whatever lies between the oldest and the newest version is understood, and nothing else", () => {
  const version = fc.integer({ min: -5, max: 20 });
  fc.assert(
    fc.property(version, version, version, (spoken, one, other) => {
      const understood = { oldest: Math.min(one, other), newest: Math.max(one, other), software: "1.0.0" };
      const words = misfit({ name: "s", version: spoken, software: "1.0.0" }, understood);
      expect(words === undefined).toBe(spoken >= understood.oldest && spoken <= understood.newest);
      expect(words ?? "upgrade the").toContain("upgrade the");
    }),
  );
});
