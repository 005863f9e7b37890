import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { inPipe, inTerminal, type Live } from "./live";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

test("on a terminal the bar is one line that is written over, within its width", async () => {
  const job = await farm.submit({
    name: "渲染 beauty pass of the last shot",
    frames: "1-8",
    command: ["sleep", "0.3"],
  });
  const watch = inTerminal(farm, 60, {}, "watch", `${job}`);
  expect(await watch.exited).toBe(0);
  const shown = watch.said().split("\r");
  expect(shown.length).toBeGreaterThan(3);
  expect(shown.filter((line) => line.trimEnd().includes("\n"))).toEqual([]);
  for (const line of shown) expect(Bun.stringWidth(Bun.stripANSI(line).trimEnd())).toBeLessThan(60);
  expect(watch.said()).toMatch(/100 %.*finished.*\n$/s);
  expect(watch.said()).toContain("\x1b[32m");
});

test("NO_COLOR takes the colours away, also on a terminal", async () => {
  const list = inTerminal(farm, 80, { NO_COLOR: "1" }, "jobs");
  expect(await list.exited).toBe(0);
  expect(list.said()).toContain("PROGRESS");
  expect(list.said()).not.toMatch(/\x1b\[[\d;]*m/);
  const help = inTerminal(farm, 80, { NO_COLOR: "1" }, "submit", "--help");
  await help.exited;
  expect(help.said()).not.toContain("\x1b");
});

test("watch follows all that has not ended, and ends with 1 when a frame failed", async () => {
  const good = await farm.submit({ command: ["sleep", "3"] });
  const bad = await farm.submit({ command: ["sh", "-c", "sleep 3; false"], retries: 0, frames: "1-2", block: 2 });
  const watch = await farm.cli("watch");
  expect(watch.code).toBe(1);
  expect(watch.out).toMatch(new RegExp(`^job ${good} .*finished$`, "m"));
  expect(watch.out).toMatch(new RegExp(`^job ${bad} .*2 failed.*failed$`, "m"));
  expect(JSON.parse((await farm.cli("watch", `${good},${bad}`, "--json")).out)).toMatchObject([
    { id: good, state: "finished" },
    { id: bad, state: "failed" },
  ]);
});

test("Ctrl-C leaves the cursor on a line of its own and ends with 130; the job goes on", async () => {
  const job = await farm.submit({ command: ["sleep", "60"] });
  const watch = inTerminal(farm, 80, {}, "watch", `${job}`);
  await says(watch, "running");
  watch.type("\x03");
  expect(await watch.exited).toBe(130);
  expect(watch.said()).toEndWith("\n");
  expect(watch.said()).not.toMatch(/error|at .*\.ts/i);
  expect((await farm.client.job(job)).state).toBe("running");

  const log = await until(async () => {
    const follow = inTerminal(farm, 80, {}, "log", `${job}`, "1", "-f");
    const first = await Promise.race([follow.exited, says(follow, "# command")]);
    return first === "said" ? follow : undefined;
  }, "the log to begin");
  log.type("\x03");
  expect(await log.exited).toBe(130);
  await farm.client.delete(job);
});

test("a job that is deleted meanwhile ends the watch with a word", async () => {
  const job = await farm.submit({ command: ["sleep", "60"] });
  const watch = inPipe(farm, "watch", `${job}`);
  await says(watch, "running");
  await farm.client.delete(job);
  expect(await watch.exited).toBe(1);
  expect(watch.said()).toEndWith(`\ndrqueue: there is no job ${job} any more: it was deleted\n`);
});

test("a master that is started again is waited for", async () => {
  const job = await farm.submit({
    command: ["sh", "-c", "until [ -e back ]; do sleep 0.05; done"],
    folder: farm.folder,
  });
  const watch = inPipe(farm, "watch", `${job}`);
  await says(watch, "running");
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end();
  await Bun.sleep(600);
  await farm.startMaster({ port });
  await Bun.write(`${farm.folder}/back`, "");
  expect(await watch.exited).toBe(0);
  expect(watch.said()).toMatch(/100 %.*finished\n$/);
});

function says(live: Live, text: string): Promise<string> {
  return until(async () => (live.said().includes(text) ? "said" : undefined), `'${text}'`);
}
