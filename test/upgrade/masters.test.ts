// A master of this release and one of the release before share a farm while it is upgraded.
import { afterAll, describe, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { eachOnce, Ledger } from "./ledger";
import { previousRelease } from "./previous";

const previous = previousRelease();
afterAll(() => previous?.remove());
const before = previous?.folder ?? "";

describe.skipIf(!previous)("masters of both releases", () => {
  test("the new one migrates under the old one's work: nothing is lost, refused, or rendered twice", async () => {
    await using farm = await startFarm({ slaves: 0, release: before, slots: 4 });
    const old = farm.masters[0]!;
    await farm.startSlave("s1", { release: before });
    const ledger = new Ledger(farm, "all");
    ledger.open();
    const jobs = [await farm.submit({ frames: "1-30", command: ledger.command })];
    await ledger.started(5);
    const fresh = await farm.startMaster({ name: "m2" });
    jobs.push(await farm.submit({ frames: "31-60", command: ledger.command }));
    await farm.startSlave("s2", { master: [fresh, old] });
    const other = farm.clientOf(fresh);
    jobs.push((await other.submit({ name: "new", frames: "61-90", command: ledger.command })).id);
    for (const job of jobs) expect(await farm.ended(job)).toMatchObject({ state: "finished" });
    expect(ledger.frames).toEqual(eachOnce(90));
    for (const job of jobs) {
      const { frames } = await other.frames(job);
      expect(frames.filter(({ attempt, state }) => attempt !== 1 || state !== "finished")).toEqual([]);
    }
    // One line each: that it listens. Nothing went wrong in between.
    expect(old.journal.trim()).not.toContain("\n");
  });

  test("slaves of both go from one master to the other when one is stopped, with what they run", async () => {
    await using farm = await startFarm({ slaves: 0, release: before, lease: "5s" });
    const old = farm.masters[0]!;
    const fresh = await farm.startMaster({ name: "m2" });
    const other = farm.clientOf(fresh);
    await farm.startSlave("s1", { release: before, master: [old, fresh] });
    await farm.startSlave("s2", { master: [old, fresh] });
    const ledger = new Ledger(farm, "all");
    const id = await farm.submit({ frames: "1-12", command: ledger.command });
    await ledger.started(4);
    await old.end("SIGKILL");
    ledger.open();
    const ended = () => until(async () => ((await other.job(id)).state === "finished" ? true : undefined), "the job");
    await ended();
    expect(ledger.frames).toEqual(eachOnce(12));

    // The old one is started again on the database that was migrated meanwhile, and does all the work alone.
    const again = await farm.startMaster({ name: "m1", port: old.port, release: before });
    await fresh.end();
    const more = new Ledger(farm, "more");
    more.open();
    const { id: last } = await farm.clientOf(again).submit({ name: "more", frames: "1-12", command: more.command });
    farm.client = farm.clientOf(again);
    expect(await farm.ended(last)).toMatchObject({ state: "finished" });
    expect(more.frames).toEqual(eachOnce(12));
    expect((await farm.client.slaves()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      "s1 online",
      "s2 online",
    ]);
  });

  test("a data folder with its embedded database goes from the old master to the new one, and back", async () => {
    await using farm = await startFarm({ slaves: 0, release: before, database: "embedded", lease: "5s" });
    const { port } = farm.masters[0]!;
    await farm.startSlave("s1", { release: before });
    const ledger = new Ledger(farm, "all");
    const id = await farm.submit({ frames: "1-6", command: ledger.command });
    await farm.client.setLicence("nuke", 7);
    await ledger.started(2);
    await farm.masters[0]!.end("SIGKILL");
    await farm.startMaster({ port });
    ledger.open();
    expect(await farm.ended(id)).toMatchObject({ state: "finished" });
    expect(ledger.frames).toEqual(eachOnce(6));
    expect(await farm.client.licences()).toMatchObject([{ name: "nuke", total: 7 }]);

    await farm.masters[0]!.end();
    await farm.startMaster({ port, release: before });
    expect(await farm.client.job(id)).toMatchObject({ state: "finished", frameCounts: { finished: 6 } });
    await renders(farm);
  });
});

/** A job of one frame goes through. */
async function renders(farm: Farm): Promise<void> {
  expect(await farm.ended(await farm.submit({ command: ["true"] }))).toMatchObject({ state: "finished" });
}
