import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";
import { inTerminal, type Live } from "./live";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

test("jobs --watch shows what changes, no more than fits, and gives the terminal back with the last table on it", async () => {
  for (let at = 0; at < 30; at++) await farm.submit({ name: `shot${at}`, command: ["true"], stopped: true });
  const watch = inTerminal(farm, 60, {}, "jobs", "--watch");
  await says(watch, "older ones do not fit");
  const first = screenOf(watch.said());
  expect(first[1]).toStartWith("JOB  NAME");
  expect(first[2]).toContain("shot29");
  expect(first).toHaveLength(24);
  for (const line of first) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60);

  const before = watch.said().length;
  await farm.submit({ name: "newest", command: ["true"], stopped: true });
  await says(watch, "newest ");
  await farm.client.change((await farm.client.jobs({ name: "newest" }))[0]!.id, { name: "renamed" });
  await says(watch, "renamed ");
  expect(screenOf(watch.said())[2]).toContain("renamed");
  expect(watch.said().slice(before)).not.toContain("\x1b[2J");

  watch.type("\x03");
  expect(await watch.exited).toBe(130);
  const [, left] = watch.said().split("\x1b[?1049l");
  expect(watch.said()).toContain("\x1b[?25h");
  expect(Bun.stripANSI(left!)).toContain("renamed");
  expect(left).toEndWith("\n");
});

test("jobs --watch outlives a master that is started again, and says since when it knows nothing", async () => {
  const watch = inTerminal(farm, 100, {}, "jobs", "--watch", "--name", "renamed");
  await says(watch, "renamed");
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end();
  await says(watch, "as it was at");
  await farm.startMaster({ port });
  await farm.submit({ name: "renamed too", command: ["true"], stopped: true });
  await says(watch, "renamed too");
  expect(screenOf(watch.said())[0]).toStartWith("newest jobs");
  process.kill(watch.pid, "SIGTERM");
  expect(await watch.exited).toBe(143);
  expect(watch.said()).toContain("\x1b[?1049l");
});

test("slaves --watch shows that a slave goes away", async () => {
  const watch = inTerminal(farm, 100, {}, "slaves", "--watch");
  await says(watch, "1 of 1 slaves online");
  await farm.slave("s1").end();
  await says(watch, "0 of 1 slaves online");
  expect(screenOf(watch.said()).join("\n")).toMatch(/s1 +gone/);
  watch.type("\x03");
  expect(await watch.exited).toBe(130);
});

/** The screen after all that was written to it by lines, without colours. */
function screenOf(said: string): string[] {
  const lines: string[] = [];
  for (const [, row, text] of said.matchAll(/\x1b\[(\d+)H\x1b\[K(.*?)(?=\x1b\[\d+H|\x1b\[\?|$)/gs))
    lines[Number(row) - 1] = Bun.stripANSI(text!);
  return lines;
}

function says(live: Live, text: string): Promise<string> {
  return until(
    async () => (screenOf(live.said()).join("\n").includes(text) ? "said" : undefined),
    `'${text}' on ${screenOf(live.said()).join("\n")}`,
  );
}
