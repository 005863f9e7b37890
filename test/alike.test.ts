// Messages that say the same of different things are one set.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { alike } from "../lib/alike";

const setsOf = (...texts: string[]) =>
  alike(texts.map((text, of) => ({ text, of }))).map(({ text, of }) => [text, of.length]);

test("messages that differ in numbers are one set; numbers that all of them have are kept", () => {
  expect(setsOf("exit 1", "exit 1", "exit 1")).toEqual([["exit 1", 3]]);
  expect(setsOf("frame 5: exit 1", "frame 17: exit 1")).toEqual([["frame …: exit 1", 2]]);
  expect(setsOf("took 1.5s, 80 MB", "took 22.75s, 80 MB", "took 3s, 80 MB")).toEqual([["took …s, 80 MB", 3]]);
  expect(setsOf("exit 139 (SEGV)", "exit 137 (KILL)").length).toBe(2);
});

test("what differs of a path is left out, what all have is kept", () => {
  expect(setsOf("cannot open '/mnt/tex/wood.png'.", "cannot open '/mnt/tex/stone.png'.")).toEqual([
    ["cannot open '/mnt/tex/….png'.", 2],
  ]);
  expect(setsOf("/mnt/a/scene.mb: no camera", "/mnt/b/scene.mb: no camera")).toEqual([
    ["/mnt/…/scene.mb: no camera", 2],
  ]);
  expect(setsOf("no C:\\x\\a.exr", "no C:\\y\\a.exr", "no C:\\z\\b.exr")).toEqual([["no C:\\….exr", 3]]);
  expect(setsOf("/a", "/b/c/d", "x/y")).toEqual([["…", 3]]);
});

test("addresses and names that machines make are numbers", () => {
  expect(setsOf("crash at 0x7ffe01", "crash at 0x11aabb")).toEqual([["crash at …", 2]]);
  expect(setsOf("licence 5f0c8a52-9f0c lost", "licence ab12cd34-0001 lost")).toEqual([["licence … lost", 2]]);
  expect(setsOf("bad deadbeef", "bad facade")).toHaveLength(2);
});

test("other words make another set, and the largest set is first", () => {
  expect(setsOf("no licence", "no memory", "no licence")).toEqual([
    ["no licence", 2],
    ["no memory", 1],
  ]);
  expect(setsOf('{"number":0}', "5")).toHaveLength(2);
});

test("every message is in one set, a set of one says all of it, and the order of the messages makes no other sets", () => {
  const word = fc.constantFrom(
    "exit",
    "frame",
    "5",
    "17",
    "/mnt/a.png",
    "/mnt/b.png",
    "0x12ab",
    "a/",
    "…",
    "…/…",
    '"',
    ":",
  );
  const message = fc.oneof(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")),
    fc.string({ maxLength: 40, unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (texts) => {
      const sets = alike(texts.map((text, of) => ({ text, of })));
      expect(sets.flatMap(({ of }) => of).sort((a, b) => a - b)).toEqual(texts.map((_, at) => at));
      for (const { text, of } of sets)
        if (of.every((at) => texts[at] === texts[of[0]!])) expect(text).toBe(texts[of[0]!]!);
      const backwards = alike(texts.map((text, of) => ({ text, of })).reverse());
      const members = (all: typeof sets) => all.map(({ of }) => [...of].sort((a, b) => a - b).join()).sort();
      expect(members(backwards)).toEqual(members(sets));
    }),
  );
});

test("messages that are made to be hard are sorted as well", () => {
  const hard = [
    "/".repeat(500),
    "a".repeat(499),
    "1.".repeat(250),
    ":".repeat(500),
    "\\/".repeat(250),
    "0x".repeat(250),
  ];
  const said = Array.from({ length: 5000 }, (_, of) => ({ text: `${of % 3}${hard[of % hard.length]}`, of }));
  expect(alike(said).length).toBeLessThanOrEqual(hard.length * 3);
});
