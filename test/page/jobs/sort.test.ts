// A list is read again when news may have changed who is in it, or where: not for each step of each job.
import { expect, test } from "bun:test";
import { changesList, formatSort, parseSort, type SortName, sortedBy } from "../../../lib/page/jobs/sort";

const byName = { by: "name", falls: false } as const;
const newest = { by: "id", falls: true } as const;

test("the newest on top when nobody says how; a second press turns it round", () => {
  expect(parseSort(undefined)).toEqual(newest);
  expect(parseSort("constructor")).toEqual(newest);
  expect(parseSort("name")).toEqual(byName);
  expect(formatSort(sortedBy(newest, "priority"))).toBe("-priority");
  expect(formatSort(sortedBy(byName, "name"))).toBe("-name");
  const names: SortName[] = ["id", "name", "owner", "priority", "state", "submitted"];
  for (const by of names)
    for (const falls of [true, false]) expect(parseSort(formatSort({ by, falls }))).toEqual({ by, falls });
});

test("jobs that come and go change every list; how far they are changes none", () => {
  for (const type of ["job.submitted", "job.deleted"] as const) expect(changesList({ type }, {}, newest)).toBe(true);
  for (const type of ["job.progress", "job.error", "slave.state"] as const)
    expect(changesList({ type }, { state: ["failed"], owner: "ana" }, { by: "state", falls: true })).toBe(false);
});

test("a state counts where the list goes by states, a setting where it goes by settings", () => {
  expect(changesList({ type: "job.state" }, {}, newest)).toBe(false);
  expect(changesList({ type: "job.state" }, { state: ["running"] }, newest)).toBe(true);
  expect(changesList({ type: "job.state" }, {}, { by: "state", falls: false })).toBe(true);
  expect(changesList({ type: "job.changed" }, { state: ["running"] }, newest)).toBe(false);
  expect(changesList({ type: "job.changed" }, {}, byName)).toBe(true);
  expect(changesList({ type: "job.changed" }, { pool: "maya" }, newest)).toBe(true);
});
