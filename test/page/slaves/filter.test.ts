// Which slaves a person wants to see, and in which order.
import { expect, test } from "bun:test";
import type { Slave } from "../../../lib/client";
import { slaveFilter, sorted, sortOf } from "../../../lib/page/slaves/filter";
import { Settings } from "../../../lib/settings";

const slave = (
  id: number,
  name: string,
  { settings, ...more }: Partial<Omit<Slave, "settings">> & { settings?: Partial<Slave["settings"]> } = {},
): Slave => ({
  id,
  name,
  state: "online",
  address: "10.0.0.1",
  port: 2345,
  os: "LINUX",
  cpus: 8,
  cpu: "",
  memoryMb: 8000,
  freeMemoryMb: 4000,
  load: 1,
  load5: 1,
  load15: 1,
  memoryLeftMb: 4000,
  gpus: 0,
  gpusLeft: 0,
  running: 0,
  free: 4,
  foreignSlots: 0,
  inHours: true,
  sickSince: null,
  suspects: [],
  stuck: 0,
  problem: null,
  version: "0.2.0",
  seenAt: "2026-11-03T12:00:00.000Z",
  ...more,
  settings: { ...Settings.parse({ slots: 4, pools: ["Default"], enabled: true }), ...settings },
});

const all = [
  slave(1, "rack1", { running: 2, load: 7 }),
  slave(2, "rack2", { state: "lost", settings: { pools: ["maya", "Nuke"] } }),
  slave(3, "rack10", { os: "WINDOWS", settings: { drain: true } }),
  slave(4, "desk1", { problem: "the disk is full", load: 3 }),
  slave(5, "desk2", { settings: { drain: true }, running: 1, stuck: 1 }),
  slave(6, "desk3", { inHours: false }),
  slave(7, "desk4", { settings: { enabled: false } }),
  slave(8, "desk5", { sickSince: "2026-11-03T12:00:00.000Z", problem: "x" }),
  slave(9, "free"),
];

const found = (text: string) =>
  all
    .filter(slaveFilter(text).wants)
    .map(({ id }) => id)
    .join(" ");

test.each([
  ["", "1 2 3 4 5 6 7 8 9"],
  ["rack", "1 2 3"],
  ["rack* -rack10", "1 2"],
  ["state:lost", "2"],
  ["state:online", "1 9"],
  ["state:idle", "9"],
  ["state:busy", "1 5"],
  ["state:draining", "3 5"],
  ["state:drained", "3"],
  ["state:off_hours,DISABLED", "6 7"],
  ["state:problem", "4"],
  ["state:sick", "8"],
  ["state:stuck", "5"],
  ["pool:maya", "2"],
  ["pool:nu", ""],
  ["pool:nu*,x", "2"],
  ["os:win", "3"],
  ["version:0.2 desk", "4 5 6 7 8"],
  ["problem:disk", "4"],
  ["name:3", "3 6"],
])("%p finds %p", (text, ids) => {
  expect(found(text)).toBe(ids);
});

test("a state that no slave can be in is told, and the field that there is not", () => {
  expect(slaveFilter("state:runing").problem).toStartWith("No slave is runing: online, ");
  expect(slaveFilter("ghost:1").problem).toStartWith("There is no field ghost: state, ");
  expect(slaveFilter("state:lost rack").problem).toBeUndefined();
});

test("lists are sorted by what is asked for, both ways; numbers in names count as numbers", () => {
  const names = (sort?: string) => sorted(all, sortOf(sort)).map(({ name }) => name);
  expect(names()).toEqual(["desk1", "desk2", "desk3", "desk4", "desk5", "free", "rack1", "rack2", "rack10"]);
  expect(names("-name")).toEqual(names().reverse());
  expect(names("-load").slice(0, 3)).toEqual(["rack1", "desk1", "desk2"]);
  expect(names("nonsense")).toEqual(names());
  expect(names("constructor")).toEqual(names());
  expect(sortOf("-load")).toEqual({ key: "load", falls: true });
});
