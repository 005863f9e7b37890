// A process that its slave may not end: another user's, which a jobscript started by a program with the set-user-id bit.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "../../lib/client";
import { readLock } from "../../lib/local/lock";
import { type Farm, startFarm, until } from "../farm";

const perl = Bun.which("perl");
const nobody = 65534;
const possible = process.platform === "linux" && process.getuid?.() === 0 && perl !== null;

let farm: Farm;
let slave: Bun.Subprocess | undefined;
let port: number;
beforeAll(async () => {
  if (!possible) return;
  farm = await startFarm({ slaves: 0 });
  const root = join(farm.folder, "perl-of-root");
  copyFileSync(perl, root);
  chmodSync(root, 0o4755);
  const data = join(farm.folder, "own");
  mkdirSync(data);
  writeFileSync(join(data, "token"), farm.token, { mode: 0o600 });
  for (const file of [data, join(data, "token")]) chownSync(file, nobody, nobody);
  const flags = [
    "--data",
    data,
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--name",
    "rack7",
    "--slots",
    "1",
    "--grace",
    "0s",
  ];
  const to = ["--master", `127.0.0.1:${farm.masters[0]!.port}`];
  slave = Bun.spawn([process.execPath, resolve(import.meta.dir, "../../slave.ts"), ...flags, ...to], {
    cwd: farm.folder,
    env: farm.env,
    uid: nobody,
    gid: nobody,
    stdio: ["ignore", "ignore", "inherit"],
  });
  port = await until(async () => {
    const held = readLock(join(data, "slaves", "rack7", "lock"));
    return typeof held?.port === "number" ? held.port : undefined;
  }, "the slave to listen");
});
afterAll(async () => {
  slave?.kill("SIGKILL");
  await slave?.exited;
  await farm?.[Symbol.asyncDispose]();
});

/** A run that was to be killed and lives on until the file `go` is there; and its slave as the master sees it then. */
async function stuckRun(go: string) {
  const stay = join(farm.folder, "stay.pl");
  writeFileSync(stay, `$< = 0; my $end = time + 60; select undef, undef, undef, 0.05 until -e "${go}" or time > $end;`);
  const id = await farm.submit({ command: ["sh", "-c", `${join(farm.folder, "perl-of-root")} ${stay} & wait`] });
  await farm.frameIs(id, 1, ({ state }) => state === "running");
  await until(async () => stays() || undefined, "the process");
  await farm.client.kill(id);
  const seen = await until(async () => {
    const slave = await farm.client.slave("rack7");
    return slave.stuck > 0 ? slave : undefined;
  }, "the run to be stuck");
  return { id, seen };
}
const stays = () => farm.processes().some((line) => line.includes("stay.pl"));

test.skipIf(!possible)("a run that cannot be ended is shown as such, and keeps its slot until it is gone", async () => {
  const go = join(farm.folder, "go");
  const { id, seen } = await stuckRun(go);
  expect(seen).toMatchObject({ stuck: 1, running: 1, free: 0 });
  const own = new Client({ host: "127.0.0.1", port, token: farm.token });
  expect((await own.slaveState()).runs).toMatchObject([{ job: id, stuck: true }]);
  expect((await farm.client.whySlave("rack7")).text).toContain("1 run there keeps its slot");
  await farm.frameIs(id, 1, ({ message }) => message?.includes("cannot be ended") === true, "to say so");
  expect((await farm.client.why(id, 1)).text).toMatch(/runs on rack7 since .*: its processes cannot be ended/);
  expect((await farm.cli("slave", "rack7")).out).toMatch(/stuck +1 run whose processes cannot be ended keeps its slot/);
  expect((await farm.cli("slaves")).out).toMatch(/STUCK/);

  writeFileSync(go, "");
  await farm.ended(id);
  expect((await farm.client.runs(id, 1)).map(({ outcome }) => outcome)).toEqual(["killed", "finished"]);
  await until(async () => (await farm.client.slave("rack7")).stuck === 0 || undefined, "nothing to be stuck");
});

test.skipIf(!possible)("a slave that is stopped does not wait for what it cannot end", async () => {
  const go = join(farm.folder, "go2");
  await stuckRun(go);
  slave!.kill("SIGTERM");
  expect(await slave!.exited).toBe(0);
  expect(stays()).toBe(true);
  writeFileSync(go, "");
});
