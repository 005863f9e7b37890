// a) Tasks per second end to end, with real processes that do nothing, against how fast Bun starts the same processes in a bare loop.
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFamily } from "../../lib/slave/parent";
import { startFarm } from "../farm";
import { type Row, rate } from "./report";

const slots = 4;
const tasks = 3000;
const program = "/bin/true";

export async function endToEnd(): Promise<Row[]> {
  const bare = await bareLoop(
    () => Bun.spawn([program], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited,
  );
  const folder = mkdtempSync(join(tmpdir(), "drqueue-bench-"));
  const output = openSync(join(folder, "log"), "a");
  const underParent = await bareLoop(
    (at) =>
      startFamily({
        command: [program],
        folder: "/",
        env: process.env as Record<string, string>,
        output,
        status: join(folder, `${at}`),
      }).ended,
  );
  closeSync(output);
  rmSync(folder, { recursive: true });

  await using farm = await startFarm({ slots, database: "embedded" });
  await farm.ended(await farm.submit({ frames: "1-200", command: [program], folder: "/" }));
  const begun = performance.now();
  const job = await farm.ended(await farm.submit({ frames: `1-${tasks}`, command: [program], folder: "/" }));
  const whole = tasks / ((performance.now() - begun) / 1000);
  if (job.frameCounts.finished !== tasks) throw new Error(`only ${job.frameCounts.finished} of ${tasks} finished`);
  return [
    { what: `bare loop, ${slots} at once: ${program}`, value: rate(bare), ratio: "1.00" },
    { what: "bare loop under the shell parent", value: rate(underParent), ratio: (underParent / bare).toFixed(2) },
    {
      what: `end to end, ${slots} slots (master, Postgres, slave and processes on the same cores)`,
      value: rate(whole),
      ratio: `${(whole / bare).toFixed(2)} of bare, ${(whole / underParent).toFixed(2)} of under the parent`,
    },
  ];
}

async function bareLoop(start: (at: number) => Promise<unknown>): Promise<number> {
  const count = 3000;
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: slots }, async () => {
      while (next < count) await start(next++);
    }),
  );
  return count / ((performance.now() - begun) / 1000);
}
