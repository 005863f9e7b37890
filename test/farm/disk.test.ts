// A disk that is full at the slave. It takes a small disk of its own, which only root may mount.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
import { endFarm, isOnline, ownSlave } from "./own-slave";

const disk = mkdtempSync(join(tmpdir(), "drqueue-disk-"));
const mounted =
  process.getuid?.() === 0 && Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).exitCode === 0;
if (!mounted) console.warn("no small disk could be mounted (only root may): a full disk is not tested");

let farm: Farm;
beforeAll(async () => {
  if (!mounted) return;
  farm = await startFarm({ slaves: 0 });
  ownSlave(farm, { name: "small", slots: "2", logs: join(disk, "logs") });
  await isOnline(farm, "small");
});
afterAll(async () => {
  await endFarm(farm);
  if (mounted) Bun.spawnSync(["umount", disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Takes every byte there is. */
function fill(): void {
  mkdirSync(disk, { recursive: true });
  for (let size = 64 * 1024, at = 0; size >= 1; size = Math.floor(size / 2), at++) {
    try {
      writeFileSync(join(disk, `full${at}`), "x".repeat(size));
    } catch {
      // Half as much, then.
    }
  }
}
const free = () => {
  for (let at = 0; at < 20; at++) rmSync(join(disk, `full${at}`), { force: true });
};

describe.skipIf(!mounted)("a full disk", () => {
  test("gives tasks back uncounted, is shown by the farm, and is over when there is room again", async () => {
    const before = await farm.submit({ command: ["echo", "hello"] });
    expect(await farm.ended(before)).toMatchObject({ state: "finished" });
    fill();
    const id = await farm.submit({ frames: "1-3", retries: 0, command: ["echo", "hello"] });
    const shown = await until(
      async () => (await farm.client.slave("small")).problem ?? undefined,
      "the slave to show its problem",
    );
    expect(shown).toMatch(/(no space left|cannot write).*free some/);
    expect(shown).not.toContain("\n");
    expect((await farm.cli("slaves")).out).toContain("small");
    expect((await farm.cli("slave", "small")).out).toContain(shown);
    expect(await farm.client.job(id)).toMatchObject({ state: "waiting", taskCounts: { waiting: 3, failed: 0 } });

    free();
    expect(await farm.ended(id)).toMatchObject({ state: "finished", frameCounts: { finished: 3 } });
    expect((await farm.client.slave("small")).problem).toBeNull();
    expect(await farm.log(id, 2)).toContain("\nhello\n");
  });

  test("while a task runs does not change how it ends", async () => {
    const up = join(farm.folder, "up");
    const done = join(farm.folder, "done");
    const script = `echo begun; touch ${up}; while [ ! -e ${done} ]; do sleep 0.05; done; exit 3`;
    const id = await farm.submit({ retries: 0, command: ["sh", "-c", script] });
    await until(async () => (await Bun.file(up).exists()) || undefined, "the task to run");
    fill();
    writeFileSync(done, "");
    await farm.ended(id);
    expect(await farm.frame(id, 1)).toMatchObject({ state: "failed", code: 3, attempt: 1 });
    free();
  });
});
