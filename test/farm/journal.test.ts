// What master and slave write about themselves, as a program reads it.
import { expect, test } from "bun:test";
import { type Member, startFarm, until } from "../farm";

type Line = {
  "@timestamp": string;
  level: string;
  message: string;
  logger: string;
  properties: Record<string, unknown>;
};

/** Its log, every line that it has finished; throws when one is no JSON. */
const linesOf = (member: Member): Line[] =>
  member.journal
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const json = ["--log-format", "json", "--log-level", "debug"];

test("with JSON each line is an object, and each about a run names job, task, attempt and slave", async () => {
  await using farm = await startFarm({ slaves: 0, masterFlags: json });
  const slave = await farm.startSlave("rack7", { flags: json });
  const fine = await farm.submit({ frames: "1-3", command: ["true"] });
  await farm.ended(fine);
  // What fails says so in words of its own, with all that could break a line.
  const failing = await farm.submit({
    name: "a\u202eb",
    command: ["sh", "-c", "exit 3"],
    retries: 0,
    owner: "ana",
  });
  await farm.ended(failing);
  const missing = await farm.submit({ command: ["/no/such\u001b[2J\nprogram"], retries: 0 });
  await farm.ended(missing);
  const killed = await farm.submit({ command: ["sleep", "60"] });
  await farm.frameIs(killed, 1, ({ state }) => state === "running");
  await farm.client.stop(killed, { kill: true });
  await until(
    async () => linesOf(farm.masters[0]!).find(({ properties }) => properties.outcome === "killed"),
    "the kill",
  );
  const about = (member: Member, job: number) => linesOf(member).filter(({ properties }) => properties.job === job);
  for (const member of [farm.masters[0]!, slave]) {
    for (const line of linesOf(member)) {
      expect(Object.keys(line).sort()).toEqual(["@timestamp", "level", "logger", "message", "properties"]);
      expect(line.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      const { properties } = line;
      const run = "task" in properties || "attempt" in properties;
      if (run)
        expect(properties).toMatchObject({
          job: expect.any(Number),
          task: expect.any(Number),
          attempt: expect.any(Number),
          slave: "rack7",
        });
    }
    // Handed out and ended, or started and ended: two lines for each of three frames.
    expect(about(member, fine).map(({ level }) => level)).toEqual(Array(6).fill("DEBUG"));
    expect(about(member, killed).length).toBe(2);
  }
  expect(about(slave, failing).at(-1)).toMatchObject({
    level: "INFO",
    message: expect.stringContaining("failed (exit)"),
    properties: {
      job: failing,
      task: 0,
      attempt: 1,
      slave: "rack7",
      reason: "exit",
      code: 3,
      seconds: expect.any(Number),
    },
  });
  expect(about(slave, missing).at(-1)).toMatchObject({ level: "INFO", properties: { reason: "unstarted" } });
  expect(about(farm.masters[0]!, failing).at(-1)).toMatchObject({ properties: { outcome: "failed", code: 3 } });
});

test("as it is without a word, tasks that go well are not told, and one that fails is one line that ends with its names", async () => {
  await using farm = await startFarm();
  await farm.ended(await farm.submit({ frames: "1-5", command: ["true"] }));
  const failing = await farm.submit({ command: ["sh", "-c", "exit 3"], retries: 0 });
  await farm.ended(failing);
  const lines = farm.slaves[0]!.journal.split("\n").filter((line) => line.includes(" job="));
  expect(lines).toEqual([
    expect.stringMatching(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INF failed \(exit\) after [\d.]+ s: exit 3 job=2 task=0 attempt=1 slave=s1$/,
    ),
  ]);
  expect(farm.masters[0]!.journal).not.toContain(" DBG ");
});

test("variables do the same as flags, and a wrong one is refused in one line", async () => {
  await using farm = await startFarm({ slaves: 0, masterEnv: { DRQUEUE_LOG_FORMAT: "json" } });
  await until(async () => linesOf(farm.masters[0]!)[0], "its first line");
  const ran = Bun.spawnSync([process.execPath, "slave.ts"], { env: { ...farm.env, DRQUEUE_LOG_LEVEL: "loud" } });
  expect([ran.exitCode, ran.stderr.toString()]).toEqual([
    1,
    "slave: DRQUEUE_LOG_LEVEL is 'loud': write one of debug, info, warning, error\n",
  ]);
});
