// A folder in which a slave cannot write.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchDisk, whyNotWritable } from "../../lib/slave/disk";
import { Bench } from "./orders";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-disk-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("one that takes files is in order, is made when it is missing, and keeps nothing of the trial", () => {
  const missing = join(folder, "a", "b");
  expect(whyNotWritable(missing)).toBeUndefined();
  expect(readdirSync(missing)).toEqual([]);
});

test("one that cannot be made is named, with what to do", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const wrong of [file, join(file, "below")])
    expect(whyNotWritable(wrong)).toMatch(/^cannot write in .*file.* \(E[A-Z]+\): mend its permissions/);
});

test("the slave has a problem while one of its folders is in trouble; every change of that is told", async () => {
  await using bench = new Bench();
  const broken = join(folder, "broken");
  writeFileSync(broken, "");
  let told = 0;
  const first = watchDisk([folder, broken], bench.work, () => told++);
  first.stop();
  expect(bench.work.problem).toContain(broken);
  rmSync(broken);
  mkdirSync(broken);
  const second = watchDisk([folder, broken], bench.work, () => told++);
  second.stop();
  expect(bench.work.problem).toBeUndefined();
  expect(told).toBe(2);
});
