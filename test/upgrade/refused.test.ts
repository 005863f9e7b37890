// A master that was upgraded too far refuses its slaves, or one that was not upgraded its newer slaves: nobody loses work by it.
import { expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { eachOnce, Ledger } from "./ledger";

/** Stands before a master, and may make syncs seem to be of another version of the protocol. */
class Gate {
  /** The version that syncs say they speak, if it is not theirs. */
  version: number | undefined;
  refused = 0;
  private readonly server: Bun.Server<undefined>;

  constructor(farm: Farm) {
    const master = `http://127.0.0.1:${farm.masters[0]!.port}`;
    this.server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 60,
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        const { method, headers, signal } = request;
        let body = method === "GET" ? null : await request.text();
        if (body !== null && pathname === "/sync" && this.version !== undefined)
          body = JSON.stringify({ ...JSON.parse(body), version: this.version });
        const answer = await fetch(`${master}${pathname}${search}`, { method, headers, body, signal });
        if (answer.status === 400) this.refused++;
        return answer;
      },
    });
  }

  get port(): number {
    return this.server.port!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(true);
  }
}

test("a slave that is refused says so once, renders on, and goes on when it is understood again", async () => {
  await using farm = await startFarm({ slaves: 0, lease: "30s" });
  await using gate = new Gate(farm);
  await farm.startSlave("s1", { master: gate });
  const ledger = new Ledger(farm, "all");
  const id = await farm.submit({ frames: "1-4", command: ledger.command });
  await ledger.started(2);
  gate.version = 1;
  ledger.open();
  await until(async () => (ledger.frames.ended.length === 2 && gate.refused > 5 ? true : undefined), "many refusals");
  const { journal } = farm.slave("s1");
  const told = journal.split("\n").filter((line) => line.includes("slave s1 is of release"));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(
    /ERR.*speaks version 1 of the protocol; .*upgrade the slave to DrQueue .*running tasks go on/,
  );

  gate.version = undefined;
  expect(await farm.ended(id)).toMatchObject({ state: "finished" });
  expect(ledger.frames).toEqual(eachOnce(4));
  const { frames } = await farm.client.frames(id);
  expect(frames.every(({ attempt }) => attempt === 1)).toBe(true);
});

test("a slave that one master does not understand is understood by the next", async () => {
  await using farm = await startFarm({ slaves: 0 });
  await using gate = new Gate(farm);
  gate.version = 99;
  await farm.startSlave("s1", { master: [gate, farm.masters[0]!] });
  expect(await farm.ended(await farm.submit({ command: ["true"] }))).toMatchObject({ state: "finished" });
  expect(farm.slave("s1").journal).toContain("upgrade the master first");
});
