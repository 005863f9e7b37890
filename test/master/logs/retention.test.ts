// What goes from the log store by itself, and what never does.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyRemoved } from "../../../lib/master/logs/removed";
import { tidy } from "../../../lib/master/logs/retention";
import { remove } from "../../../lib/queue/remove";
import { handOut, met, slave, stagedQueue, submitted } from "../../queue/stage";

const queue = await stagedQueue();
const now = Date.parse("2026-11-20T12:00:00Z");
const hours = 3_600_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-retention-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A log of so many KB that was last written so many hours ago. */
function log(path: string, ageHours: number, kb = 1): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "x".repeat(kb * 1024));
  const at = new Date(now - ageHours * hours);
  utimesSync(file, at, at);
  return file;
}
const there = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".drqueue"))
    .map((entry) => entry.name)
    .sort();
const why = (ageHours: number) => whyRemoved(folder, new Date(now - ageHours * hours));

/** Job 1, of which the first two tasks run. */
async function running() {
  const id = await submitted(queue, { name: "shot", frames: "1-3" });
  await handOut(queue, slave(await met(queue, "s1"), 2));
  return id;
}

test("logs go when they are older than they are kept, and it is told why", async () => {
  await running();
  await queue.sql`update run set ended_at = now()`;
  log("000001.shot/0001.1.log", 30);
  log("000001.shot/0002.1.log.zst", 30);
  log("000001.shot/0003.1.log.zst", 20);
  expect(await tidy(queue, folder, { keepMs: 24 * hours }, now)).toBe(2);
  expect(there()).toEqual(["0003.1.log.zst"]);
  expect([why(30), why(20)]).toEqual(["was removed after 1d", undefined]);
});

test("the oldest logs go when all together have too much, and no more of them than need be", async () => {
  await running();
  await queue.sql`update run set ended_at = now()`;
  for (let age = 1; age <= 8; age++) log(`000001.shot/000${age}.1.log.zst`, age, 256);
  expect(await tidy(queue, folder, { mostMb: 1 }, now)).toBe(4);
  expect(there()).toEqual([1, 2, 3, 4].map((age) => `000${age}.1.log.zst`));
  expect([why(6), why(3)]).toEqual(["was removed to keep all logs below 1M", undefined]);
  expect(await tidy(queue, folder, { mostMb: 1 }, now)).toBe(0);
  expect(why(6)).toBe("was removed to keep all logs below 1M");
});

test("the log of a run that is not over stays, however old it is", async () => {
  await running();
  log("000001.shot/0001.1.log", 100);
  log("000001.shot/0002.1.log", 100);
  log("000001.shot/0003.1.log", 100);
  await queue.sql`update run set ended_at = now() where task = 1`;
  expect(await tidy(queue, folder, { keepMs: hours, mostMb: 0 }, now)).toBe(2);
  expect(there()).toEqual(["0001.1.log"]);
});

test("nothing that is no log of ours goes, and links are not followed", async () => {
  await running();
  await queue.sql`update run set ended_at = now()`;
  const others = ["0001.exr", "notes.log", "0001.1.log.bak", "0001.1.logx", "0001.log"];
  for (const name of others) log(`000001.shot/${name}`, 100);
  log("shot/0001.1.log", 100);
  log("000002/0001.1.log", 100);
  log("0001.1.log", 100);
  const outside = mkdtempSync(join(tmpdir(), "drqueue-outside-"));
  try {
    writeFileSync(join(outside, "0001.1.log"), "x");
    utimesSync(join(outside, "0001.1.log"), 0, 0);
    symlinkSync(outside, join(folder, "000003.link"));
    symlinkSync(join(outside, "0001.1.log"), join(folder, "000001.shot", "0009.1.log"));
    expect(await tidy(queue, folder, { keepMs: hours, mostMb: 0 }, now)).toBe(0);
    expect(existsSync(join(outside, "0001.1.log"))).toBe(true);
    for (const name of others) expect(there()).toContain(name);
    for (const path of ["shot/0001.1.log", "000002/0001.1.log", "0001.1.log"])
      expect(existsSync(join(folder, path))).toBe(true);
  } finally {
    rmSync(outside, { recursive: true });
  }
});

test("what is stored of a deleted job goes, also when it came after all else had been removed", async () => {
  const gone = await running();
  const kept = await submitted(queue, { name: "kept" });
  await queue.sql`update run set ended_at = now()`;
  await queue.sql`update job set running = '{}', finished = '{[0,3)}', waiting = '{}' where id = ${gone}`;
  await remove(queue, gone);
  log("000001.shot/0001.1.log.zst", 0);
  log("000001.shot/0002.1.log.zst.part", 0);
  log(`00000${kept}.kept/0001.1.log.zst`, 0);
  // Numbers that this queue has not given yet are another's.
  log("000900.other/0001.1.log.zst", 0);
  expect(await tidy(queue, folder, {}, now)).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(["000002.kept", "000900.other"]);
});

test("a piece whose rest never came goes after a week where logs are not kept for ever", async () => {
  await running();
  log("000001.shot/0001.1.log.zst.part", 7 * 24 + 1);
  log("000001.shot/0002.1.log.zst.part", 24);
  await queue.sql`update run set ended_at = now()`;
  expect(await tidy(queue, folder, { keepMs: 1000 * hours }, now)).toBe(1);
  expect(there()).toEqual(["0002.1.log.zst.part"]);
});
