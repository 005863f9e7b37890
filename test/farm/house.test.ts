// One master keeps house, another one when that is gone, and no slave loses its tasks by the change.
import { expect, test } from "bun:test";
import type { Farm, Member } from "../farm";
import { startFarm, until } from "../farm";
import { startPostgres } from "../postgres";

/** Waits until this master keeps house, and no other one. */
const keepsHouse = (farm: Farm, master: Member, among = master) =>
  until(async () => {
    const keepers = (
      await farm
        .clientOf(among)
        .masters()
        .catch(() => [])
    ).filter((one) => one.keepsHouse);
    return (keepers.length === 1 && keepers[0]!.port === master.port) || undefined;
  }, `${master.name} to keep house`);

test("a master that is killed, or frozen, leaves the house to the other one; back again it does not take it away", async () => {
  await using farm = await startFarm({ slaves: 0, lease: "4s" });
  const first = farm.masters[0]!;
  await keepsHouse(farm, first);
  const second = await farm.startMaster({ name: "m2" });
  const places = async () => (await farm.client.masters()).map(({ address, port }) => `${address}:${port}`);
  await until(async () => (await places()).length === 2 || undefined, "both to be listed");
  expect(await places()).toEqual([first, second].map(({ port }) => `127.0.0.1:${port}`));

  await first.end("SIGKILL");
  await keepsHouse(farm, second);
  const again = await farm.startMaster({ name: "m1" });
  expect((await farm.clientOf(again).masters()).filter((one) => one.keepsHouse)).toMatchObject([{ port: second.port }]);

  second.process.kill("SIGSTOP");
  await keepsHouse(farm, again);
  // What waits for the clock is done by the one that keeps house now.
  const doomed = await farm.clientOf(again).submit({ name: "x", command: ["x"], frames: "1", deleteAfterMs: 0 });
  await farm.clientOf(again).finish(doomed.id, "1");
  await until(
    () =>
      farm
        .clientOf(again)
        .job(doomed.id)
        .then(
          () => undefined,
          (error) => error.status === 404 || undefined,
        ),
    "the job to be deleted",
  );
  second.process.kill("SIGCONT");
  await until(async () => second.journal.includes("does not keep house any more") || undefined, "it to notice");
  await keepsHouse(farm, again, second);
  expect(second.journal).toContain("this master keeps house now");
});

test("after an outage of all masters that is longer than the lease a slave still has its tasks", async () => {
  await using farm = await startFarm({ slaves: 1, lease: "2s" });
  const gate = `${farm.folder}/gate`;
  const job = await farm.submit({ command: ["sh", "-c", `until [ -e ${gate} ]; do sleep 0.05; done`] });
  await farm.frameIs(job, 1, ({ state }) => state === "running");
  const [first] = farm.masters;
  const second = await farm.startMaster({ name: "m2" });
  await Promise.all([first!.end("SIGKILL"), second.end("SIGKILL")]);
  await Bun.sleep(3000);
  const back = await farm.startMaster({ name: "m1", port: first!.port });
  await keepsHouse(farm, back);
  await Bun.write(gate, "");
  expect(await farm.ended(job)).toMatchObject({ state: "finished" });
  expect(await farm.client.runs(job, 1)).toMatchObject([{ attempt: 1, outcome: "finished" }]);
});

test("a database that was away while the master was frozen costs no slave its tasks", async () => {
  const server = await startPostgres();
  await using farm = await startFarm({ slaves: 1, lease: "2s", database: server.url });
  const gate = `${farm.folder}/gate`;
  const job = await farm.submit({ command: ["sh", "-c", `until [ -e ${gate} ]; do sleep 0.05; done`] });
  await farm.frameIs(job, 1, ({ state }) => state === "running");
  const master = farm.masters[0]!;
  await keepsHouse(farm, master);
  master.process.kill("SIGSTOP");
  await server.pause();
  await Bun.sleep(3000);
  await server.resume();
  master.process.kill("SIGCONT");
  await keepsHouse(farm, master);
  await Bun.write(gate, "");
  await until(
    async () => (await farm.client.job(job).catch(() => undefined))?.state === "finished" || undefined,
    "its end",
  );
  expect(await farm.client.runs(job, 1)).toMatchObject([{ attempt: 1, outcome: "finished" }]);
  await farm[Symbol.asyncDispose]();
  await server.stop();
});

test("a slave that died with the master that kept house is found by the next one", async () => {
  await using farm = await startFarm({ slaves: 0, lease: "2s" });
  const second = await farm.startMaster({ name: "m2" });
  const client = farm.clientOf(second);
  const slave = await farm.startSlave("s1", { master: farm.masters });
  const { id } = await client.submit({ name: "x", command: ["sleep", "60"] });
  await until(async () => (await client.job(id)).state === "running" || undefined, "it to run");
  await keepsHouse(farm, farm.masters[0]!);
  slave.process.kill("SIGSTOP");
  await farm.masters[0]!.end("SIGKILL");
  await until(async () => (await client.slave("s1")).state === "lost" || undefined, "the slave to be lost");
  await until(async () => (await client.job(id)).state === "waiting" || undefined, "its task to wait again");
});
