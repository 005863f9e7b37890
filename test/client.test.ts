import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client, ClientError } from "../lib/client";
import { Settings } from "../lib/settings";
import { protocolVersion, type Sync } from "../lib/sync";
import { type Farm, startFarm } from "./farm";

let farm: Farm;
let client: Client;
beforeAll(async () => {
  farm = await startFarm();
  client = farm.client;
});
afterAll(() => farm[Symbol.asyncDispose]());

describe("jobs", () => {
  test("are submitted, read, listed, changed, and forgotten", async () => {
    const { id } = await client.submit({ name: "a job", command: ["true"], frames: "1-3", stopped: true });
    expect(await client.job(id)).toMatchObject({ id, name: "a job", state: "stopped", frames: "1-3" });
    expect(await client.change(id, { priority: 7 })).toEqual({ tasks: 0, killing: 0 });
    expect(await client.jobs({ name: "a job", limit: 1 })).toMatchObject([{ id, priority: 7 }]);
    expect(await client.finish(id, "2-3")).toEqual({ tasks: 2, killing: 0 });
    expect(await client.requeue(id, "3")).toEqual({ tasks: 1, killing: 0 });
    const { frames, next } = await client.frames(id, { frames: "2,3", limit: 1 });
    expect({ frames, next }).toMatchObject({ frames: [{ frame: 2, state: "finished" }], next: expect.any(Number) });
    expect((await client.frames(id, { frames: "2,3", after: next! })).frames).toMatchObject([
      { frame: 3, state: "waiting" },
    ]);
    await client.delete(id);
    expect(await refusal(client.job(id))).toEqual({ status: 404, message: `there is no job ${id}` });
  });

  test("are stopped, killed, continued, rerun", async () => {
    const { id } = await client.submit({
      name: "long",
      command: ["sh", "-c", "[ -e go ] || sleep 60"],
      folder: farm.folder,
    });
    await farm.frameIs(id, 1, ({ state }) => state === "running");
    expect(await client.stop(id)).toEqual({ tasks: 0, killing: 0 });
    expect(await client.kill(id, "1")).toEqual({ tasks: 0, killing: 1 });
    await farm.frameIs(id, 1, ({ state }) => state === "waiting");
    await Bun.write(`${farm.folder}/go`, "");
    await client.continue(id);
    await farm.ended(id);
    expect(await client.rerun(id)).toEqual({ tasks: 1, killing: 0 });
    await farm.ended(id);
  });

  test("have logs, which are followed until the signal comes", async () => {
    const { id } = await client.submit({ name: "log", command: ["sh", "-c", "echo begun; sleep 60"] });
    await farm.frameIs(id, 1, ({ state }) => state === "running");
    const abort = new AbortController();
    let text = "";
    const reading = (async () => {
      for (;;) {
        try {
          const { body } = await client.log(id, 1, { follow: true, attempt: 1, signal: abort.signal });
          for await (const piece of body!) {
            text += new TextDecoder().decode(piece);
            if (text.includes("begun\n")) abort.abort();
          }
        } catch (error) {
          // Handed out, but not begun.
          if (!(error instanceof ClientError && error.status === 404)) return;
        }
      }
    })();
    await reading;
    expect(text).toEndWith("begun\n");
    await client.delete(id);
  });
});

test("every attempt at a frame is told", async () => {
  const { id } = await client.submit({
    name: "tries",
    command: ["sh", "-c", "exit 7"],
    retries: 1,
    frames: "5-6",
    block: 2,
  });
  expect(await client.runs(id, 5)).toBeArray();
  await farm.ended(id);
  const runs = await client.runs(id, 6);
  const one = {
    slave: "s1",
    outcome: "failed",
    code: 7,
    counts: true,
    startedAt: expect.any(String),
    endedAt: expect.any(String),
  };
  expect(runs).toMatchObject([
    { attempt: 1, ...one },
    { attempt: 2, ...one },
  ]);
  expect(runs[0]!.seconds).toBeGreaterThan(0);
  await client.requeue(id);
  await farm.ended(id);
  expect((await client.runs(id, 5)).map(({ counts }) => counts)).toEqual([false, false, true, true]);
  expect(await refusal(client.runs(id, 7))).toEqual({ status: 404, message: `job ${id} has no frame 7` });
  expect(await refusal(client.runs(id + 1000, 7))).toMatchObject({ status: 404 });
  const { id: waits } = await client.submit({ name: "waits", command: ["true"], stopped: true });
  expect(await client.runs(waits, 1)).toEqual([]);
});

test("a log comes line by line", async () => {
  const { id } = await client.submit({ name: "lines", command: ["sh", "-c", "echo one; echo two"] });
  await farm.ended(id);
  const lines = await Array.fromAsync(client.logLines(id, 1));
  expect(lines.filter((line) => !line.startsWith("#"))).toEqual(["one", "two"]);
});

