// What a job may print, set or ask for without harm to its slave: by real processes and without a master.
import { expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStatus, startFamily } from "../../lib/slave/parent";
import { brief } from "../../lib/slave/reasons";
import { EndedRun } from "../../lib/sync";
import { until } from "../farm";
import { Bench, jobOrder, ordered } from "./orders";

const sh = (script: string) => ["sh", "-c", script];
const logOf = (bench: Bench) => readFileSync(join(bench.logs, "000007.shot_1", "0001.1.log"), "utf8");

test.each([
  ["a NUL", "a\\0b", "FATAL a b"],
  ["colours", "\\033[31mred\\033[0m", "FATAL red"],
  ["a bell and a bare return of the cursor", "a\\a\\bb", "FATAL a b"],
  ["bytes that are no text", "\\377\\303", "FATAL \ufffd\ufffd"],
])("a fatal line with %s makes a report that the master takes, as one plain line", async (_, printed, told) => {
  await using bench = new Bench();
  const script = `printf 'FATAL ${printed}\\n'`;
  bench.work.take(ordered(), jobOrder(sh(script), { output: { fatal: ["^FATAL"] } }));
  const [ended] = await bench.ended(1);
  expect(EndedRun.safeParse(ended).error).toBeUndefined();
  expect(ended).toMatchObject({ reason: "fatal", message: told });
});

test("a message of several lines is reported in one, half characters and all that steers a terminal left out", () => {
  expect(brief("the folder /tm\np\r\n\0does not exist \ud800")).toBe("the folder /tm p does not exist \ufffd");
  expect(brief("\u0000".repeat(400) + "x".repeat(600))).toHaveLength(499);
});

test("what a rule takes for a number may be infinite, and the progress stays one that the master takes", async () => {
  await using bench = new Bench();
  const script = "for n in 1 Infinity -Infinity 1e999 -5; do echo n $n; echo f $n; sleep 0.12; done";
  const output = { progress: ["^n (?<nth>.*)", "^f (?<frame>.*)"] };
  bench.work.take({ ...ordered(), frames: [1, 2, 3] }, jobOrder(sh(script), { output }));
  const told: number[] = [];
  await until(async () => {
    told.push(...bench.work.progressNews().map(({ percent }) => percent));
    return bench.work.unsent.length > 0 || undefined;
  }, "the run to end");
  expect(told.length).toBeGreaterThan(0);
  for (const percent of told) expect(percent).toBeWithin(0, 101);
});

test("many rules that never come to an end on a line hold the slave up no longer than one of them", async () => {
  await using bench = new Bench();
  const endless = Array.from({ length: 50 }, (_, at) => `(a+)+${at}$`);
  const output = { fatal: endless, warning: endless, progress: endless.slice(0, 20) };
  const begun = performance.now();
  bench.work.take(ordered(), jobOrder(sh(`echo ${"a".repeat(4000)}!`), { output }));
  expect(await bench.ended(1)).toMatchObject([{ reason: "exit", message: expect.stringMatching(/takes too long/) }]);
  // One took half a second on a machine on which all took half a minute.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test("a command that would grow beyond all memory is refused in words, and its log stays small", async () => {
  await using bench = new Bench();
  const frames = Array.from({ length: 2000 }, (_, at) => (at * 7919) % 100_000);
  const words = Array(20).fill("{frames}".repeat(4095)) as string[];
  bench.work.take({ ...ordered(), frames }, jobOrder(["true", ...words]));
  const [ended] = await bench.ended(1);
  expect(ended).toMatchObject({
    reason: "unstarted",
    message: expect.stringMatching(/^cannot start true: .*too long/),
  });
  expect(bench.work.problem).toBeUndefined();
});

test.each(["status", "asked", "code", "IFS", "OPTIND", "ENV", "BASH_ENV", "SHELLOPTS"])(
  "a job's variable %s arrives as it was given, and its exit code too",
  async (name) => {
    await using bench = new Bench();
    const command = ["/bin/sh", "-c", `echo "[$(/usr/bin/printenv ${name})]"; exit 7`];
    // A shell sees some of these otherwise than a program does, and one does not even start with an OPTIND that is no number.
    bench.work.take(ordered(), jobOrder(["/usr/bin/printenv", name], { env: { [name]: "monitor" } }));
    bench.work.take(
      { ...ordered(1), attempt: 1 },
      jobOrder(command, { env: name === "OPTIND" ? {} : { [name]: "monitor" } }),
    );
    const [first, second] = await bench.ended(2);
    expect(first).toMatchObject({ reason: "exit", code: 0 });
    expect(second).toMatchObject({ reason: "exit", code: 7 });
    expect(logOf(bench)).toContain("\nmonitor\n");
  },
);

test.skipIf(Bun.which("bash") === null).each(["noexec", "errexit"])(
  "where sh is bash, a job's SHELLOPTS=%s does not keep the jobscript from running, nor its exit code from being kept",
  async (options) => {
    await using bench = new Bench();
    mkdirSync(bench.logs, { recursive: true });
    const shell = join(bench.folder, "sh");
    Bun.spawnSync(["ln", "-s", Bun.which("bash")!, shell]);
    const output = openSync(join(bench.logs, "log"), "a");
    const status = join(bench.folder, "7.0.1.status");
    const env = { PATH: process.env.PATH!, SHELLOPTS: options, "BASH_FUNC_echo%%": "() { :; }" };
    try {
      const command = ["/usr/bin/perl", "-e", "exit 7"];
      const start = { command, folder: bench.folder, env, output, status };
      expect(await startFamily(start, shell).ended).toMatchObject({ code: 7 });
    } finally {
      closeSync(output);
    }
    expect(readStatus(status)).toBe(7);
  },
);

test("a shared jobscript that storage left empty is not taken for one that renders nothing", async () => {
  await using bench = new Bench();
  const path = join(bench.folder, "000007.sh");
  writeFileSync(path, "");
  bench.work.take(ordered(), jobOrder([], { script: { path, sh: "exit 6\n", cmd: "" } }));
  expect(await bench.ended(1)).toMatchObject([{ reason: "exit", code: 6 }]);
});
