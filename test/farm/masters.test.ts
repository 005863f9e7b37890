import { expect, test } from "bun:test";
import { startFarm, until } from "../farm";
import { exited, SimulatedSlave } from "../master/simulated";

test("two masters on one database hand out every task once, and one wakes the other's slaves", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const second = await farm.startMaster({ name: "m2" });
  const other = farm.clientOf(second);
  // The token is the farm's: the second master took it from the database.
  await farm.startSlave("s1");
  await farm.startSlave("s2", { master: second });
  const ledger = `${farm.folder}/ledger`;
  const { id } = await other.submit({
    name: "both",
    frames: "1-60",
    command: ["sh", "-c", `echo {frame} >> ${ledger}; sleep 0.02`],
  });
  expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  const rendered = (await Bun.file(ledger).text()).trim().split("\n").map(Number);
  expect(rendered.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  const { frames } = await other.frames(id);
  expect(new Set(frames.map(({ slave }) => slave))).toEqual(new Set(["s1", "s2"]));
});

test("many slaves on two masters race for tasks and none is handed out twice", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const clients = [farm.client, farm.clientOf(await farm.startMaster({ name: "m2" }))];
  const jobs = await Promise.all(Array.from({ length: 5 }, () => farm.submit({ frames: "1-200", command: ["true"] })));
  const seen = new Set<string>();
  let handed = 0;
  await Promise.all(
    Array.from({ length: 16 }, async (_, at) => {
      const slave = new SimulatedSlave(clients[at % 2]!, `sim${at}`);
      let ended: ReturnType<typeof exited>[] = [];
      while (handed < 1000 || ended.length > 0) {
        const { start } = await slave.sync({ free: 3, ended, hello: true });
        for (const run of start) seen.add(`${run.job}.${run.task}.${run.attempt}`);
        handed += start.length;
        ended = start.map((run) => exited(run));
      }
    }),
  );
  expect(handed).toBe(1000);
  expect(seen.size).toBe(1000);
  for (const job of jobs)
    expect(await farm.client.job(job)).toMatchObject({ state: "finished", frameCounts: { finished: 200 } });
});

test("a second master on one data folder is refused in one line", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const [first] = farm.masters;
  expect(farm.startMaster({ name: "m1" })).rejects.toThrow(
    new RegExp(`another master \\(process ${first!.pid}\\) uses .*: stop it, or give this one another --data`),
  );
  expect(await farm.client.jobs()).toEqual([]);
});

test("a port in use is one line that says what to do", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const { port } = farm.masters[0]!;
  expect(farm.startMaster({ name: "m2", port })).rejects.toThrow(new RegExp(`port ${port} is in use: .*--port`));
});

test("a master that is stopped leaves nothing running", async () => {
  await using farm = await startFarm({ slaves: 0, database: "embedded" });
  expect(await farm.masters[0]!.end("SIGINT")).toBe(0);
  await until(async () => farm.processes().length === 0 || undefined, "the last process");
});
