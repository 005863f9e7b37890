// The log of a frame as a person reads it: while it is written, far beyond what fits on the screen, whatever is in it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Farm, startFarm } from "../farm";
import { endFarm, ownSlave } from "../farm/own-slave";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slots: 4 }), Sight.open()]);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await endFarm(farm);
});
const look = test.skipIf(!hasBrowser);
const until = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
const log = (page: Page) => page.getByRole("region", { name: "Log" });

/** A job of one frame that prints what a test puts into a file, and goes on while the file grows until it is told to end. */
async function printing(
  name: string,
  text: string,
): Promise<{ job: number; add: (text: string) => void; end: () => void }> {
  const file = join(farm.folder, name);
  writeFileSync(file, text);
  const script = `tail -n +1 -f --pid=$$ ${file} & while [ ! -e ${file}.end ]; do sleep 0.05; done; sleep 0.3; kill $!; exit 0`;
  const job = await farm.submit({ name, command: ["sh", "-c", script] });
  await farm.frameIs(job, 1, ({ state }) => state === "running", "to run");
  return { job, add: (more) => appendFileSync(file, more), end: () => writeFileSync(`${file}.end`, "") };
}

look(
  "a log is followed while it is written, in its colours, until a person scrolls up; a key goes back to the end",
  async () => {
    const live = await printing("live", `${Array.from({ length: 200 }, (_, nth) => `line ${nth}`).join("\n")}\n`);
    const page = await sight.page(farm, `#/jobs/${live.job}/log/1`);
    await until(page, "line 199");
    live.add("\u001b[31mred\u001b[1m and\nstill so\u001b[0m\n10 %\r50 %\r100 %\n");
    await until(page, "still so");
    expect(await page.getByText("still so").getAttribute("class")).toBe("log-bold log-ink-red");
    await until(page, "100 %");
    expect(await page.getByText("50 %").count()).toBe(0);
    const follow = page.getByRole("button", { name: "Follow" });
    expect(await follow.getAttribute("aria-pressed")).toBe("true");
    await log(page).hover();
    await page.mouse.wheel(0, -1500);
    await page.getByRole("button", { name: "Follow", exact: true }).waitFor();
    await page.getByLabel("Find in the log").fill("late");
    await page.keyboard.press("Enter");
    await until(page, "No line found");
    await log(page).focus();
    live.add("later\n");
    await page.keyboard.press("End");
    await until(page, "later");
    expect(await follow.getAttribute("aria-pressed")).toBe("true");
    // What is looked for is found in what comes as well.
    await until(page, "1 line");
    live.end();
    await page.getByText("finished", { exact: true }).waitFor();
    await until(page, /# ended .* exit 0/);
    await follow.waitFor({ state: "detached" });
    await page.context().close();
  },
);

look("the whole log is searched, and its first error found, though only a part of it is at hand", async () => {
  const line = (nth: number) => `${nth}: rendered a tile of the picture, it took 0.12 s and 34 MB of memory\n`;
  const text = Array.from({ length: 90_000 }, (_, nth) => {
    if (nth % 30_000 === 20_000) return `needle ${nth}\n`;
    return nth === 45_000 ? "ValueError: something \u001b[31mwrong\u001b[0m\n" : line(nth);
  }).join("");
  const { job, end } = await printing("large", text);
  end();
  await farm.ended(job);
  const page = await sight.page(farm, `#/jobs/${job}/log/1`);
  await until(page, /89999: rendered/);
  expect(await page.getByText(/rendered a tile/).count()).toBeLessThan(150);
  await page.keyboard.press("/");
  await page.keyboard.type("NEEDLE");
  await page.keyboard.press("Enter");
  await until(page, "1 of 3 lines");
  await until(page, "needle 20000");
  expect(await page.locator("mark").first().textContent()).toBe("needle");
  await log(page).focus();
  await page.keyboard.press("n");
  await until(page, "needle 50000");
  await page.keyboard.press("N");
  await page.keyboard.press("N");
  await until(page, "needle 80000");
  expect(page.url()).toContain("find=NEEDLE");
  await page.keyboard.press("e");
  await until(page, "ValueError: something");
  await until(page, "1 of 1 error");
  expect(await page.locator("[aria-current=true]").textContent()).toContain("Error: ");
  await page.keyboard.press("g");
  await until(page, /^0: rendered/);
  await page.getByRole("slider", { name: "Place in the log" }).fill(`${text.length - 300_000}`);
  await until(page, /^85\d{3}: rendered/);

  await page.getByLabel("Find in the log").fill("/needle [28]/");
  await page.keyboard.press("Enter");
  await until(page, /of 2 lines/);
  await page.getByLabel("Find in the log").fill("/(a+/");
  await page.keyboard.press("Enter");
  await until(page, /Invalid regular expression/);
  await page.context().close();
});

look("a link to a line leads there, and lines are wrapped as a person likes", async () => {
  const text = `${Array.from({ length: 5000 }, (_, nth) => `${nth} ${"abcdefghij".repeat(nth % 90)}`).join("\n")}\n`;
  const { job, end } = await printing("long", text);
  end();
  await farm.ended(job);
  const page = await sight.page(farm, `#/jobs/${job}/log/1?find=${encodeURIComponent("/^2500 /")}`);
  await until(page, "1 of 1 line");
  await page.getByRole("button", { name: "Copy link" }).click();
  await until(page, /link to this line|leads to this line/);
  expect(page.url()).toMatch(/at=\d+/);
  await page.keyboard.press("w");
  expect(await page.getByRole("button", { name: "Wrap" }).getAttribute("aria-pressed")).toBe("true");
  const { width } = (await log(page).boundingBox())!;
  const row = page.locator("[aria-current=true]");
  await row.waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-current=true]")!.clientHeight > 20);
  expect((await row.boundingBox())!.width).toBeLessThanOrEqual(width);
  await page.reload();
  await page.waitForFunction(() => document.querySelector("[aria-current=true]")?.textContent?.includes("2500 abc"));
  await page.context().close();
});

