// Submitting jobs in the page, as a person does.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm(), Sight.open()]);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const submit = (page: Page) => page.getByRole("button", { name: "Submit", exact: true });

/** The number of the job that the page says it submitted. */
async function submitted(page: Page): Promise<number> {
  const words = await page.getByText(/^Submitted as job \d+\.$/).textContent();
  return Number(/\d+/.exec(words!)![0]);
}

look(
  "a person finds a kind, sees what will be sent, submits it, and it renders",
  async () => {
    const pictures = join(farm.folder, "pictures");
    const script = farm.script("shot7.sh", `mkdir -p ${pictures}; echo "$QUALITY" > ${pictures}/$DRQUEUE_PADFRAME\n`);
    const page = await sight.page(farm, "#/submit");
    await field(page, "Find a kind of job").fill("script of your own");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/submit\?kind=general$/);
    await page.getByText("Shown when Script is given.").waitFor();
    await field(page, "Script (needed)").fill(script);
    await expectText(page, "Text of the jobscript", `DRQUEUE_SCRIPT='${script}'`);
    await field(page, "Frames").fill("1-10x3, 12");
    await field(page, "Frames per task").fill("2");
    await page.getByText("5 frames in 3 tasks: 1,4 7,10 12").waitFor();
    await field(page, "Owner").fill("ana");
    await page.getByText("Folder and variables").click();
    await field(page, "Variables").fill("QUALITY=9");
    expect(await faultsOf(page)).toEqual([]);
    await submit(page).click();
    const id = await submitted(page);
    expect(await farm.ended(id)).toMatchObject({ name: "shot7.sh", kind: "general", owner: "ana", state: "finished" });
    expect(readdirSync(pictures).sort()).toEqual(["0001", "0004", "0007", "0010", "0012"]);
    // The way to it has the focus.
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`#/jobs/${id}$`));
    await page.goto(`${new URL(page.url()).origin}/#/submit?command=1`);
    expect(await field(page, "Owner").inputValue()).toBe("ana");
    await page.context().close();
  },
  30_000,
);

look(
  "a command is shown in its words, and nothing reads them as a shell does",
  async () => {
    const page = await sight.page(farm, "#/submit?command=1", { width: 390, height: 800, scheme: "dark" });
    await field(page, "Command (needed)").fill(`echo "two words" $HOME '{frame}'`);
    const words = page.getByRole("region", { name: "What is run" });
    await words.getByText("is passed on as it stands").waitFor();
    expect(await words.getByRole("listitem").allTextContents()).toEqual(["echo", "two words", "$HOME", "{frame}"]);
    expect(await faultsOf(page)).toEqual([]);
    await field(page, "Frames").fill("5");
    await page.keyboard.press("Control+Enter");
    const id = await submitted(page);
    await farm.ended(id);
    expect(await farm.log(id, 5)).toContain("two words $HOME 5\n");
    await page.context().close();
  },
  30_000,
);

look(
  "what is wrong is said at its field, and nothing is sent before it is mended",
  async () => {
    const page = await sight.page(farm, "#/submit?kind=blender");
    const before = (await farm.client.jobs()).length;
    await field(page, "Frames").fill("1-10x");
    await page.getByText("expected a step after 'x'").waitFor();
    expect(await page.getByText("1-10x\n     ^").count()).toBe(1);
    await submit(page).click();
    await page.getByText("Scene is needed").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("submit-field-scene");
    // What only the farm knows, while a person writes.
    await field(page, "Scene (needed)").fill("/mnt/shot7.blend");
    await field(page, "Parts").fill("0");
    await page.locator("#submit-field-parts-problem").getByText("a whole number from 1 to 10000").waitFor();
    await field(page, "Parts").fill("");
    await field(page, "Frames").fill("1-10");
    // What it says when the job is sent, in a part of the form that is folded away.
    await page.getByText("When it fails").click();
    await field(page, "Tries again").fill("5000");
    await page.getByText("When it fails").click();
    await page.keyboard.press("Control+Enter");
    await page.locator("#submit-retries-problem").getByText("1000").waitFor();
    await page.waitForFunction("document.activeElement.id === 'submit-retries'");
    expect((await farm.client.jobs()).length).toBe(before);
    await field(page, "Tries again").fill("5");
    await page.getByText("When it starts").click();
    await field(page, "Submit stopped").check();
    await page.getByRole("button", { name: "Submit stopped" }).click();
    expect(await farm.client.job(await submitted(page))).toMatchObject({
      state: "stopped",
      retries: 5,
      kind: "blender",
    });
    await page.context().close();
  },
  30_000,
);

