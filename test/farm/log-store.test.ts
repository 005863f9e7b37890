// A log outlives its slave: master and slave have log folders of their own, and the master is asked when the slave has gone.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { inPipe } from "../cli/live";
import { type Farm, startFarm, until } from "../farm";
import { endFarm, isOnline, ownSlave } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0, lease: "2s" });
});
afterAll(() => endFarm(farm));

const stored = (path: string) => join(farm.folder, "logs", `${path}.zst`);
const isThere = (path: string) => until(async () => existsSync(path) || undefined, `${path} to be there`);
/** What a stored log holds, as other programs read it. */
const text = async (path: string) =>
  Bun.which("zstd") ? Bun.$`zstd -dcq ${path}`.text() : Bun.zstdDecompressSync(await Bun.file(path).bytes()).toString();

/** A slave with a log folder of its own, which takes tasks of the pool of its name. */
async function apart(name: string, flags: Record<string, string> = {}) {
  const slave = ownSlave(farm, { name, logs: join(farm.folder, name), pool: name, grace: "1s", ...flags });
  await isOnline(farm, name);
  return slave;
}

test("the log of a frame is read when its slave has been switched off", async () => {
  const slave = await apart("a");
  const job = await farm.submit({
    pool: "a",
    frames: "1-3",
    command: ["sh", "-c", "seq 1000; echo frame $DRQUEUE_FRAME"],
  });
  const { logFolder } = await farm.ended(job);
  slave.kill("SIGTERM");
  await slave.exited;
  for (const frame of [1, 2, 3]) {
    const log = await farm.log(job, frame);
    expect(log).toStartWith(`# job ${job} test`);
    expect(log).toContain(`\n1000\nframe ${frame}\n# ended`);
    expect(await text(stored(`${logFolder}/000${frame}.1.log`))).toBe(log);
  }
  const { code, out } = await farm.cli("log", `${job}`, "2", "--tail", "3");
  expect(code).toBe(0);
  expect(out).toMatch(/^1000\nframe 2\n# ended .*\n$/);
  // What the slave has is what the master has.
  const own = readFileSync(join(farm.folder, "a", logFolder, "0001.1.log"), "utf8");
  expect(await farm.log(job, 1)).toBe(own);
});

test("many small logs and one larger than a piece arrive, and a cut one says how much of it is left out", async () => {
  const slave = await apart("b", { "log-cap": "2M" });
  // Lines of 16 bytes.
  const long = (lines: number) => ["awk", `BEGIN{for(i=1;i<=${lines};i++)printf "%015d\\n",i}`];
  const small = await farm.submit({ pool: "b", frames: "1-60", command: ["echo", "small"] });
  const large = await farm.submit({ pool: "b", command: long(100_000) });
  const huge = await farm.submit({ pool: "b", command: long(1_000_000) });
  const folders = [];
  for (const job of [small, large, huge]) folders.push((await farm.ended(job)).logFolder);
  for (let frame = 1; frame <= 60; frame++) await isThere(stored(`${folders[0]}/${`${frame}`.padStart(4, "0")}.1.log`));
  await isThere(stored(`${folders[1]}/0001.1.log`));
  await isThere(stored(`${folders[2]}/0001.1.log`));
  slave.kill("SIGKILL");
  await slave.exited;
  expect(await farm.log(large, 1)).toBe(readFileSync(join(farm.folder, "b", folders[1]!, "0001.1.log"), "utf8"));
  const own = readFileSync(join(farm.folder, "b", folders[2]!, "0001.1.log"), "utf8");
  const log = await farm.log(huge, 1);
  const most = 2 * 1024 * 1024;
  const [before, after] = log.split(`\n# ${own.length - most} of ${own.length} bytes are left out here\n`) as [
    string,
    string,
  ];
  expect([before.length, after.length]).toEqual([most / 4, (most / 4) * 3]);
  expect([own.startsWith(before), own.endsWith(after)]).toEqual([true, true]);

  // Parts of a stored log, by ranges that lie in one piece and over two.
  const range = async (range: string) => {
    const answer = await farm.client.log(large, 1, { range });
    return [answer.status, answer.headers.get("content-range"), await answer.text()];
  };
  const whole = await farm.log(large, 1);
  for (const [from, to] of [
    [0, 9],
    [524_280, 524_300],
    [whole.length - 5, whole.length - 1],
  ] as const)
    expect(await range(`bytes=${from}-${to}`)).toEqual([
      206,
      `bytes ${from}-${to}/${whole.length}`,
      whole.slice(from, to + 1),
    ]);
  expect((await range("bytes=-100"))[2]).toBe(whole.slice(-100));
  expect(farm.client.log(large, 1, { range: `bytes=${whole.length}-` })).rejects.toMatchObject({ status: 416 });
  const head = await fetch(`http://127.0.0.1:${farm.masters[0]!.port}/jobs/${large}/logs/1`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${farm.token}` },
  });
  expect([head.headers.get("content-length"), head.headers.get("accept-ranges")]).toEqual([`${whole.length}`, "bytes"]);
});

test("what shares the master's log folder is not stored twice", async () => {
  await farm.startSlave("shares", { flags: ["--pool=shares"] });
  const job = await farm.submit({ pool: "shares", command: ["echo", "x"] });
  const { logFolder } = await farm.ended(job);
  const after = await apart("c");
  const other = await farm.submit({ pool: "c", command: ["echo", "y"] });
  await isThere(stored(`${(await farm.ended(other)).logFolder}/0001.1.log`));
  expect(readdirSync(join(farm.folder, "logs", logFolder))).toEqual(["0001.1.log"]);
  after.kill("SIGTERM");
  await after.exited;
});

test("a large log arrives whole though slave and master are killed while it is on its way", async () => {
  let slave = await apart("d", { "log-cap": "0" });
  const megabytes = Number(process.env.DRQUEUE_TEST_LOG_MB ?? 40);
  // Random digits: what is compressed is still large.
  const job = await farm.submit({
    pool: "d",
    command: ["sh", "-c", `head -c ${megabytes * 750_000} /dev/urandom | base64`],
  });
  const { logFolder } = await farm.ended(job);
  const path = stored(`${logFolder}/0001.1.log`);
  const grown = async (from: number) =>
    until(async () => {
      if (existsSync(path)) return -1;
      const size = existsSync(`${path}.part`) ? Bun.file(`${path}.part`).size : 0;
      return size > from ? size : undefined;
    }, "more of the log to arrive");
  let size = 0;
  let kills = 0;
  for (; size !== -1 && kills < 4; kills++) {
    size = await grown(size + 1_000_000);
    if (size === -1) break;
    if (kills % 2 === 0) {
      slave.kill("SIGKILL");
      await slave.exited;
      slave = await apart("d", { "log-cap": "0" });
    } else {
      const { port } = farm.masters[0]!;
      await farm.masters[0]!.end("SIGKILL");
      await farm.startMaster({ port });
    }
  }
  expect(kills).toBe(4);
  await isThere(path);
  slave.kill("SIGKILL");
  await slave.exited;
  const own = Bun.file(join(farm.folder, "d", logFolder, "0001.1.log"));
  const answer = await farm.client.log(job, 1);
  expect(Bun.hash(await answer.arrayBuffer())).toBe(Bun.hash(await own.arrayBuffer()));
  expect(existsSync(`${path}.part`)).toBe(false);
}, 90_000);

test("a log that is followed goes on from the store when its slave goes, and one that is nowhere ends with a word", async () => {
  const slave = await apart("g");
  const job = await farm.submit({
    pool: "g",
    command: ["sh", "-c", "echo begin; trap 'echo end; exit 0' TERM; while :; do sleep 0.05; done"],
  });
  const followed = inPipe(farm, "log", `${job}`, "1", "-f");
  await until(async () => followed.said().includes("begin") || undefined, "the first line");
  slave.kill("SIGTERM");
  await slave.exited;
  expect(await followed.exited).toBe(0);
  expect(followed.said().split("\nbegin\n").length).toBe(2);
  expect(followed.said()).toMatch(/\nend\n# ended .*\n$/);

  const next = await apart("g");
  const second = await farm.submit({ pool: "g", command: ["sh", "-c", "echo begin; sleep 600"], retries: 0 });
  const lost = inPipe(farm, "log", `${second}`, "1", "-f");
  await until(async () => lost.said().includes("begin") || undefined, "the first line");
  next.kill("SIGKILL");
  await next.exited;
  expect(await lost.exited).toBe(1);
  expect(lost.said()).toMatch(/the rest of this log is missing: the log is not in \S+, and slave g \(lost\)/);
  await farm.client.delete(second);
  await apart("g");
  const left = () => farm.processes().some((line) => line.includes(`${second}.0.1.status`));
  await until(async () => !left() || undefined, "what the slave left to end");
}, 40_000);

test("of a log that a master has removed it is told why", async () => {
  const slave = await apart("h");
  const job = await farm.submit({ pool: "h", command: ["echo", "x"] });
  const { logFolder } = await farm.ended(job);
  const path = stored(`${logFolder}/0001.1.log`);
  await isThere(path);
  slave.kill("SIGKILL");
  await slave.exited;
  const { port } = farm.masters[0]!;
  const long = new Date(Date.now() - 3 * 86_400_000);
  utimesSync(path, long, long);
  await using sql = new SQL(farm.env.DATABASE_URL!);
  await sql`update run set started_at = ${long}, ended_at = ${long} where job = ${job}`;
  await farm.masters[0]!.end();
  await farm.startMaster({ port, flags: ["--keep-logs", "2d"] });
  await until(async () => !existsSync(path) || undefined, "the log to go");
  const { code, err } = await farm.cli("log", `${job}`, "1");
  expect([code, err]).toEqual([1, `drqueue: the log ${logFolder}/0001.1.log was removed after 2d\n`]);
});

test("whatever stands in the place of a log, nothing outside is written or read", async () => {
  const slave = await apart("e");
  const outside = join(farm.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "0001.1.log"), "secret");
  const job = await farm.submit({ pool: "e", command: ["echo", "x"], stopped: true });
  const { logFolder } = await farm.client.job(job);
  symlinkSync(outside, join(farm.folder, "logs", logFolder));
  await farm.client.continue(job);
  await farm.ended(job);
  expect(await farm.log(job, 1)).toContain("\nx\n");
  slave.kill("SIGTERM");
  await slave.exited;
  expect(readdirSync(outside)).toEqual(["0001.1.log"]);
  expect(farm.log(job, 1)).rejects.toMatchObject({ status: 502 });
});

test("a master asks the others for a log that one of them has stored, and they do not ask on", async () => {
  const other = await farm.startMaster({ name: "m2", logs: join(farm.folder, "logs of m2") });
  try {
    const slave = await apart("f");
    const job = await farm.submit({ pool: "f", command: ["sh", "-c", "seq 500"] });
    await isThere(stored(`${(await farm.ended(job)).logFolder}/0001.1.log`));
    slave.kill("SIGKILL");
    await slave.exited;
    const client = farm.clientOf(other);
    const log = await (await client.log(job, 1)).text();
    expect(log).toContain("\n500\n# ended");
    expect(await (await client.log(job, 1, { tail: 2 })).text()).toMatch(/^500\n# ended .*\n$/);
    expect(await (await client.log(job, 1, { range: "bytes=2-4" })).text()).toBe(log.slice(2, 5));
    expect(client.log(job, 1, { here: true })).rejects.toMatchObject({ status: 404 });
    expect(await (await farm.client.log(job, 1, { here: true })).text()).toBe(log);
  } finally {
    await other.end();
  }
});