look("each attempt has its log, which is downloaded as it was written", async () => {
  const script = farm.script(
    "twice.sh",
    `#!/bin/sh\necho "try $DRQUEUE_ATTEMPT"\nprintf 'bytes \\377\\000 end\\n'\nexit 7\n`,
  );
  const job = await farm.submit({ name: "twice", frames: "1-3", command: [script], retries: 1 });
  await farm.ended(job);
  const page = await sight.page(farm, `#/jobs/${job}/log/2`);
  await until(page, "bytes �␀ end");
  await page.getByLabel("Attempt").selectOption({ index: 1 });
  await page.waitForURL(/attempt=1/);
  await until(page, "attempt 1 on");
  await until(page, "exit 7");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`job-${job}-frame-2-attempt-1.log`);
  const answer = await farm.client.log(job, 2, { attempt: 1 });
  expect(readFileSync(await download.path())).toEqual(Buffer.from(await answer.arrayBuffer()));
  await log(page).focus();
  await page.keyboard.press("]");
  await page.waitForURL(/log\/3/);
  await page.getByRole("link", { name: "Frame before" }).click();
  await page.waitForURL(/log\/2/);
  await page.getByRole("heading", { name: "Frame 2 of twice" }).waitFor();
  await page.context().close();
});

look("whatever a program prints is text: nothing of it runs, opens or hides", async () => {
  const before = sight.complaints.length;
  const { job, end } = await printing(
    "<b>hostile</b>".replace(/\W/g, "_"),
    [
      `<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`,
      "\u001b]0;owned\u0007\u001b]8;;javascript:alert(1)\u001b\\link\u001b]8;;\u001b\\ \u001b[2J\u001b[8mhidden\u001b[0m",
      "\u202egnp.exe \u001b]unfinished",
      `${"\u001b[1m".repeat(3000)}bold`,
      "x".repeat(200_000),
      "(a|a)*b".repeat(20),
      "last",
      "",
    ].join("\n"),
  );
  end();
  await farm.ended(job);
  const page = await sight.page(farm, `#/jobs/${job}/log/1`);
  await until(page, "last");
  await until(page, /<script>document\.title/);
  await until(page, "‹U+202E›gnp.exe ␛]unfinished");
  await until(page, "hidden");
  await until(page, /more bytes of this line are in the download/);
  expect(await log(page).locator("a[href^=javascript], script, img").count()).toBe(0);
  expect(await page.title()).toBe(`1 of job ${job} · DrQueue`);
  expect(sight.complaints.slice(before)).toEqual([]);
  expect(await faultsOf(page)).toEqual([]);
  await page.context().close();
});

look("a pattern that takes for ever is given up, and the page goes on", async () => {
  const { job, end } = await printing("patient", `${"a".repeat(60)}\nlast\n`);
  end();
  await farm.ended(job);
  const page = await sight.page(farm, `#/jobs/${job}/log/1`);
  await until(page, "last");
  await page.getByLabel("Find in the log").fill("/^(a+)+b/");
  await page.keyboard.press("Enter");
  await until(page, /This pattern takes too long/);
  await page.getByLabel("Find in the log").fill("last");
  await page.keyboard.press("Enter");
  await until(page, "1 of 1 line");
  await page.context().close();
});

look("a frame that was not started says so and why, and its log comes when it starts", async () => {
  const job = await farm.submit({ name: "later", command: ["echo", "here it is"], stopped: true });
  const page = await sight.page(farm, `#/jobs/${job}/log/1`);
  await until(page, "Frame 1 has not been started yet");
  expect(await page.getByRole("link", { name: "Why it is not running" }).getAttribute("href")).toBe(
    `#/jobs/${job}?tab=why&why=1`,
  );
  await farm.client.continue(job);
  await until(page, /^here it is$/);
  await page.context().close();
});

look("a log that went with its slave is told as such", async () => {
  const end = join(farm.folder, "alone.end");
  const slave = ownSlave(farm, { name: "gone", logs: join(farm.folder, "own logs"), pool: "apart" });
  const job = await farm.submit({
    name: "alone",
    pool: "apart",
    command: ["sh", "-c", `while [ ! -e ${end} ]; do sleep 0.1; done`],
  });
  await farm.frameIs(job, 1, ({ state }) => state === "running", "to run");
  slave.kill("SIGKILL");
  const page = await sight.page(farm, `#/jobs/${job}/log/1`);
  await until(page, /slave gone .*which wrote it, does not answer.*the log comes when it is back/);
  writeFileSync(end, "");
  await page.context().close();
});
