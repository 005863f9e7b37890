// Slaves, command lines and clients of one release work with masters of the other, for all that a person does on a working day.
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { content, python, run as runPython } from "../clients/python";
import { type Farm, startFarm, until } from "../farm";
import { Ledger } from "./ledger";
import { previousRelease } from "./previous";

const previous = previousRelease();
afterAll(() => previous?.remove());
const project = resolve(import.meta.dir, "../..");
const before = previous?.folder ?? project;

const mixtures = [
  { what: "slave and clients of the release before, with this master", master: project, others: before },
  { what: "slave and clients of this release, with a master of the release before", master: before, others: project },
];

describe.skipIf(!previous).each(mixtures)("$what", ({ master, others }) => {
  async function mixedFarm(): Promise<Farm> {
    const farm = await startFarm({ slaves: 0, release: master });
    await farm.startSlave("s1", { release: others });
    return farm;
  }

  test("the command line submits, renders, shows, changes and ends", async () => {
    await using farm = await mixedFarm();
    /** What it prints; it must succeed. */
    const cli = async (...args: string[]) => {
      const { code, out, err } = await farm.cliOf(others, ...args);
      expect([args, code, err]).toEqual([args, 0, ""]);
      return out;
    };
    const submit = async (...args: string[]) => JSON.parse(await cli("submit", "--json", ...args)).id as number;

    const script = 'echo "this is frame $DRQUEUE_FRAME"; test "$DRQUEUE_FRAME" != 3';
    const shot = await submit("--name=shot7", "--frames=1-4", "--retries=0", "--", "sh", "-c", script);
    expect(await farm.ended(shot)).toMatchObject({ state: "failed", frameCounts: { finished: 3, failed: 1 } });
    expect(await cli("log", `${shot}`, "2")).toContain("this is frame 2\n");
    const shown = [
      "jobs",
      "jobs --state=failed",
      `job ${shot}`,
      `frames ${shot}`,
      `job ${shot} --export`,
      `why ${shot}`,
    ];
    for (const text of await Promise.all(shown.map((words) => cli(...words.split(" ")))))
      expect(text).toMatch(/shot7|failed|has ended/);
    await cli("requeue", `${shot}`);
    await farm.frameIs(shot, 3, ({ attempt, state }) => attempt === 2 && state === "failed");
    await cli("finish", `${shot}`, "3");
    expect(await farm.ended(shot)).toMatchObject({ state: "finished" });
    await cli("rerun", `${shot}`);
    await farm.frameIs(shot, 4, ({ attempt, state }) => attempt === 2 && state === "finished");

    const long = await submit("--name=long", "--frames=1", "--", "sleep", "60");
    const runs = (attempt: number) =>
      farm.frameIs(long, 1, (one) => one.attempt === attempt && one.state === "running");
    await runs(1);
    await cli("kill", `${long}`);
    await runs(2);
    await cli("stop", `${long}`, "--kill");
    await farm.frameIs(long, 1, ({ state, outcome }) => state === "waiting" && outcome === "killed");
    await cli("set-job", `${long}`, "--priority=7", "--name=longer");
    await cli("continue", `${long}`);
    await runs(3);
    expect(await farm.client.job(long)).toMatchObject({ priority: 7, name: "longer" });
    await cli("delete", `${long}`);

    await cli("set", "s1", "--slots=3", "--pool=+night");
    const slots = async () => ((await farm.client.slave("s1")).settings.slots === 3 ? true : undefined);
    await until(slots, "the slave's settings at the master");
    expect(await cli("slaves")).toMatch(/s1 +online +\d\/3 .*Default,night/);
    expect(await cli("slave", "s1")).toContain("s1 (1)");
    expect(await cli("why", "--slave", "s1")).not.toBe("");
    await cli("disable", "s1");
    await cli("enable", "s1");

    const file = join(farm.folder, "jobs.yaml");
    const job = (name: string, more = "") =>
      `  - {id: ${name}, name: ${name}, command: ["true"], frames: 1-2${more}}\n`;
    writeFileSync(file, `jobs:\n${job("first")}${job("second", ", after: first")}`);
    await cli("submit", file, "--wait");
    expect(await farm.client.jobs({ name: "second" })).toMatchObject([{ state: "finished" }]);
  });

  test("logs that only the slave has are read and followed, whole and by their ends", async () => {
    await using farm = await startFarm({ slaves: 0, release: master });
    await farm.masters[0]!.end();
    await farm.startMaster({ release: master, logs: join(farm.folder, "elsewhere") });
    await farm.startSlave("s1", { release: others });
    const ledger = new Ledger(farm, "going");
    const steps = `seq 300; ${ledger.command[0]}; test "$DRQUEUE_FRAME" = 1`;
    const id = await farm.submit({ frames: "1-2", retries: 0, command: ["sh", "-c", steps] });
    await ledger.started(2);
    const log = (...words: string[]) => farm.cliOf(others, "log", ...words);
    const followed = log(`${id}`, "1", "-f");
    const all = log("-f", `${id}`);
    expect((await log(`${id}`)).out).toMatch(/frame 2.*\n[\s\S]*\b300\n/);
    ledger.open();
    await farm.ended(id);
    expect((await followed).out).toMatch(/\n1\n2\n[\s\S]*\n300\n# ended/);
    expect((await all).out).toContain("300");
    expect(await log(`${id}`, "2")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("\n299\n300\n# ended"),
    });
    expect(await log(`${id}`)).toMatchObject({ code: 0, err: "", out: expect.stringContaining("300\n# ended") });
  });

  test("the TypeScript client submits, follows and reads", async () => {
    await using farm = await mixedFarm();
    const { Client } = (await import(join(others, "lib/client.ts"))) as typeof import("../../lib/client");
    const client = new Client({ host: "127.0.0.1", port: farm.masters[0]!.port, token: farm.token });
    const { id } = await client.submit({ name: "shot7", command: ["echo", "hello {frame}"], frames: "1-3" });
    expect(await client.wait(id)).toMatchObject({ state: "finished" });
    const lines = await Array.fromAsync(client.logLines(id, 2));
    expect(lines).toContain("hello 2");
    expect(await client.runs(id, 2)).toMatchObject([{ attempt: 1, slave: "s1", outcome: "finished" }]);
    const [, second] = await client.submitAll([
      { id: "a", name: "a", command: ["true"] },
      { id: "b", name: "b", command: ["true"], after: [{ job: "a", until: "finished" }] },
    ]);
    const { id: last } = await until(async () => (await client.jobs({ name: "b" }))[0], "the second job");
    expect(second).toMatchObject({ job: last });
    expect(await client.wait(last)).toMatchObject({ state: "finished" });
    for await (const event of client.events({ after: "0-0", job: id })) {
      expect(event).toMatchObject({ type: "job.submitted", job: id });
      break;
    }
  });

  test.skipIf(!python)("a program that uses the Python client for everything goes on working", async () => {
    await using farm = await mixedFarm();
    const env = {
      ...farm.env,
      DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`,
      DRQUEUE_DATA: farm.dataOf("m1"),
      PYTHONPATH: join(others, "lib/clients"),
      PYTHONDONTWRITEBYTECODE: "1",
    };
    // The program is of the release before, whichever client it finds.
    expect(await runPython(env, [join(before, "test/clients/python_actions.py")])).toEqual(content);
  });
});
