// A slave's settings, from the command line to its disk and back.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
import { endFarm, isOnline, ownSlave, refusal } from "./own-slave";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => endFarm(farm));

const shown = (name: string, wanted: object) =>
  until(
    async () => {
      const slave = await farm.client.slave(name);
      return Bun.deepMatch(wanted, slave) || undefined;
    },
    `the master to show ${JSON.stringify(wanted)}`,
  );

/** Stops a slave and waits until the master shows that it is gone: what it shows then of the next start is new. */
async function stop(slave: ReturnType<typeof ownSlave>, name: string): Promise<void> {
  slave.kill("SIGTERM");
  expect(await slave.exited).toBe(0);
  await shown(name, { state: "gone" });
}

test("changes through its port are shown at once and kept over restarts, as are flags of an earlier start", async () => {
  const first = ownSlave(farm, { name: "keeps" });
  await isOnline(farm, "keeps");
  await shown("keeps", { settings: { slots: availableParallelism(), pools: ["Default"], enabled: true } });
  expect(await farm.cli("set", "keeps", "--slots", "3", "--pool", "+maya,+nuke,-Default")).toMatchObject({ code: 0 });
  expect(await farm.cli("disable", "keeps")).toMatchObject({ code: 0 });
  await shown("keeps", { settings: { slots: 3, pools: ["maya", "nuke"], enabled: false } });
  const { id } = await farm.client.slave("keeps");
  await stop(first, "keeps");

  const second = ownSlave(farm, { name: "keeps", slots: "5" });
  await shown("keeps", { state: "online", id, settings: { slots: 5, pools: ["maya", "nuke"], enabled: false } });
  await stop(second, "keeps");

  const third = ownSlave(farm, { name: "keeps" });
  await shown("keeps", { state: "online", id, settings: { slots: 5, pools: ["maya", "nuke"], enabled: false } });
  await stop(third, "keeps");
});

test("a disabled slave takes no tasks, and takes them when it is enabled; so does one without slots", async () => {
  const slave = ownSlave(farm, { name: "idle", slots: "1" });
  await isOnline(farm, "idle");
  for (const [off, on] of [
    [{ enabled: false }, { enabled: true }],
    [{ slots: 0 }, { slots: 1 }],
    [{ pools: ["other"] }, { pools: ["Default"] }],
    [{ drain: true }, { enabled: true }],
  ]) {
    await farm.client.changeSlave("idle", off!);
    await shown("idle", { settings: off! });
    const id = await farm.submit({ command: ["true"] });
    await Bun.sleep(200);
    expect((await farm.frame(id, 1)).state).toBe("waiting");
    await farm.client.changeSlave("idle", on!);
    expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  }
  await stop(slave, "idle");
});

test("every setting can be given at the start, and is kept for the next", async () => {
  const flags = {
    slots: "2",
    pool: "maya,nuke",
    "leave-memory": "1.5G",
    "load-limit": "0.8",
    hours: "mon-fri 19:00-08:00, sat-sun",
    path: "/mnt/show=S:\\show,/mnt/lib=\\\\files\\lib",
    gpus: "2",
  };
  const wanted = {
    slots: 2,
    pools: ["maya", "nuke"],
    leaveMb: 1536,
    loadLimit: 0.8,
    hours: flags.hours,
    paths: [
      { farm: "/mnt/show", here: "S:\\show" },
      { farm: "/mnt/lib", here: "\\\\files\\lib" },
    ],
    gpus: 2,
  };
  const first = ownSlave(farm, { name: "whole", ...flags });
  await isOnline(farm, "whole");
  await shown("whole", { state: "online", gpus: 2, settings: wanted });
  await stop(first, "whole");

  const second = ownSlave(farm, { name: "whole", "load-limit": "off", hours: "always", path: "none", gpus: "auto" });
  const usual = { loadLimit: null, hours: "", paths: [], gpus: null };
  await shown("whole", { state: "online", settings: { ...wanted, ...usual } });
  await stop(second, "whole");
});

