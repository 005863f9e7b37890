// Slaves are upgraded while they render: the new one goes on with what the old one has begun, and nothing is rendered twice.
import { afterAll, describe, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { isOnline } from "../farm/own-slave";
import { eachOnce, Ledger } from "./ledger";
import { previousRelease } from "./previous";

const previous = previousRelease();
afterAll(() => previous?.remove());
const before = previous?.folder ?? "";

/** The processes of what a slave runs. */
async function pidsOf(farm: Farm, name: string): Promise<(number | null)[]> {
  const { runs } = await farm.clientOf(farm.slave(name)).slaveState();
  return runs.map(({ pid }) => pid);
}

describe.skipIf(!previous)("a slave of the release before", () => {
  test.each(["kill -9", "--replace"])(
    "is upgraded by %s: the new one has its identity, settings and running tasks",
    async (way) => {
      await using farm = await startFarm({ slaves: 0, lease: "10s" });
      const old = await farm.startSlave("s1", { release: before, flags: ["--pool=maya", "--leave-memory=1M"] });
      const { id: number, settings } = await isOnline(farm, "s1");
      const ledger = new Ledger(farm, "all");
      const id = await farm.submit({ pool: "maya", frames: "1-6", command: ledger.command });
      await ledger.started(2);
      const pids = await pidsOf(farm, "s1");
      expect(pids).toHaveLength(2);
      if (way === "kill -9") await old.end("SIGKILL");
      await farm.startSlave("s1", { flags: way === "--replace" ? ["--replace"] : [] });
      await old.process.exited;
      await until(async () => ((await pidsOf(farm, "s1")).length > 0 ? true : undefined), "the tasks to be picked up");
      expect(await pidsOf(farm, "s1")).toEqual(pids);

      // The way back is open as well.
      await farm.slave("s1").end("SIGKILL");
      await farm.startSlave("s1", { release: before });
      await until(async () => ((await pidsOf(farm, "s1")).length > 0 ? true : undefined), "the tasks to be picked up");
      expect(await pidsOf(farm, "s1")).toEqual(pids);
      ledger.open();
      expect(await farm.ended(id)).toMatchObject({ state: "finished" });
      expect(ledger.frames).toEqual(eachOnce(6));
      expect(await farm.client.slaves()).toMatchObject([{ id: number, name: "s1", settings, state: "online" }]);
      const { frames } = await farm.client.frames(id);
      expect(frames.every(({ attempt }) => attempt === 1)).toBe(true);
    },
  );

  test("ends tasks while nobody looks: the new one finds how they ended", async () => {
    await using farm = await startFarm({ slaves: 0, lease: "10s" });
    await farm.startSlave("s1", { release: before });
    const [good, bad] = [new Ledger(farm, "good"), new Ledger(farm, "bad")];
    const jobs = [
      await farm.submit({ command: good.command }),
      await farm.submit({ command: ["sh", "-c", `${bad.command[0]}; exit 3`], retries: 0 }),
    ];
    await Promise.all([good.started(1), bad.started(1)]);
    await farm.slave("s1").end("SIGKILL");
    for (const ledger of [good, bad]) ledger.open();
    const both = () => good.frames.ended.length + bad.frames.ended.length === 2;
    await until(async () => both() || undefined, "both tasks to end");
    await farm.startSlave("s1");
    expect(await farm.ended(jobs[0]!)).toMatchObject({ state: "finished" });
    expect(await farm.ended(jobs[1]!)).toMatchObject({ state: "failed" });
    expect(await farm.frame(jobs[1]!, 1)).toMatchObject({ attempt: 1, code: 3, message: "exit 3" });
    expect([good.frames, bad.frames]).toEqual([eachOnce(1), eachOnce(1)]);
  });

  test("and the master are upgraded one after the other under running tasks, in either order", async () => {
    for (const first of ["master", "slave"] as const) {
      await using farm = await startFarm({ slaves: 0, release: before, lease: "10s" });
      const { port } = farm.masters[0]!;
      await farm.startSlave("s1", { release: before });
      const ledger = new Ledger(farm, first);
      const id = await farm.submit({ frames: "1-6", command: ledger.command });
      await ledger.started(2);
      const upgrade = {
        master: async () => {
          await farm.masters[0]!.end("SIGTERM");
          await farm.startMaster({ port });
        },
        slave: async () => {
          await farm.slave("s1").end("SIGKILL");
          await farm.startSlave("s1");
        },
      };
      await upgrade[first]();
      await upgrade[first === "master" ? "slave" : "master"]();
      ledger.open();
      expect(await farm.ended(id)).toMatchObject({ state: "finished" });
      expect(ledger.frames).toEqual(eachOnce(6));
      expect(await farm.log(id, 1)).toContain("# ended");
    }
  });
});
