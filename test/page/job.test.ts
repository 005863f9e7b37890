// One job in the browser: its head, and the map of its frames, by mouse, keys and fingers.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
/** Of its 20 frames 7 and 8 fail until there is a light. */
let job: number;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slots: 4 }), Sight.open()]);
  const script = farm.script("dark.sh", `#!/bin/sh\ncase $1 in 7|8) test -e ${join(farm.folder, "light")};; esac\n`);
  const command = [script, "{frame}"];
  job = await farm.submit({ name: "shot <img src=x onerror=alert(1)>", command, frames: "1-20", retries: 0 });
  await farm.ended(job);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

const mapOf = (page: Page) => page.getByRole("application", { name: /^Frame map/ });

/** Moves the mouse over the map until what it says begins so; where that is. */
async function pointAt(page: Page, title: string): Promise<{ x: number; y: number }> {
  const map = mapOf(page);
  await map.waitFor();
  return await until(async () => {
    const box = (await map.boundingBox())!;
    for (let y = box.y + 4; y < box.y + Math.min(box.height, 120); y += 12)
      for (let x = box.x + 20; x < box.x + box.width; x += 12) {
        await page.mouse.move(x, y);
        if (await page.getByText(title, { exact: true }).isVisible()) return { x, y };
      }
    return undefined;
  }, `${title} on the map`);
}

look("frames picked by dragging are requeued, and the map follows", async () => {
  const page = await sight.page(farm, `#/jobs/${job}`);
  await page.getByRole("heading", { name: "shot <img src=x onerror=alert(1)>" }).waitFor();
  const from = await pointAt(page, "Frame 7");
  const to = await pointAt(page, "Frame 8");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  await page.getByText("(2 frames: 2 failed)").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  writeFileSync(join(farm.folder, "light"), "");
  await page.getByRole("button", { name: "Requeue", exact: true }).click();
  await page.getByText("(2 frames: 2 finished)").waitFor();
  await page.getByText("20 of 20 frames finished").waitFor();
  // What is finished is not rendered again without a word.
  await page.getByRole("button", { name: "Requeue", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Requeue 2 frames?" });
  await dialog.getByText("2 finished frames are rendered again").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await farm.frame(job, 7)).toMatchObject({ state: "finished", attempt: 2 });
  await page.context().close();
});

look("under the pointer stands what is known of a frame, and a single one shows its runs", async () => {
  const page = await sight.page(farm, `#/jobs/${job}`);
  const at = await pointAt(page, "Frame 3");
  await page.getByText(/^on s1 · .* s · attempt 1$/).waitFor();
  await page.mouse.click(at.x, at.y);
  await page.getByText("(1 frame: 1 finished)").waitFor();
  await page.getByRole("button", { name: "Runs" }).click();
  await page.getByRole("dialog").getByRole("heading", { name: "Runs of frame 3" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("link", { name: "Log", exact: true }).getAttribute("href")).toBe(`#/jobs/${job}/log/3`);
  await page.context().close();
});

look("keys alone go to the map, through it, pick, and open a log", async () => {
  const page = await sight.page(farm, `#/jobs/${job}`);
  await mapOf(page).waitFor();
  await page.keyboard.press("m");
  for (const key of ["Home", "Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  await page
    .getByRole("status")
    .filter({ hasText: /^Frame 3, finished, on s1/ })
    .waitFor();
  for (const key of ["Shift+ArrowRight", "Shift+ArrowRight"]) await page.keyboard.press(key);
  await page.getByText("frames 3-5", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("frames 3-5", { exact: true }).waitFor({ state: "detached" });
  await page.keyboard.press("Control+a");
  await page.getByText("(20 frames: 20 finished)").waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`#/jobs/${job}/log/20$`));
  await page.context().close();
});

look("frames are picked by writing which, and by their state", async () => {
  const other = await farm.submit({ command: ["true"], frames: "1-20x2,50", block: 2, stopped: true });
  const page = await sight.page(farm, `#/jobs/${other}`);
  const field = page.getByLabel("Pick frames");
  await field.fill("3-");
  await field.press("Enter");
  await page.getByText("expected a frame number after '-'").waitFor();
  await field.fill("2,4");
  await field.press("Enter");
  await page.getByText("the job has none of these frames").waitFor();
  await field.fill("3,17-100");
  await field.press("Enter");
  // Tasks are moved whole.
  await page.getByText("frames 1-3x2,17-19x2,50", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Finish", exact: true }).click();
  await page.getByText("3 tasks called finished").waitFor();
  await page.getByRole("button", { name: "5 finished" }).click();
  await page.getByText("(5 frames: 5 finished; tasks of 2 frames)").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("(5 frames: 5 waiting; tasks of 2 frames)").waitFor();
  await page.context().close();
});

look("a job is stopped and goes on again, and is deleted after a question with the numbers", async () => {
  const slow = await farm.submit({ command: ["sleep", "60"], frames: "1-3" });
  await farm.frameIs(slow, 3, ({ state }) => state === "running", "to run");
  const page = await sight.page(farm, `#/jobs/${slow}`);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Continue" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
  await page.getByRole("button", { name: "3 running" }).click();
  await page.getByRole("button", { name: "Kill", exact: true }).click();
  await page.getByRole("dialog", { name: "Kill 3 running frames?" }).getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: `Delete job ${slow}, test?` });
  await dialog.getByText("3 running frames are killed").waitFor();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(/#\/jobs$/);
  await expect(farm.client.job(slow)).rejects.toThrow(`there is no job ${slow}`);
  await page.context().close();
});

look("says so when there is no such job, and what stands beside the map is in the address", async () => {
  const page = await sight.page(farm, "#/jobs/999999");
  await page.getByText("there is no job 999999").waitFor();
  await page.goto(`${page.url().split("#")[0]}#/jobs/${job}`);
  const about = page.getByRole("navigation", { name: "About the job" });
  await about.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  expect(page.url()).toEndWith(`#/jobs/${job}?tab=facts`);
  await page.context().close();
});

look("a finger that taps sees a frame, and one that rests picks", async () => {
  const page = await sight.page(farm, `#/jobs/${job}`, { width: 390, height: 844, touch: true });
  const map = mapOf(page);
  await map.scrollIntoViewIfNeeded();
  const { x, y } = (await map.boundingBox())!;
  await page.touchscreen.tap(x + 60, y + 10);
  await page
    .getByRole("status")
    .filter({ hasText: /^Frame 2, finished, on s1/ })
    .waitFor();
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: string, ...touchPoints: { x: number; y: number }[]) =>
    fingers.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints });
  await touch("touchStart", { x: x + 60, y: y + 10 });
  await page.getByText("(1 frame: 1 finished)").waitFor();
  await touch("touchMove", { x: x + 120, y: y + 10 });
  await touch("touchEnd");
  await page.getByText("frames 2-4", { exact: true }).waitFor();
  await page.context().close();
});

