// The pictures of a job in the page: thumbnails come as frames finish, the player flips through them, and what is missing says why.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { png } from "../pictures";
import { faultsOf, hasBrowser, Sight } from "./browser";

const folder = mkdtempSync(join(tmpdir(), "drqueue-shown-"));
let farm: Farm;
let sight: Sight;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slots: 1, masterFlags: ["--pictures", folder] }), Sight.open()]);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const look = test.skipIf(!hasBrowser);

/** A job whose frames finish when they are let: their pictures are grey, the lighter the later. */
async function gated(
  name: string,
  frames: number,
): Promise<{ id: number; finish: (...which: number[]) => Promise<void> }> {
  const script = farm.script(`${name}.sh`, `#!/bin/sh\nwhile [ ! -e ${folder}/${name}.$1 ]; do sleep 0.02; done\n`);
  const id = await farm.submit({
    name,
    command: [script, "{frame}"],
    frames: `1-${frames}`,
    pictures: `${folder}/${name}.####.png`,
  });
  return {
    id,
    async finish(...which) {
      for (const frame of which) {
        const picture = await png(160, 90, () => [frame / 10, frame / 10, frame / 10]);
        writeFileSync(join(folder, `${name}.${`${frame}`.padStart(4, "0")}.png`), picture);
        writeFileSync(join(folder, `${name}.${frame}`), "");
        await farm.frameIs(id, frame, ({ state }) => state === "finished");
      }
    },
  };
}

/** The frame that the player shows now. */
const shownFrame = (page: Page) => page.locator("canvas[data-frame]").getAttribute("data-frame");
const shows = (page: Page, frame: number) => page.locator(`canvas[data-frame="${frame}"]`).waitFor();

look("thumbnails come as frames finish, of those in sight alone", async () => {
  const { id, finish } = await gated("thumbs", 400);
  const page = await sight.page(farm, `#/jobs/${id}/pictures`);
  const list = page.getByRole("list", { name: "Frames" });
  await list.getByText("waiting").first().waitFor();
  expect(await list.getByRole("img").count()).toBe(0);
  await finish(1, 2);
  await list.getByRole("link", { name: "Frame 2", exact: true }).locator("img").waitFor();
  await page.getByText("2 of 400 frames finished").waitFor();
  const seen = await list.getByRole("listitem").count();
  expect(seen).toBeLessThan(120);
  await page.getByRole("slider", { name: "Size" }).fill("400");
  await until(
    async () => ((await list.getByRole("listitem").count()) < seen ? true : undefined),
    "fewer to be in sight",
  );
  expect(page.url()).toContain("size=400");
  expect(await faultsOf(page)).toEqual([]);
  await farm.client.delete(id);
  await page.context().close();
});

look(
  "the player flips through the finished frames by keys and by itself, and takes in what finishes meanwhile",
  async () => {
    const { id, finish } = await gated("player", 8);
    await finish(1, 2, 3, 4);
    const page = await sight.page(farm, `#/jobs/${id}/pictures`);
    await page.getByRole("link", { name: "Frame 2", exact: true }).click();
    await shows(page, 2);
    await page.keyboard.press("ArrowRight");
    await shows(page, 3);
    await page.keyboard.press("End");
    await shows(page, 4);
    await page.keyboard.press("ArrowRight");
    await shows(page, 1);
    await page.waitForURL(/frame=1$/);
    const grey = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-frame]")!;
        return canvas.getContext("2d")!.getImageData(80, 45, 1, 1).data[0];
      });
    expect(await grey()).toBe(26);
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const flipped = new Set<string | null>();
    await until(async () => {
      flipped.add(await shownFrame(page));
      return flipped.size === 4 || undefined;
    }, "all finished frames to be shown");
    await finish(5);
    await shows(page, 5);
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Play" }).waitFor();
    await page.keyboard.press("Home");
    await shows(page, 1);
    await page.getByRole("slider", { name: "Frame" }).fill("6");
    await shows(page, 5);
    await page.getByRole("button", { name: "Actual size" }).click();
    await shows(page, 5);
    expect(await page.locator("canvas[data-frame]").evaluate((canvas) => canvas.clientWidth)).toBe(160);
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    // A page that goes while a thumbnail is loading tells the console so.
    await page.waitForFunction(() => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>("[aria-label=Frames] img")];
      return pictures.length === 5 && pictures.every((picture) => picture.complete);
    });
    await farm.client.delete(id);
    await page.context().close();
  },
);

look("a picture that cannot be had says why, and comes when it can", async () => {
  const id = await farm.submit({ command: ["true"], pictures: `${folder}/late.png` });
  await farm.ended(id);
  const page = await sight.page(farm, `#/jobs/${id}/pictures`);
  await page.getByText(`there is no file ${folder}/late.png`).first().waitFor();
  await page.getByRole("link", { name: "Frame 1" }).click();
  await page.getByText(`there is no file ${folder}/late.png`).first().waitFor();
  writeFileSync(join(folder, "late.png"), await png(160, 90));
  await shows(page, 1);
  await page.context().close();
});

look("a job that does not say where its pictures are is told here", async () => {
  const id = await farm.submit({ name: "<b>bold</b>", command: ["true"] });
  await farm.ended(id);
  writeFileSync(join(folder, "told.png"), await png(160, 90));
  const page = await sight.page(farm, `#/jobs/${id}/pictures`);
  const field = page.getByLabel("Where its pictures are");
  await page.getByText("<b>bold</b>").waitFor();
  await field.fill("told.png");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("write the whole path").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await field.fill(`${folder}/told.png`);
  await field.press("Enter");
  await page.getByRole("link", { name: "Frame 1" }).locator("img").waitFor();
  expect((await farm.client.job(id)).pictures).toBe(`${folder}/told.png`);
  await page.getByRole("button", { name: "Undo" }).click();
  await field.waitFor();
  expect((await farm.client.job(id)).pictures).toBeNull();
  await page.context().close();
});

look("nothing was against the page's own rules", () => {
  // Of a picture that is not there the browser tells the console by itself.
  expect(sight.complaints.filter((line) => !/status of 404/.test(line))).toEqual([]);
});
