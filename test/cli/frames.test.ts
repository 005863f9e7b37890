import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { endFarm, ownSlave } from "../farm/own-slave";
import { envOf, inPipe } from "./live";

let farm: Farm;
let job: number;
beforeAll(async () => {
  farm = await startFarm();
  const fails = "echo frame $DRQUEUE_FRAME; [ $DRQUEUE_FRAME != 3 ] || exit 7";
  job = await farm.submit({ frames: "1-5", command: ["sh", "-c", fails], retries: 1 });
  await farm.ended(job);
});
afterAll(() => endFarm(farm));

test("frames are listed with how their last runs went", async () => {
  const { out } = await farm.cli("frames", `${job}`);
  expect(out).toMatch(/^FRAME +STATE +ATTEMPT +SLAVE +TIME +CPU +MEMORY +LAST RUN +WHAT HAPPENED$/m);
  expect(out).toMatch(/^ +2 +finished +1 +s1 +[\d.]+ m?s +[\d.]+ m?s +(?:[\d.]+ [MG]B +)?finished$/m);
  expect(out).toMatch(/^ +3 +failed +2 +s1 +[\d.]+ m?s +[\d.]+ m?s +(?:[\d.]+ [MG]B +)?failed/m);
});

test("a running frame shows how far it is, by the lines of its program", async () => {
  const long = await farm.submit({
    command: ["sh", "-c", "echo 42%; sleep 60"],
    output: { progress: ["(?<percent>\\d+)%"] },
  });
  await farm.frameIs(long, 1, ({ progress }) => progress === 42);
  const { out } = await farm.cli("frames", `${long}`);
  expect(out).toMatch(/^FRAME +STATE +DONE /m);
  expect(out).toMatch(/^ +1 +running +42 %/m);
  await farm.client.delete(long);
});

test("ranges choose frames, --limit says when there are more, --json holds them all", async () => {
  const { out } = await farm.cli("frames", `${job}`, "4-9", "2", "--limit", "2");
  expect([...out.matchAll(/^ +(\d) {2}/gm)].map(([, frame]) => frame)).toEqual(["4", "5"]);
  expect(out).toEndWith("2 shown; name others, or raise --limit\n");
  expect(JSON.parse((await farm.cli("frames", `${job}`, "3,1", "--json")).out)).toMatchObject([
    { frame: 3, state: "failed", code: 7 },
    { frame: 1, state: "finished" },
  ]);
});

test("--runs lists every attempt at the frames", async () => {
  const { out } = await farm.cli("frames", `${job}`, "2-3", "--runs");
  expect(out).toMatch(/^FRAME +ATTEMPT +SLAVE +STARTED +TIME +CPU +MEMORY +ENDED +COUNTS +WHAT HAPPENED$/m);
  const rows = [...out.matchAll(/^ +(\d) +(\d) +s1 .* (finished|failed) *(yes|$)/gm)].map((row) => row.slice(1));
  expect(rows).toEqual([
    ["2", "1", "finished", ""],
    ["3", "1", "failed", "yes"],
    ["3", "2", "failed", "yes"],
  ]);
  const { out: json } = await farm.cli("frames", `${job}`, "3", "--runs", "--json");
  expect(JSON.parse(json)).toMatchObject([
    { frame: 3, attempt: 1, outcome: "failed", code: 7, counts: true },
    { frame: 3, attempt: 2 },
  ]);
});

test("frames that the job has not are said to be none", async () => {
  expect((await farm.cli("frames", `${job}`, "50")).out).toBe(`job ${job} has none of these frames\n`);
});

test("the log of a frame is that of its last attempt, or of the one named", async () => {
  const { code, out } = await farm.cli("log", `${job}`, "3");
  expect(code).toBe(0);
  expect(out).toMatch(/^# job \d+ test, frames 3, attempt 2\n(#.*\n)+frame 3\n# ended .*exit 7/);
  expect((await farm.cli("log", `${job}`, "3", "--attempt", "1")).out).toContain("attempt 1\n");
  expect(JSON.parse((await farm.cli("log", `${job}`, "1", "--json")).out)).toEqual({
    job,
    frame: 1,
    log: expect.stringContaining("frame 1\n"),
  });
});

test("a log that is not there says why", async () => {
  expect((await farm.cli("log", `${job}`, "9")).err).toBe(`drqueue: job ${job} has no frame 9\n`);
  expect((await farm.cli("log", `${job}`, "3", "--attempt", "9")).err).toBe(
    `drqueue: frame 3 of job ${job} has no attempt 9\n`,
  );
});

test("a reader that closes the pipe early ends the command without a word", async () => {
  const long = await farm.submit({ command: ["seq", "300000"] });
  await farm.ended(long);
  const line = `"${process.execPath}" cli.ts log ${long} 1 | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = Bun.spawnSync(["bash", "-c", line], { cwd: `${import.meta.dir}/../..`, env: envOf(farm) });
  expect({ out: stdout.toString(), err: stderr.toString() }).toEqual({
    out: expect.stringMatching(/^# job \d+ test, frames 1, attempt 1\n0\n$/),
    err: "",
  });
});

test("log -f shows lines as they are written and ends with the run, also from a slave whose log folder is its own", async () => {
  ownSlave(farm, { name: "far", pool: "far", logs: `${farm.folder}/far-logs` });
  const script = "echo one; until [ -e go-on ]; do sleep 0.05; done; echo two";
  const long = await farm.submit({ command: ["sh", "-c", script], folder: farm.folder, pool: "far" });
  await farm.frameIs(long, 1, ({ state }) => state === "running");
  const follow = await until(async () => {
    const { code } = await farm.cli("log", `${long}`, "1");
    return code === 0 ? inPipe(farm, "log", `${long}`, "1", "-f") : undefined;
  }, "the log to begin");
  await until(async () => follow.said().includes("\none\n") || undefined, "the first line");
  expect(follow.said()).not.toContain("\ntwo");
  await Bun.write(`${farm.folder}/go-on`, "");
  expect(await follow.exited).toBe(0);
  expect(follow.said()).toMatch(/\none\ntwo\n# ended .*exit 0/);
});