look("a million frames are all on the map, and one of them by zooming in", async () => {
  const million = await farm.submit({ command: ["true"], frames: "1-1000000", order: "bisect", stopped: true });
  await using sql = new SQL(farm.env.DATABASE_URL!);
  const pieces = Array.from({ length: 3000 }, (_, at) => `[${at * 300},${at * 300 + 200})`).join();
  const set = sql`${`{${pieces}}`}::int4multirange`;
  await sql`update job set finished = ${set}, waiting = waiting - ${set} where id = ${million}`;
  const page = await sight.page(farm, `#/jobs/${million}`);
  await page.getByRole("application", { name: "1,000,000 frames, 600,000 finished, 400,000 waiting" }).waitFor();
  const at = (await mapOf(page).boundingBox())!;
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await page.getByText(/^\d+ frames from \d+ on$/).waitFor();
  await page.keyboard.down("Control");
  await until(async () => {
    await page.mouse.wheel(0, -100);
    return (await page.getByText(/^A cell is/).isHidden()) || undefined;
  }, "single frames");
  await page.keyboard.up("Control");
  await page.getByText(/^Frame \d+$/).waitFor();
  await page.getByRole("button", { name: "Fit" }).click();
  await page.getByText(/^A cell is \d+ frames/).waitFor();
  await page.getByRole("button", { name: "400,000 waiting" }).click();
  await page.getByText("they lie in more than 100000 places").waitFor();
  await page.context().close();
});

look("nothing of all that made the browser complain", () => {
  expect(sight.complaints.filter((one) => !/404 \(Not Found\)/.test(one))).toEqual([]);
});