describe("what a job may need", () => {
  test("kinds tell their fields and write a jobscript", async () => {
    expect((await client.kinds()).map(({ name }) => name)).toContain("blender");
    const { fields } = await client.kind("blender");
    expect(fields.find(({ name }) => name === "scene")).toMatchObject({ required: true, path: true });
    const script = await client.jobscript("blender", { scene: "/mnt/a b.blend" }, "sh");
    expect(script).toContain("DRQUEUE_SCENE='/mnt/a b.blend'");
    expect(await client.jobscript("blender", { scene: "x" }, "cmd")).toStartWith("@echo off");
    expect(await refusal(client.kind("nope"))).toMatchObject({ status: 404 });
    expect(await refusal(client.jobscript("blender", {}, "sh"))).toMatchObject({ status: 400 });
  });

  test("licences are set, listed and removed", async () => {
    expect(await client.setLicence("nuke", 3)).toEqual({ name: "nuke", total: 3, used: 0 });
    expect(await client.licences()).toEqual([{ name: "nuke", total: 3, used: 0 }]);
    await client.removeLicence("nuke");
    expect(await client.licences()).toEqual([]);
  });

  test("owners have weights", async () => {
    expect(await client.setOwner("ana b", 2.5)).toMatchObject({ name: "ana b", weight: 2.5 });
    expect(await client.owners()).toContainEqual({ name: "ana b", weight: 2.5, running: 0 });
  });

  test("slaves are blocked and let in again, and why tells of it", async () => {
    const { id } = await client.submit({ name: "blocked", command: ["true"], stopped: true });
    await client.block(id, ["s1"]);
    expect((await client.job(id)).blocked).toEqual(["s1"]);
    expect((await client.why(id)).couldRun).toBe(false);
    expect((await client.why(id, 1)).text).toBeString();
    expect((await client.whySlave("s1")).text).toContain("s1");
    await client.unblock(id, ["s1"]);
    expect((await client.job(id)).blocked).toEqual([]);
    await client.delete(id);
  });

  test("a job that others wait for is deleted with them, or lets them go, as is asked", async () => {
    const submit = async (after: number[] = []) =>
      (
        await client.submit({
          name: "link",
          command: ["true"],
          stopped: true,
          after: after.map((job) => ({ job, until: "finished" as const })),
        })
      ).id;
    const first = await submit();
    const second = await submit([first]);
    const third = await submit([second]);
    expect(await refusal(client.delete(first))).toMatchObject({ message: expect.stringContaining(`${second}`) });
    await client.delete(first, { dependents: "release" });
    expect((await client.job(second)).needs).toEqual([]);
    await client.delete(second, { dependents: "cascade" });
    expect(await refusal(client.job(third))).toMatchObject({ status: 404 });
  });
});

describe("slaves", () => {
  test("are listed, read and changed through the master", async () => {
    expect(await client.slaves()).toMatchObject([{ name: "s1" }]);
    expect(await client.slave("s1")).toMatchObject({ name: "s1", state: "online" });
    expect(await client.changeSlave("s1", { addPools: ["maya"] })).toMatchObject({ pools: ["Default", "maya"] });
    await client.clearSlave("s1");
    expect(await refusal(client.clearSlave("nope"))).toMatchObject({ status: 404 });
  });

  test("answer at their own port", async () => {
    const slave = farm.clientOf(farm.slave("s1"));
    expect(await slave.slaveState()).toMatchObject({ name: "s1", connected: true });
    expect(await slave.changeSettings({ slots: 3 })).toMatchObject({ slots: 3 });
    const id = await farm.submit({ command: ["echo", "at the slave"] });
    await farm.ended(id);
    const { logFolder } = await client.job(id);
    expect(await (await slave.slaveLog(`${logFolder}/0001.1.log`)).text()).toContain("at the slave\n");
    expect(await refusal(slave.slaveLog("../../etc/passwd"))).toMatchObject({ status: 400 });
    await slave.forgetJob(logFolder);
    expect(await refusal(slave.slaveLog(`${logFolder}/0001.1.log`))).toMatchObject({ status: 404 });
    expect((await refusal(slave.forgetJob("../etc"))).status).toBeGreaterThanOrEqual(400);
  });

  test("sync: one that another release speaks is refused by name", async () => {
    const sync: Sync = {
      version: protocolVersion + 1,
      key: crypto.randomUUID(),
      name: "stranger",
      software: "9",
      port: 0,
      os: "LINUX",
      cpus: 1,
      memoryMb: 1,
      freeMemoryMb: 1,
      memoryLeftMb: 1,
      gpus: 0,
      gpusLeft: 0,
      load: 0,
      foreignSlots: 0,
      inHours: true,
      settings: Settings.parse({ slots: 1, pools: ["Default"], enabled: true }),
      free: 0,
      alive: [],
      ended: [],
    };
    expect((await refusal(client.sync(sync))).message).toContain("upgrade the master first");
    const own = await client.sync({ ...sync, version: protocolVersion, hello: true });
    expect(own).toMatchObject({ start: [], kill: [], id: expect.any(Number) });
    await client.sync({ ...sync, version: protocolVersion, leaving: true });
  });
});

describe("an error says", () => {
  test("the master's status and words", async () => {
    expect(await refusal(client.submit({ name: "x", command: ["x"], frames: "1:5" }))).toEqual({
      status: 400,
      message: expect.stringContaining("write 1-100x5"),
    });
    expect(await refusal(client.change(1, {}))).toEqual({ status: 400, message: "nothing to change" });
    const stranger = new Client({ host: "127.0.0.1", port: farm.masters[0]!.port, token: "guess" });
    expect(await refusal(stranger.jobs())).toMatchObject({ status: 401 });
  });
});

async function refusal(call: Promise<unknown>): Promise<{ status?: number; message: string }> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ClientError);
  const { status, message } = error as ClientError;
  return { message, ...(status !== undefined && { status }) };
}