test("GPUs are those that nvidia-smi lists", async () => {
  farm.script("nvidia-smi", "#!/bin/sh\necho 'GPU 0: A (UUID: a)'\necho 'GPU 1: B (UUID: b)'\n");
  const slave = ownSlave(farm, { name: "gpus" }, { PATH: `${farm.folder}:${process.env.PATH}` });
  await isOnline(farm, "gpus");
  await shown("gpus", { state: "online", gpus: 2, gpusLeft: 2 });
  await stop(slave, "gpus");
});

test("a folder that has another name here is found: in the command, in variables and as working folder", async () => {
  const here = join(farm.folder, "local name");
  mkdirSync(join(here, "shot"), { recursive: true });
  const slave = ownSlave(farm, { name: "maps", slots: "1", pool: "maps", path: `S:\\show=${here}` });
  await isOnline(farm, "maps");
  const id = await farm.submit({
    command: ["sh", "-c", 'echo "$0" "$SCENE"; pwd', "S:\\show\\shot\\a.blend"],
    env: { SCENE: "s:/SHOW/shot/b.blend" },
    folder: "S:\\show\\shot",
    pool: "maps",
  });
  expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  const log = await farm.log(id, 1);
  expect(log).toContain(`\n${here}/shot/a.blend ${here}/shot/b.blend\n${here}/shot\n`);
  await stop(slave, "maps");
});

test("a damaged settings file is one clear line, and is left as it is", async () => {
  const file = join(farm.dataOf("m1"), "slaves", "keeps", "slave.json");
  writeFileSync(file, '{"format": 1, "key');
  const { code, said } = await refusal(ownSlave(farm, { name: "keeps" }));
  expect(code).toBe(1);
  expect(said).toBe(`slave: ${file} is damaged: remove it to begin with a new identity and default settings\n`);
  expect(readFileSync(file, "utf8")).toBe('{"format": 1, "key');
});

test("a slave that cannot be as it was asked to be says so in one line", async () => {
  const wrong: [flags: Record<string, string>, words: RegExp][] = [
    [{ name: "a/b" }, /'a\/b' cannot be a slave's name/],
    [{ name: ".." }, /'\.\.' cannot be a slave's name/],
    [{ slots: "-1" }, /--slots/],
    [{ slots: "many" }, /--slots/],
    [{ pool: "a b" }, /a pool is 1 to 64 letters/],
    [{ grace: "soon" }, /soon.* is not a time/],
    [{ nonsense: "1" }, /--nonsense/],
    [{ hours: "mon-foo" }, /^slave: hours: 'mon-foo' is no day.*write for example mon-fri/],
    [{ path: "/mnt/show" }, /^slave: --path: '\/mnt\/show' has no =.*write for example/],
    [{ path: "/=S:" }, /stands for every folder/],
    [{ "load-limit": "much" }, /--load-limit 'much': give a number or off/],
    [{ gpus: "100" }, /^slave: gpus: /],
    [{ gpus: "1.5" }, /^slave: gpus: /],
    [{ "leave-memory": "lots" }, /lots.* is not a size/],
  ];
  const said = await Promise.all(wrong.map(([flags]) => refusal(ownSlave(farm, flags))));
  for (const [at, [, words]] of wrong.entries()) {
    expect(said[at]!.code).toBeGreaterThan(0);
    expect(said[at]!.said).toMatch(words);
    expect(said[at]!.said).toMatch(/^slave: [^\n]+\n$/);
  }
});

test("a port in use, and a slave without a token, are one line each", async () => {
  const inUse = await refusal(ownSlave(farm, { name: "port", port: `${farm.masters[0]!.port}` }));
  expect(inUse).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^slave: .*port \d+ is in use: [^\n]+\n$/) as string,
  });
  const lost = ownSlave(farm, { name: "lost", data: join(farm.folder, "empty") });
  expect(await refusal(lost)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^slave: no token for the farm: set DRQUEUE_TOKEN [^\n]+\n$/) as string,
  });
});