look(
  "a job is submitted again with changes, and keeps what the form has no place for",
  async () => {
    const first = await farm.submit({
      name: "shot8",
      command: ["sh", "-c", "echo it's $0", "a b"],
      frames: "1-50",
      owner: "ben",
      env: { LINES: "1\n2" },
      output: { fatal: ["^Broken"] },
      exitMeanings: { warning: [3] },
      memoryMb: 512,
      silenceMs: 90_000,
      stopped: true,
    });
    const page = await sight.page(farm, `#/submit?again=${first}`);
    await page.getByRole("heading", { name: `Job ${first} again` }).waitFor();
    expect(await field(page, "Command (needed)").inputValue()).toBe(`sh -c 'echo it'\\''s $0' 'a b'`);
    expect(await field(page, "Memory").inputValue()).toBe("512M");
    const also = page.getByRole("region", { name: "Also sent along" });
    expect(await also.getByRole("listitem").allTextContents()).toEqual([
      expect.stringContaining('env: {"LINES":"1\\n2"}'),
      expect.stringContaining('exitMeanings: {"warning":[3]}'),
      expect.stringContaining('output: {"fatal":["^Broken"]}'),
    ]);
    await also.getByRole("button", { name: "Leave exitMeanings out" }).click();
    await field(page, "Frames").fill("1-20");
    // It is still there when the page is loaded again, and that it was changed.
    await page.reload();
    expect(await field(page, "Frames").inputValue()).toBe("1-20");
    expect(await also.getByRole("listitem").count()).toBe(2);
    await page.getByRole("button", { name: "Submit stopped" }).click();
    const { exitMeanings: _, ...before } = await farm.client.exportJob(first);
    expect(await farm.client.exportJob(await submitted(page))).toEqual({ ...before, frames: "1-20" });
    await page.context().close();
  },
  30_000,
);

look(
  "one job is made of a double click, and of an answer that was lost",
  async () => {
    const page = await sight.page(farm, "#/submit?command=1");
    await field(page, "Command (needed)").fill("true");
    await field(page, "Name").fill("clicked twice");
    await submit(page).dblclick();
    const id = await submitted(page);
    const called = async (name: string) => (await farm.client.jobs({ name })).length;
    expect(await called("clicked twice")).toBe(1);
    await field(page, "Name").fill("lost");
    let lost = 0;
    await page.route("**/jobs", async (route) => {
      if (route.request().method() !== "POST" || lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await submit(page).click();
    await until(async () => ((await submitted(page)) > id ? true : undefined), "the second job");
    expect([lost > 1, await called("lost")]).toEqual([true, 1]);
    // Another one is made when a person wants it.
    await page.getByRole("button", { name: "Another like it" }).click();
    await submit(page).click();
    await until(async () => ((await called("lost")) === 2 ? true : undefined), "another job");
    await page.context().close();
  },
  30_000,
);

look("the page complained of nothing but of what it was refused", () => {
  const refused = /^Failed to load resource: (the server responded with a status of 400|net::ERR_CONNECTION_RESET)/;
  expect(sight.complaints.filter((one) => !refused.test(one))).toEqual([]);
});

/** Waits until a field holds this text. */
async function expectText(page: Page, label: string, text: string): Promise<void> {
  await field(page, label).waitFor();
  await until(
    async () => ((await field(page, label).inputValue()).includes(text) ? true : undefined),
    `${label}: ${text}`,
  );
}
