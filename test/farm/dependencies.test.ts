// Jobs that wait for jobs, with real processes.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 2, slots: 4 });
}, 30_000);
afterAll(() => farm?.[Symbol.asyncDispose](), 30_000);

/** Writes when each frame of a task begins and ends, one line each, into one file. */
function noting(name: string): { command: string[]; lines: () => string[] } {
  const file = join(farm.folder, `${name}.notes`);
  const script = farm.script(
    `${name}.sh`,
    `#!/bin/sh
for frame in $DRQUEUE_PADFRAMES; do echo "$1 $frame" >> ${file}; done
sleep 0.05
for frame in $DRQUEUE_PADFRAMES; do echo "$1 $frame done" >> ${file}; done
`,
  );
  return { command: [script], lines: () => readFileSync(file, "utf8").trim().split("\n") };
}

test("a chain of jobs runs in its order: frame by frame with other blocks, then after all", async () => {
  const notes = noting("chain");
  const job = (name: string) => ({ name, pad: 1, command: [...notes.command, name] });
  const a = await farm.submit({ ...job("a"), frames: "1-12", order: "bisect" });
  const b = await farm.submit({ ...job("b"), frames: "1-14", block: 3, after: [{ job: a, until: "frames" }] });
  const c = await farm.submit({ ...job("c"), frames: "1-2", after: [{ job: b, until: "finished" }] });
  expect(await farm.ended(c)).toMatchObject({ state: "finished" });

  const lines = notes.lines();
  const at = (line: string) => {
    expect(lines).toContain(line);
    return lines.indexOf(line);
  };
  for (let frame = 1; frame <= 14; frame++) {
    const block = [0, 1, 2].map((more) => frame - ((frame - 1) % 3) + more).filter((one) => one <= 12);
    for (const needed of block) expect(at(`a ${needed} done`)).toBeLessThan(at(`b ${frame}`));
    for (const last of [1, 2]) expect(at(`b ${frame} done`)).toBeLessThan(at(`c ${last}`));
  }
  // Frame by frame means that some of it runs before all of the other is done.
  expect(at("b 13")).toBeLessThan(
    Math.max(...lines.flatMap((line, place) => (/^a .* done$/.test(line) ? [place] : []))),
  );
  expect(lines).toHaveLength(2 * (12 + 14 + 2));
});

test("a job after one that fails stays waiting and says what for; one after its end runs", async () => {
  const a = await farm.submit({ command: ["sh", "-c", "exit 3"], retries: 0 });
  const b = await farm.submit({ command: ["true"], after: [{ job: a, until: "finished" }] });
  const c = await farm.submit({ command: ["true"], after: [{ job: a, until: "ended" }] });
  expect(await farm.ended(c)).toMatchObject({ state: "finished" });
  expect(await farm.client.job(b)).toMatchObject({
    state: "waiting",
    heldTasks: 1,
    needs: [{ job: a, until: "finished", state: "failed" }],
  });
  expect(await farm.client.job(a)).toMatchObject({ neededBy: expect.arrayContaining([b]) });
  await farm.client.finish(a, "1");
  expect(await farm.ended(b)).toMatchObject({ state: "finished" });
});
