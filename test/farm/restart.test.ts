import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { startFarm, until } from "../farm";

test("a master killed with -9 comes back with every job, and what ran went on meanwhile", async () => {
  await using farm = await startFarm({ database: "embedded", slots: 1 });
  const gate = `${farm.folder}/gate`;
  const running = await farm.submit({
    frames: "1-3",
    command: ["sh", "-c", `until [ -e ${gate} ]; do sleep 0.05; done; echo {frame} >> ${farm.folder}/ledger`],
  });
  const stopped = await farm.submit({ frames: "1-1000000", command: ["true"], stopped: true });
  await farm.frameIs(running, 1, ({ state }) => state === "running");
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end("SIGKILL");
  // The frame ends while nobody is there to hear it: the slave keeps the result.
  await Bun.write(gate, "");
  await until(async () => (await Bun.file(`${farm.folder}/ledger`).exists()) || undefined, "the frame to be rendered");
  await farm.startMaster({ port });
  expect(await farm.ended(running)).toMatchObject({ state: "finished" });
  const { frames } = await farm.client.frames(running);
  expect(frames.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  expect((await Bun.file(`${farm.folder}/ledger`).text()).trim().split("\n")).toEqual(["1", "2", "3"]);
  expect(await farm.client.job(stopped)).toMatchObject({ state: "stopped", frameCounts: { waiting: 1_000_000 } });
});

test("a master whose Postgres is killed starts it again and goes on", async () => {
  await using farm = await startFarm({ database: "embedded", slots: 1 });
  const job = await farm.submit({ frames: "1-40", command: ["sleep", "0.05"] });
  await farm.frameIs(job, 2, ({ state }) => state === "finished");
  const [postmaster] = farm.processes().filter((line) => / -D /.test(line) && !line.includes("/bin/sh"));
  process.kill(Number(postmaster!.trim().split(/\s+/)[0]), "SIGKILL");
  const ended = await until(async () => {
    const now = await farm.client.job(job).catch(() => undefined);
    return now?.state === "finished" ? now : undefined;
  }, "the job to be finished");
  expect(ended.frameCounts.finished).toBe(40);
});

test("a slave that is silent past its lease loses its task, and is told to end it when it comes back", async () => {
  await using farm = await startFarm({ slaves: 2, slots: 1, lease: "1s" });
  const script = `echo start {frame} $DRQUEUE_ATTEMPT >> ${farm.folder}/ledger; sleep $((DRQUEUE_ATTEMPT == 1 ? 60 : 0)); echo end $DRQUEUE_ATTEMPT >> ${farm.folder}/ledger`;
  const job = await farm.submit({ frames: "1", command: ["bash", "-c", script] });
  const first = await farm.frameIs(job, 1, ({ state }) => state === "running");
  const frozen = farm.slave(first.slave!);
  // Handed out is not yet begun.
  const ledger = () => Bun.file(`${farm.folder}/ledger`);
  await until(async () => (await ledger().exists()) || undefined, "the jobscript to begin");
  frozen.process.kill("SIGSTOP");
  const done = await farm.frameIs(job, 1, ({ state }) => state === "finished");
  expect(done).toMatchObject({ attempt: 2, slave: farm.slaves.find((slave) => slave !== frozen)!.name });
  expect((await farm.client.slave(frozen.name)).state).toBe("lost");
  frozen.process.kill("SIGCONT");
  await until(
    async () => farm.processes().every((line) => !line.includes("sleep 60")) || undefined,
    "the old process to be killed",
  );
  await until(
    async () =>
      ((await farm.client.slave(frozen.name)).state === "online" &&
        (await farm.client.slave(frozen.name)).running === 0) ||
      undefined,
    "it to be back",
  );
  expect(await farm.frame(job, 1)).toMatchObject({ state: "finished", attempt: 2 });
  expect(await ledger().text()).toBe("start 1 1\nstart 1 2\nend 2\n");
});

test("a lost slave does not use up retries", async () => {
  await using farm = await startFarm({ slaves: 1, slots: 1, lease: "1s" });
  const job = await farm.submit({ command: ["sh", "-c", "sleep $((DRQUEUE_ATTEMPT == 1 ? 60 : 0))"], retries: 0 });
  await farm.frameIs(job, 1, ({ state }) => state === "running");
  await farm.slave("s1").end("SIGKILL");
  await farm.frameIs(job, 1, ({ outcome }) => outcome === "lost");
  // Its data folder is gone with the machine: a new one takes its place.
  for (const line of farm.processes().filter((one) => one.includes("sleep 60") || one.includes("drqueue-run")))
    process.kill(Number(line.trim().split(/\s+/)[0]), "SIGKILL");
  rmSync(`${farm.dataOf("m1")}/slaves/s1`, { recursive: true });
  await farm.startSlave("s2");
  expect(await farm.ended(job)).toMatchObject({ state: "finished" });
});
