// Who may have a slave's folder: one process at a time, on whatever machine.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PlainError } from "../../lib/local/program";
import { type Held, type HoldOptions, holdFolder } from "../../lib/slave/hold";
import { until } from "../farm";

let all: string;
let folder: string;
const children: Bun.Subprocess[] = [];
const held: Held[] = [];
beforeEach(() => {
  all = mkdtempSync(join(tmpdir(), "drqueue-hold-"));
  folder = join(all, "rack7");
  mkdirSync(folder);
});
afterEach(async () => {
  for (const one of held.splice(0)) one.release();
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  rmSync(all, { recursive: true });
});

const quick = { name: "rack7", replace: false, beatMs: 100, replaceMs: 500 };
const hold = async (options: Partial<HoldOptions> = {}, at = folder) => {
  const one = await holdFolder(at, { ...quick, ...options });
  held.push(one);
  return one;
};
const lock = () => JSON.parse(readFileSync(join(folder, "lock"), "utf8"));

/** Another process that holds the folder; what it does when it is asked to go is the code `asked`, if it knows how. */
async function holder(asked?: string): Promise<Bun.Subprocess> {
  const program = `
    import { holdFolder } from ${JSON.stringify(resolve(import.meta.dir, "../../lib/slave/hold.ts"))};
    ${asked === undefined ? "" : `process.on("SIGUSR2", () => { ${asked} });`}
    const held = await holdFolder(${JSON.stringify(folder)}, ${JSON.stringify(quick)});
    setInterval(() => {}, 60_000);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "ignore", stderr: "inherit" });
  children.push(child);
  await until(async () => (existsSync(join(folder, "lock")) && lock().pid === child.pid) || undefined, "it to hold");
  return child;
}

test("a second process is refused in one line, which says how to take over", async () => {
  const { pid } = await holder("");
  const refused = hold();
  await expect(refused).rejects.toThrow(PlainError);
  await expect(refused).rejects.toThrow(`slave rack7 runs already (process ${pid}): take over from it with --replace`);
});

test("with --replace it waits until the first has let go", async () => {
  const child = await holder("setTimeout(() => { held.release(); process.exit(0); }, 200)");
  await hold({ replace: true, replaceMs: 20_000 });
  expect(lock().pid).toBe(process.pid);
  expect(await child.exited).toBe(0);
});

test("with --replace it is told in one line that the first does not let go", async () => {
  const { pid } = await holder("");
  await expect(hold({ replace: true })).rejects.toThrow(`process ${pid} does not let go of slave rack7`);
  expect(lock().pid).toBe(pid);
});

test("a process without a handler, as of the release before, is ended by --replace", async () => {
  const child = await holder();
  await hold({ replace: true, replaceMs: 20_000 });
  expect(await child.exited).not.toBe(0);
});

test("--replace of nothing just starts", async () => {
  await hold({ replace: true });
  expect(lock().pid).toBe(process.pid);
});

test("a lock that was copied with its folder keeps nobody out, though its process lives", async () => {
  await hold();
  const copy = join(all, "rack8");
  cpSync(folder, copy, { recursive: true });
  await hold({}, copy);
  expect(lock().pid).toBe(process.pid);
});

test("a slave of another machine keeps the folder while it shows that it lives, and not longer", async () => {
  const path = join(folder, "lock");
  writeFileSync(path, JSON.stringify({ pid: process.pid, home: "elsewhere", machine: "another", host: "rack9" }));
  const beats = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
  try {
    await expect(hold()).rejects.toThrow(
      "slave rack7 runs on rack9 with this same data folder: give each machine a --data or a --name of its own",
    );
    await expect(hold({ replace: true })).rejects.toThrow("runs on rack9");
  } finally {
    clearInterval(beats);
  }
  await hold();
  expect(lock().pid).toBe(process.pid);
});

test("a process from whom the folder was taken is told", async () => {
  const mine = await hold();
  writeFileSync(join(folder, "lock"), JSON.stringify({ pid: 1, machine: "another", host: "rack9" }));
  await mine.lost;
  mine.release();
  expect(lock().host).toBe("rack9");
});

test("a folder that is held is touched again and again", async () => {
  await hold();
  const path = join(folder, "lock");
  utimesSync(path, new Date(0), new Date(0));
  await until(async () => Bun.file(path).lastModified > 1e12 || undefined, "the lock to be touched");
});
