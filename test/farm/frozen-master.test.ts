// A master that stands still, as on a machine that swaps: it accepts connections and answers none.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFarm, until } from "../farm";

test("its slaves go on with the next master before their lease ends, and nothing is begun anew", async () => {
  await using farm = await startFarm({ slaves: 0, lease: "6s" });
  const [first] = farm.masters;
  const second = await farm.startMaster({ name: "m2" });
  const other = farm.clientOf(second);
  const slave = await farm.startSlave("s1", { master: [first!, second] });
  const ledger = join(farm.folder, "ledger");
  const text = `#!/bin/sh\necho start >>${ledger}\nwhile [ ! -e ${farm.folder}/go ]; do sleep 0.05; done\necho end >>${ledger}\n`;
  const { id } = await other.submit({ name: "long", command: [farm.script("long", text)] });
  await until(async () => existsSync(ledger) || undefined, "the task to start");
  first!.process.kill("SIGSTOP");
  const next = await other.submit({ name: "next", command: ["true"] });
  const isFinished = (job: number) => async () => (await other.job(job)).state === "finished" || undefined;
  await until(isFinished(next.id), "a task to be done by way of the other master");
  expect(slave.journal).toContain(`cannot reach 127.0.0.1:${first!.port} (no answer in time)`);
  expect(second.journal).not.toContain("is lost");
  expect((await other.frames(id)).frames).toMatchObject([{ state: "running", attempt: 1 }]);
  writeFileSync(join(farm.folder, "go"), "");
  await until(isFinished(id), "the long task to end");
  first!.process.kill("SIGCONT");
  await until(async () => (await farm.client.job(id)).state === "finished" || undefined, "the first master to go on");
  expect(readFileSync(ledger, "utf8")).toBe("start\nend\n");
});
