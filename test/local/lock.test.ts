import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LockHeldError, readLock, takeLock } from "../../lib/local/lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-lock-"));
  path = join(folder, "master.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that takes the lock when told, says "won" or what kept it out, and holds on until it is killed. */
const taker = `
  import { takeLock } from ${JSON.stringify(join(import.meta.dir, "../../lib/local/lock.ts"))};
  console.log("ready");
  await Bun.stdin.stream().getReader().read();
  try {
    takeLock(process.env.LOCK, { port: 4711 });
    console.log("won");
  } catch (error) {
    console.log(error.name + " " + error.holder?.pid);
  }
  setInterval(() => {}, 60_000);
`;

async function startTaker() {
  const child = Bun.spawn([process.execPath, "-e", taker], {
    env: { ...process.env, LOCK: path },
    stdin: "pipe",
    stdout: "pipe",
  });
  const reader = child.stdout.getReader();
  const says = async () => new TextDecoder().decode((await reader.read()).value).trim();
  expect(await says()).toBe("ready");
  return {
    pid: child.pid,
    async take() {
      child.stdin.write("go\n");
      child.stdin.flush();
      return await says();
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

test("a second taker is refused and learns who holds the lock", () => {
  const lock = takeLock(path, { port: 4711 });
  try {
    takeLock(path, { port: 4712 });
    throw new Error("was not refused");
  } catch (error) {
    expect(error).toBeInstanceOf(LockHeldError);
    const held = error as LockHeldError;
    expect(held.holder).toMatchObject({ pid: process.pid, port: 4711 });
    expect(held.message).toContain(`held by process ${process.pid}`);
    expect(held.message).not.toContain("\n");
  }
  lock.release();
});

test("a released lock is free, and is not released twice", () => {
  const lock = takeLock(path);
  lock.release();
  expect(existsSync(path)).toBe(false);
  expect(readLock(path)).toBeUndefined();

  const other = { pid: process.ppid, note: "another process took it" };
  writeFileSync(path, JSON.stringify(other));
  lock.release();
  expect(readLock(path)).toEqual(other);
  expect(() => lock.update({})).toThrow("taken by another process");
});

test("the content can be told later, when the port is known", () => {
  const lock = takeLock(path, { version: "1" });
  lock.update({ version: "1", port: 4711 });
  expect(readLock(path)).toMatchObject({ pid: process.pid, version: "1", port: 4711 });
  lock.release();
});

test("a lock whose process was killed is taken over", async () => {
  const child = await startTaker();
  expect(await child.take()).toBe("won");
  expect(readLock(path)).toMatchObject({ pid: child.pid, port: 4711 });
  expect(() => takeLock(path)).toThrow(LockHeldError);

  await child.kill();
  expect(readLock(path)).toBeUndefined();
  takeLock(path, { port: 4712 }).release();
});

test("a lock whose pid now belongs to a younger process is taken over", () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: "before the reboot" }));
  takeLock(path, { port: 4712 });
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid, port: 4712 });
});

test("a lock file that says nothing sensible is taken over", () => {
  for (const text of ["", "null", "{", '{"pid":"x"}', '{"pid":-1}']) {
    writeFileSync(path, text);
    takeLock(path).release();
  }
});

test("of 20 processes that race for one stale lock exactly one gets it", async () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: "before the reboot" }));
  const takers = await Promise.all(Array.from({ length: 20 }, startTaker));
  try {
    const said = await Promise.all(takers.map((taker) => taker.take()));
    const winners = takers.filter((_, i) => said[i] === "won");
    expect(winners.length).toBe(1);
    expect(said.filter((line) => line === `LockHeldError ${winners[0]!.pid}`).length).toBe(19);
  } finally {
    await Promise.all(takers.map((taker) => taker.kill()));
  }
});

test("a folder that cannot be written is named", () => {
  expect(() => takeLock(join(folder, "missing", "master.lock"))).toThrow(join(folder, "missing"));
});
