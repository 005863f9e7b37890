import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";
import { shareStaged } from "../postgres";

/** Each frame waits for a file of its own, and writes down when it began and ended. */
const frameByFrame = (farm: Farm) => ({
  frames: "1-6",
  command: [
    "sh",
    "-c",
    `echo start {frame} >> ${farm.folder}/ledger; until [ -e ${farm.folder}/gate.{frame} ]; do sleep 0.05; done; echo end {frame} >> ${farm.folder}/ledger`,
  ],
});
const open = (farm: Farm, ...frames: number[]) =>
  Promise.all(frames.map((frame) => Bun.write(`${farm.folder}/gate.${frame}`, "")));
/** The command line of who names no master. */
async function here(farm: Farm, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = Bun.spawn([process.execPath, join(import.meta.dir, "../../cli.ts"), ...args], {
    cwd: farm.folder,
    env: farm.env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(ran.stdout).text(), new Response(ran.stderr).text()]);
  return { code: await ran.exited, out, err };
}

const isIn = (farm: Farm, job: number, frame: number, wanted: string) =>
  farm.frameIs(job, frame, ({ state }) => state === wanted, `to be ${wanted}`);

test("a farm that is restored into a new data folder finishes its jobs, with the slaves it had", async () => {
  await using farm = await startFarm({ database: "embedded", slots: 2 });
  const job = await farm.submit(frameByFrame(farm));
  await open(farm, 1);
  await isIn(farm, job, 1, "finished");
  for (const frame of [2, 3]) await isIn(farm, job, frame, "running");

  const file = join(farm.folder, "farm.backup");
  const made = await farm.cli("backup", file);
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toMatch(/farm\.backup: 1 jobs, \d+ rows, \d+ kB in .*, as of 20/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.part`)).toBe(false);

  // What happens from now on is not in it.
  await open(farm, 2);
  await isIn(farm, job, 2, "finished");
  await isIn(farm, job, 4, "running");
  const later = await farm.submit({ command: ["true"], stopped: true });
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end();

  const data = join(farm.folder, "m2");
  mkdirSync(data);
  await shareStaged(data);
  const restored = await farm.cli("restore", file, "--data", data);
  expect(restored).toMatchObject({ code: 0, err: "" });
  expect(restored.out).toContain("2 tasks ran at that moment");
  expect(restored.out).toContain(`job numbers go on at ${job + 1001}`);
  expect(readFileSync(join(data, "token"), "utf8").trim()).toBe(farm.token);
  expect(statSync(join(data, "token")).mode & 0o777).toBe(0o600);

  const master = await farm.startMaster({ name: "m2", port });
  farm.client = farm.clientOf(master);
  // It ran before as well, and is known to nobody now: the slave had to end that run first.
  await isIn(farm, job, 4, "running");
  await open(farm, 3, 4, 5, 6);
  expect(await farm.ended(job)).toMatchObject({ state: "finished", frameCounts: { finished: 6 } });
  const { frames } = await farm.client.frames(job);
  // Frame 1 was finished, frame 3 went on; of the others no attempt of before is used again.
  expect(frames.map(({ attempt }) => attempt)).toEqual([1, 1002, 1, 1002, 1002, 1002]);
  expect((await farm.client.runs(job, 2)).map(({ outcome }) => outcome)).toEqual(["returned", "finished"]);
  const ends = (await Bun.file(`${farm.folder}/ledger`).text()).split("\n").filter((line) => line.startsWith("end"));
  expect(ends.sort()).toEqual(["end 1", "end 2", "end 2", "end 3", "end 4", "end 5", "end 6"]);
  // Nor is a number of a job.
  expect(await farm.submit({ command: ["true"] })).toBe(job + 1001);
  await expect(farm.client.job(later)).rejects.toThrow(`there is no job ${later}`);
  expect((await farm.client.slaves()).map(({ name, state }) => [name, state])).toEqual([["s1", "online"]]);
});

test("a farm whose master does not run is backed up from its data folder, and restored there", async () => {
  await using farm = await startFarm({ database: "embedded", slaves: 0 });
  const job = await farm.submit({ name: "kept", frames: "1-3", command: ["true"] });
  const file = join(farm.folder, "farm.backup");
  const data = farm.dataOf("m1");
  const alone = (...args: string[]) => here(farm, ...args, "--data", data);
  const { port } = farm.masters[0]!;
  // It is the master's own folder: who names no master asks the one that runs there.
  const asked = await alone("backup", file);
  expect(asked).toMatchObject({ code: 0 });
  expect((await alone("restore", file)).err).toMatch(/a master \(process \d+\) runs on .*\/m1: stop it first/);
  await farm.masters[0]!.end();
  expect((await alone("restore", file)).err).toMatch(/has 1 jobs: restore into another --data/);

  const made = await alone("backup", file, "--force", "--json");
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(made.out)).toMatchObject({ file, rows: { job: 1 } });
  expect(farm.processes()).toEqual([]);
  await farm.startMaster({ port });
  await farm.client.delete(job);
  await farm.masters[0]!.end();
  expect(await alone("restore", file)).toMatchObject({ code: 0 });
  await farm.startMaster({ port });
  expect(await farm.client.job(job)).toMatchObject({ name: "kept", state: "waiting" });
});

test("a backup goes through a pipe and is read by zstd, and what is there is not replaced by chance", async () => {
  await using farm = await startFarm({ slaves: 0 });
  await farm.submit({ name: "a\\b", command: ["true"] });
  const file = join(farm.folder, "farm.backup");
  const pipe = Bun.spawn(
    ["sh", "-c", `"${process.execPath}" "${join(import.meta.dir, "../../cli.ts")}" backup - > ${file}`],
    {
      env: { ...farm.env, DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`, DRQUEUE_TOKEN: farm.token },
      stderr: "pipe",
    },
  );
  expect(await new Response(pipe.stderr).text()).toContain("1 jobs");
  expect(Bun.zstdDecompressSync(await Bun.file(file).bytes()).toString()).toStartWith(
    '{"drqueue":"backup","format":1,',
  );

  expect(await farm.cli("backup", file)).toMatchObject({
    code: 1,
    err: expect.stringContaining("is there already: name another file, or replace it with --force"),
  });
  expect(await farm.cli("backup", farm.folder)).toMatchObject({
    code: 1,
    err: expect.stringContaining("is a folder: name a file in it"),
  });
  expect((await farm.cli("backup", join(farm.folder, "no/such"))).err).toContain("there is no folder");
  expect(await farm.cli("backup", file, "--force")).toMatchObject({ code: 0 });

  const data = join(farm.folder, "elsewhere");
  const own = async (...args: string[]) => await here(farm, "restore", ...args, "--data", data);
  expect((await own(join(farm.folder, "none"))).err).toContain("there is no file");
  expect((await own(import.meta.path)).err).toContain("this is not a backup of DrQueue");
  await Bun.write(`${file}.cut`, (await Bun.file(file).bytes()).slice(0, -40));
  expect((await own(`${file}.cut`)).err).toMatch(/the backup is cut off|not a backup/);
  // The database of DATABASE_URL is the farm's own here.
  expect((await own(file)).err).toContain("the database is not empty");
});

test("a backup that breaks off leaves no file", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const part = Bun.zstdCompressSync(`{"drqueue":"backup"`);
  const broken = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket) {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        socket.write(`${part.length.toString(16)}\r\n`);
        socket.write(part);
        socket.end();
      },
    },
  });
  const before = readdirSync(farm.folder);
  const ran = await farm.cli("backup", join(farm.folder, "farm.backup"), "--master", `127.0.0.1:${broken.port}`);
  expect(ran.code).toBe(1);
  expect(ran.err.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(farm.folder)).toEqual(before);
  broken.stop(true);
});
