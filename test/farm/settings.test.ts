// A slave's settings, from the command line to its disk and back.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
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
  await shown("keeps", { slots: availableParallelism(), pools: ["Default"], enabled: true });
  expect(await farm.cli("set", "keeps", "--slots", "3", "--pool", "+maya,+nuke,-Default")).toMatchObject({ code: 0 });
  expect(await farm.cli("disable", "keeps")).toMatchObject({ code: 0 });
  await shown("keeps", { slots: 3, pools: ["maya", "nuke"], enabled: false });
  const { id } = await farm.client.slave("keeps");
  await stop(first, "keeps");

  const second = ownSlave(farm, { name: "keeps", slots: "5" });
  await shown("keeps", { state: "online", id, slots: 5, pools: ["maya", "nuke"], enabled: false });
  await stop(second, "keeps");

  const third = ownSlave(farm, { name: "keeps" });
  await shown("keeps", { state: "online", id, slots: 5, pools: ["maya", "nuke"], enabled: false });
  await stop(third, "keeps");
});

test("a disabled slave takes no tasks, and takes them when it is enabled; so does one without slots", async () => {
  const slave = ownSlave(farm, { name: "idle", slots: "1" });
  await isOnline(farm, "idle");
  for (const [off, on] of [
    [{ enabled: false }, { enabled: true }],
    [{ slots: 0 }, { slots: 1 }],
    [{ pools: ["other"] }, { pools: ["Default"] }],
  ]) {
    await farm.client.changeSlave("idle", off!);
    await shown("idle", off!);
    const id = await farm.submit({ command: ["true"] });
    await Bun.sleep(200);
    expect((await farm.frame(id, 1)).state).toBe("waiting");
    await farm.client.changeSlave("idle", on!);
    expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  }
  await stop(slave, "idle");
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
