// How many GPUs a machine has, as nvidia-smi tells it.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countGpus } from "../../lib/slave/count-gpus";

const folder = mkdtempSync(join(tmpdir(), "drqueue-gpus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string): string {
  const file = join(folder, `smi-${crypto.randomUUID()}`);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

test("it lists one a line; the parts of one do not count", async () => {
  const lists = program(`[ "$1" = --list-gpus ] && cat <<'END'
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-0)
  MIG 3g.20gb     Device  0: (UUID: MIG-1)
  MIG 3g.20gb     Device  1: (UUID: MIG-2)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-1)
END`);
  expect(await countGpus(lists)).toBe(2);
});

test("a machine without it, or without a driver, has none", async () => {
  expect(await countGpus(join(folder, "not-there"))).toBe(0);
  expect(await countGpus(program("echo 'GPU 0: ghost'; echo 'no driver' >&2; exit 9"))).toBe(0);
  expect(await countGpus(program("echo 'No devices found.'"))).toBe(0);
});

test("one that does not answer is not waited for", async () => {
  const started = performance.now();
  expect(await countGpus(program("echo 'GPU 0: late'; sleep 3 & wait"), 200)).toBe(0);
  expect(performance.now() - started).toBeLessThan(2500);
});
