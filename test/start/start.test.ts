import { afterEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "../../lib/client";
import { readLock } from "../../lib/local/lock";
import { isAlive } from "../../lib/local/processes";
import { startFarm, until } from "../farm";
import { shareStaged } from "../postgres";

const project = resolve(import.meta.dir, "../..");
const folders: string[] = [];
const started: Bun.Subprocess[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) {
    if (one.exitCode === null) one.kill("SIGTERM");
    await one.exited;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function start(data: string, flags: string[] = [], port = 0) {
  const { DRQUEUE_MASTER: _, DRQUEUE_TOKEN: __, DATABASE_URL: ___, ...env } = process.env;
  const child = Bun.spawn(
    [process.execPath, join(project, "start.ts"), "--data", data, "--port", `${port}`, "--slave-port", "0", ...flags],
    {
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  started.push(child);
  return child;
}

async function dataFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-start-"));
  folders.push(folder);
  chmodSync(folder, 0o755);
  await shareStaged(folder);
  return folder;
}

/** The farm of a data folder, once it listens. */
async function farmOf(data: string): Promise<Client> {
  const port = await until(async () => readLock(join(data, "master.lock"))?.port as number | undefined, "the master");
  return new Client({ host: "127.0.0.1", port, token: readFileSync(join(data, "token"), "utf8").trim() });
}

function processesOf(data: string): string[] {
  return Bun.spawnSync(["ps", "-eo", "pid=,stat=,args="])
    .stdout.toString()
    .split("\n")
    .filter((line) => line.includes(data) && !/^\s*\d+\s+Z/.test(line));
}

test("npm start renders the example, Ctrl-C leaves no process, and the next start finds the job again", async () => {
  const data = await dataFolder();
  const first = start(data);
  const client = await farmOf(data);
  const job = await until(async () => (await client.jobs().catch(() => []))[0], "the example job");
  expect(job).toMatchObject({ name: "example animation", frameCounts: { total: 48 } });
  await until(async () => (await client.job(job.id)).frameCounts.finished > 0 || undefined, "the first frame");
  expect(readdirSync(join(data, "example"))).toContainEqual(expect.stringMatching(/^frame\.\d{4}\.png$/));
  first.kill("SIGINT");
  expect(await first.exited).toBe(0);
  expect(processesOf(data)).toEqual([]);

  const second = start(data);
  const again = await farmOf(data);
  const found = await until(async () => await again.jobs().catch(() => undefined), "the jobs");
  expect(found).toMatchObject([{ id: job.id, name: "example animation" }]);
  expect(found[0]!.frameCounts.finished).toBeGreaterThanOrEqual(1);
  second.kill("SIGTERM");
  expect(await second.exited).toBe(0);
  expect(processesOf(data)).toEqual([]);
});

test("master and slave end with npm start even when it is killed with -9", async () => {
  const data = await dataFolder();
  const killed = start(data);
  const client = await farmOf(data);
  await until(async () => (await client.slaves().catch(() => []))[0], "the slave");
  const [job] = await client.jobs();
  if (job) await client.delete(job.id);
  killed.kill("SIGKILL");
  await until(async () => processesOf(data).length === 0 || undefined, "the last process to end");
});

test("npm start -- --once ends with 0 only when every frame was rendered", async () => {
  for (const [program, code] of [
    ["true", 0],
    ["false", 1],
  ] as const) {
    await using farm = await startFarm({ slaves: 0, database: "embedded" });
    // A job of the example's name, so that the test need not wait for a ray tracer.
    await farm.client.submit({ name: "example animation", frames: "1-3", command: [program], folder: "/", retries: 0 });
    await farm.masters[0]!.end();
    const child = start(farm.dataOf("m1"), ["--once"]);
    const out = await new Response(child.stdout).text();
    const [, page] = /^its page: (http:\/\/127\.0\.0\.1:\d+\/#token=\S+)$/m.exec(out) ?? [];
    expect(page).toEndWith(`=${farm.token}`);
    expect(out.slice(out.lastIndexOf("\n\n", out.indexOf("logs ")))).toMatch(/^\n\n *the page +http/);
    expect(out.split(page!)).toHaveLength(3);
    expect({ code: await child.exited, done: out.includes("3/3 frames") }).toEqual({ code, done: code === 0 });
    expect(isAlive(child.pid)).toBe(false);
  }
});

test("a second npm start on the same folder is refused in one line", async () => {
  await using farm = await startFarm({ slaves: 0, database: "embedded" });
  const child = start(farm.dataOf("m1"));
  expect(await new Response(child.stderr).text()).toMatch(
    /^npm start: a farm runs already on .* \(master process \d+\): stop it, or choose another --data\n$/,
  );
  expect(await child.exited).toBe(1);
});

test("a port in use is told in one line, and nothing is left running", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const data = await dataFolder();
  const child = start(data, [], farm.masters[0]!.port);
  expect(await new Response(child.stderr).text()).toMatch(/^npm start: the master: port \d+ is in use: .*\n$/);
  expect(await child.exited).toBe(1);
  expect(processesOf(data)).toEqual([]);
});
