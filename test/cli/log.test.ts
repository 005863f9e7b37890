import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Farm, startFarm, until } from "../farm";
import { inPipe, inTerminal } from "./live";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 3 });
});
afterAll(() => farm[Symbol.asyncDispose]());

/** A jobscript that says its frame, and waits for a file before it ends. */
const waits = (file: string) => [
  "sh",
  "-c",
  `echo "begin $DRQUEUE_FRAME"; until [ -e ${file} ]; do sleep 0.05; done; echo "end $DRQUEUE_FRAME"`,
];

test("log -f of a job follows every frame until the job has ended, each line behind its frame", async () => {
  const job = await farm.submit({ frames: "8-13", command: waits(`${farm.folder}/go1`) });
  const log = inPipe(farm, "log", "-f", `${job}`);
  for (const frame of ["0008", "0009", "0010"]) await says(log, `${frame} begin ${Number(frame)}\n`);
  expect(log.said()).not.toContain("0011");
  await Bun.write(`${farm.folder}/go1`, "");
  expect(await log.exited).toBe(0);
  for (let frame = 8; frame <= 13; frame++) {
    const name = `${frame}`.padStart(4, "0");
    const own = log
      .said()
      .split("\n")
      .filter((line) => line.startsWith(name) && !line.includes("#"));
    expect(own).toEqual([`${name} begin ${frame}`, `${name} end ${frame}`]);
  }
});

test("it follows each attempt at a frame, also those that are over within a moment", async () => {
  const job = await farm.submit({
    command: ["sh", "-c", "echo try $DRQUEUE_ATTEMPT; exit 1"],
    retries: 4,
    stopped: true,
  });
  const log = inPipe(farm, "log", "-f", `${job}`);
  await says(log, `nothing of job ${job} runs yet: waiting\n`);
  await farm.client.continue(job);
  expect(await log.exited).toBe(0);
  expect(
    log
      .said()
      .match(/try \d/g)!
      .sort(),
  ).toEqual(["try 1", "try 2", "try 3", "try 4", "try 5"]);
});

test("lines that would move about on the terminal stand still, in a colour of their frame", async () => {
  const job = await farm.submit({ command: ["printf", "a\\033[2Jb\\033[31mred\\rover\\n"], stopped: true });
  const log = inTerminal(farm, 80, {}, "log", "-f", `${job}`);
  await says(log, "waiting");
  await farm.client.continue(job);
  expect(await log.exited).toBe(0);
  expect(log.said()).toContain("\x1b[32m0001\x1b[39m ab\x1b[31mred\x1b[0m\r\n");
  expect(log.said()).toMatch(/0001\x1b\[39m over\r\n/);
});

test("--json tells each line with its frame and attempt", async () => {
  const job = await farm.submit({ frames: "-3--2", command: ["sh", "-c", "sleep 3; echo it"] });
  const { code, out } = await farm.cli("log", "-f", `${job}`, "--json");
  expect(code).toBe(0);
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ line }) => line === "it").sort((a, b) => a.frame - b.frame)).toEqual([
    { job, frame: -3, attempt: 1, line: "it" },
    { job, frame: -2, attempt: 1, line: "it" },
  ]);
});

test("logs are followed on over a master that is started again, without a line twice", async () => {
  const job = await farm.submit({ frames: "1-2", command: waits(`${farm.folder}/go2`) });
  const all = inPipe(farm, "log", "-f", `${job}`);
  const one = inPipe(farm, "log", "-f", `${job}`, "1");
  await says(all, "0002 begin 2");
  await says(all, "0001 begin 1");
  await says(one, "begin 1");
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end();
  await farm.startMaster({ port });
  await Bun.write(`${farm.folder}/go2`, "");
  expect(await all.exited).toBe(0);
  expect(await one.exited).toBe(0);
  for (const text of ["begin 1", "end 1", "begin 2", "end 2"]) expect(all.said().split(text)).toHaveLength(2);
  for (const text of ["begin 1", "end 1", "# ended"]) expect(one.said().split(text)).toHaveLength(2);
});

test("--tail begins with the last lines, and goes on with -f", async () => {
  const job = await farm.submit({
    command: ["sh", "-c", `seq 1000; until [ -e ${farm.folder}/go4 ]; do sleep 0.05; done; echo end`],
  });
  await farm.frameIs(job, 1, ({ state }) => state === "running", "to run");
  await until(async () => (await farm.log(job, 1)).includes("\n1000\n") || undefined, "its lines");
  expect((await farm.cli("log", `${job}`, "1", "--tail", "3")).out).toBe("998\n999\n1000\n");
  const log = inPipe(farm, "log", `${job}`, "1", "--tail", "2", "-f");
  await says(log, "999\n1000\n");
  await Bun.write(`${farm.folder}/go4`, "");
  expect(await log.exited).toBe(0);
  expect(log.said()).toMatch(/^999\n1000\nend\n# ended .*\n$/);
  expect(await farm.cli("log", `${job}`, "--tail", "3")).toMatchObject({
    code: 2,
    err: "drqueue: --tail is of a frame: log 12 5 --tail 50\n",
  });
});

test("log of a job without -f shows the last lines of what runs and of what failed, and no more than 20 of them", async () => {
  const script = "seq 100; [ $DRQUEUE_FRAME != 30 ] || { touch $0; sleep 60; }; exit 1";
  const file = `${farm.folder}/runs`;
  const job = await farm.submit({ frames: "1-30", retries: 0, command: ["sh", "-c", script, file], slaveFailures: 0 });
  await until(async () => (existsSync(file) ? true : undefined), "the last frame");
  await until(async () => ((await farm.client.job(job)).frameCounts.failed === 29 ? true : undefined), "the others");
  const { code, out } = await farm.cli("log", `${job}`);
  expect(code).toBe(0);
  const parts = out.split(/^==> (.*) <==\n/m).slice(1);
  expect(parts[0]).toBe("frame 30, attempt 1, running");
  expect(parts[1]!.trim().split("\n")).toEqual(Array.from({ length: 20 }, (_, at) => `${81 + at}`));
  expect(parts[2]).toBe("frame 1, attempt 1, failed");
  expect(parts).toHaveLength(40);
  expect(out).toEndWith(`10 more run or have failed: drqueue frames ${job} lists them\n`);
  await farm.client.delete(job);
  const fine = await farm.submit({ command: ["true"] });
  await farm.ended(fine);
  expect((await farm.cli("log", `${fine}`)).out).toBe(
    `nothing of job ${fine} runs or has failed: drqueue log ${fine} 5 shows frame 5\n`,
  );
});

test("more logs than are followed at a time are told of, and come when others end", async () => {
  await farm.client.changeSlave("s1", { slots: 70 });
  const job = await farm.submit({ frames: "1-70", command: waits(`${farm.folder}/go3`) });
  await until(async () => ((await farm.client.job(job)).frameCounts.running === 70 ? true : undefined), "all to run");
  const log = inPipe(farm, "log", "-f", `${job}`);
  await says(log, "64 logs are followed at a time: 6 more frames run, and follow as others end\n");
  await Bun.write(`${farm.folder}/go3`, "");
  expect(await log.exited).toBe(0);
  expect(log.said().match(/end \d+/g)).toHaveLength(70);
}, 30_000);

function says(live: { said(): string }, text: string): Promise<string> {
  return until(async () => (live.said().includes(text) ? "said" : undefined), `'${text}'`);
}
