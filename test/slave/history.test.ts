// What a slave remembers of its last hour.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { History } from "../../lib/slave/history";
import { SlaveHistory } from "../../lib/views";

const all = mkdtempSync(join(tmpdir(), "drqueue-history-"));
let folder: string;
let count = 0;
let now = 0;
beforeEach(() => {
  folder = join(all, `${++count}`);
  mkdirSync(folder);
  now = Date.parse("2026-11-03T12:00:00Z");
});
afterAll(() => rmSync(all, { recursive: true, force: true }));

const begin = () =>
  new History(
    folder,
    () => ({ load: count + 0.5, freeMemoryMb: 800, running: 2 }),
    () => now,
  );
const pass = (history: History, steps: number) => {
  for (let step = 0; step < steps; step++) {
    now += 30_000;
    history.look();
  }
};

test("an hour is remembered, a point each half minute, and not more", () => {
  const history = begin();
  pass(history, 5);
  expect(history.shown.points).toHaveLength(5);
  expect(history.shown.points[0]).toEqual({
    at: "2026-11-03T12:00:30.000Z",
    load: count + 0.5,
    freeMemoryMb: 800,
    running: 2,
  });
  pass(history, 1000);
  const { stepMs, points } = SlaveHistory.parse(history.shown);
  expect([stepMs, points.length]).toEqual([30_000, 120]);
  expect(Date.parse(points.at(-1)!.at) - Date.parse(points[0]!.at)).toBe(119 * 30_000);
});

test("what it remembered is there for the next life, as far as it is from the last hour", () => {
  const before = begin();
  pass(before, 10);
  before.end();
  const { points } = before.shown;
  expect(points).toHaveLength(10);
  expect(begin().shown.points).toEqual(points);
  now += 3_600_000 - 5 * 30_000;
  expect(begin().shown.points).toEqual(points.slice(5));
  now += 3_600_000;
  expect(begin().shown.points).toEqual([]);
});

test("a clock that was set back leaves no points that are still to come", () => {
  const history = begin();
  pass(history, 10);
  now -= 600_000;
  pass(history, 1);
  expect(history.shown.points.map(({ at }) => at)).toEqual(["2026-11-03T11:55:30.000Z"]);
});

for (const [what, text] of [
  ["no JSON", "{"],
  ["something else", '{"points": 7}'],
  ["points without times", '[{"load": 1}]'],
] as const)
  test(`a file that has ${what} is passed over`, () => {
    writeFileSync(join(folder, "history.json"), text);
    const history = begin();
    expect(history.shown.points).toEqual([]);
    pass(history, 1);
    history.end();
    expect(begin().shown.points).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["history.json"]);
  });

test("a folder that is gone keeps nobody from ending", () => {
  const history = begin();
  rmSync(folder, { recursive: true });
  history.start();
  history.end();
  expect(history.shown.points).toHaveLength(1);
});
