// Beside the frames of a job: its times, its runs, its settings, what it waits for, and why it is not running.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
let page: Page;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slaves: 1 }), Sight.open()]);
  page = await sight.page(farm);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

const to = (job: number, query = "") => page.evaluate(`location.hash = "#/jobs/${job}${query}"`);
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const undo = () => page.getByText("Undo").last().click();

/** Waits until a job is as the test wants it. */
const jobIs = async (id: number, wanted: Partial<Awaited<ReturnType<Farm["client"]["job"]>>>) => {
  let last: unknown;
  await until(
    async () => {
      const job = await farm.client.job(id);
      last = Object.fromEntries(Object.keys(wanted).map((name) => [name, job[name as keyof typeof job]]));
      return Bun.deepEquals(last, wanted) || undefined;
    },
    `job ${id} to be ${JSON.stringify(wanted)}`,
  ).catch(() => expect(last).toEqual(wanted));
};

look("settings are changed in a form, only what was changed is sent, and undo brings back what was there", async () => {
  const { id } = await farm.client.submit({
    name: "<img src=x onerror=alert(1)>",
    command: ["true"],
    stopped: true,
    memoryMb: 4096,
    silenceMs: 600_000,
    exitMeanings: { fatal: [3, 10, 11, 12] },
    env: { QUALITY: "2", NOTE: "two\nlines" },
  });
  const before = await farm.client.job(id);
  await to(id, "?tab=edit");
  expect(await page.getByLabel("Memory").inputValue()).toBe("4G");
  expect(await page.getByLabel("Longest without a word").inputValue()).toBe("10m");
  expect(await page.getByLabel("Exit codes that fail at once").inputValue()).toBe("3,10-12");
  expect(await faultsOf(page)).toEqual([]);
  // Somebody else changes something meanwhile, which stays.
  await farm.client.change(id, { owner: "ana" });
  await page.getByLabel("Priority").fill("900");
  await page.getByLabel("Pools").fill("night, maya");
  await page.getByLabel("Longest a frame may take").fill("20m");
  await page.getByLabel("Exit codes to try again").fill("20");
  await page.getByLabel("Value of QUALITY").fill("3");
  await button("Save").click();
  await page.getByText(/^Changed priority, pools, longest a frame may take, exit codes, variables of job/).waitFor();
  await jobIs(id, {
    owner: "ana",
    priority: 900,
    pool: "maya,night",
    frameTimeoutMs: 1_200_000,
    exitMeanings: { fatal: [3, 10, 11, 12], retry: [20] },
    env: { QUALITY: "3", NOTE: "two\nlines" },
  });
  await undo();
  const { priority, pool, frameTimeoutMs, exitMeanings, env } = before;
  await jobIs(id, { owner: "ana", priority, pool, frameTimeoutMs, exitMeanings, env });
});

look("what cannot be read, or is refused, is said at its field, and nothing is changed", async () => {
  const id = await farm.submit({ command: ["true"], stopped: true });
  await to(id, "?tab=edit");
  await page.getByLabel("Memory").fill("much");
  await page.getByLabel("Priority").fill("901");
  await button("Save").click();
  await page.getByText("'much' is not a size: write 500M or 4G").waitFor();
  expect(await page.getByLabel("Memory").getAttribute("aria-invalid")).toBe("true");
  await page.getByLabel("Memory").fill("");
  await page.getByLabel("Licences").fill("nuke:2");
  await button("Save").click();
  await page.getByText("there is no licence 'nuke'").waitFor();
  await page.getByLabel("Licences").fill("");
  await page.getByLabel("Priority").fill("99000000");
  await button("Save").click();
  await page.locator("#edit-priority-problem").waitFor();
  await jobIs(id, { priority: 500, licences: {}, memoryMb: 0 });
});

look("the fields of a kind are changed; a field that its jobscript does not know is refused in words", async () => {
  const { id } = await farm.client.submit({
    name: "blend",
    kind: "blender",
    fields: { scene: "/mnt/a.blend" },
    stopped: true,
  });
  await to(id, "?tab=edit");
  await page.getByLabel("Scene", { exact: true }).fill("/mnt/b.blend");
  await button("Save").click();
  await jobIs(id, { fields: { scene: "/mnt/b.blend" } });
  await undo();
  await jobIs(id, { fields: { scene: "/mnt/a.blend" } });
  await to(id, "?tab=edit");
  await page.getByLabel("Engine").fill("CYCLES");
  await button("Save").click();
  await page.getByText(/is written for other fields than these/).waitFor();
});

look("a slave is blocked for a job, and let back", async () => {
  const id = await farm.submit({ command: ["true"], stopped: true });
  await to(id, "?tab=edit");
  await page.getByLabel("Block slave").fill("nobody");
  await button("Block").click();
  await page.getByText("there is no slave 'nobody'").waitFor();
  await page.getByLabel("Block slave").fill("s1");
  await button("Block").click();
  await button("Unblock s1").waitFor();
  await to(id, "?tab=why");
  await page
    .getByText(/1 is blocked for this job/)
    .first()
    .waitFor();
  await button("Unblock s1").click();
  await jobIs(id, { blocked: [] });
  await page.getByText(/1 could take a task now/).waitFor();
});

look(
  "jobs that wait for each other are drawn; one is added and taken away, and a circle is refused by its way",
  async () => {
    const sim = await farm.submit({ command: ["true"], stopped: true });
    const { id } = await farm.client.submit({ name: "beauty", command: ["true"], stopped: true });
    const comp = await farm.submit({ command: ["true"], stopped: true, after: [{ job: id, until: "ended" }] });
    await to(id, "?tab=graph");
    await page.getByRole("link", { name: `${comp} test` }).waitFor();
    await page.getByLabel("Wait for job").fill(`${comp}`);
    await button("Add").click();
    await page.getByText(`job ${id} would wait for itself: ${id} → ${comp} → ${id}`).waitFor();
    await page.getByLabel("Wait for job").fill(`${sim}`);
    await page.getByLabel("Until when job").selectOption("frame by frame");
    await button("Add").click();
    await page.getByRole("link", { name: `${sim} test` }).waitFor();
    await jobIs(id, { needs: [{ job: sim, until: "frames", state: "stopped" }] });
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel(`Until when it waits for job ${sim}`).selectOption("until it has ended");
    await jobIs(id, { needs: [{ job: sim, until: "ended", state: "stopped" }] });
    await button(`Remove job ${sim}`).click();
    await page.getByRole("link", { name: `${sim} test` }).waitFor({ state: "detached" });
    await jobIs(id, { needs: [] });
    await undo();
    await page
      .getByRole("link", { name: `${sim} test` })
      .first()
      .click();
    await page.waitForURL(new RegExp(`#/jobs/${sim}$`));
  },
);

look(
  "why a job does not run is said with what helps: a stopped one goes on, a failed frame is tried again",
  async () => {
    const flag = `${farm.folder}/mended`;
    const broken = ["sh", "-c", `[ $DRQUEUE_FRAME != 2 ] || [ -e ${flag} ] || { echo no texture; exit 7; }`];
    const id = await farm.submit({ command: broken, frames: "1-3", retries: 0, stopped: true });
    await to(id, "?tab=why");
    await page.getByText("3 tasks wait: it is stopped.").waitFor();
    await button(`Continue job ${id}`).click();
    await farm.ended(id);
    await page.getByLabel("Frame", { exact: true }).fill("2");
    await button("Ask").click();
    await page.getByText(/^Frame 2 failed/).waitFor();
    expect(page.url()).toContain("why=2");
    await Bun.write(flag, "");
    await button("Requeue frame 2 if it failed").click();
    await jobIs(id, { state: "finished" });
    await page.getByText("Frame 2 is finished.").waitFor();
    expect(await faultsOf(page)).toEqual([]);
  },
);

look("of a finished job there is a histogram, its slowest frames with their logs, and who did them", async () => {
  const id = await farm.submit({ command: ["sh", "-c", "[ $DRQUEUE_FRAME != 4 ] || sleep 0.3"], frames: "1-6" });
  await farm.ended(id);
  await to(id, "?tab=times");
  await page.getByRole("img", { name: /^Histogram of 6 runs: most often / }).waitFor();
  await page.getByRole("table", { name: "Runs by how long they took" }).waitFor();
  const slowest = page.getByRole("table", { name: "Slowest frames" }).getByRole("row").nth(1).getByRole("link");
  expect(await slowest.first().getAttribute("href")).toBe(`#/jobs/${id}/log/4?attempt=1`);
  const slaves = page.getByRole("table", { name: "Slaves that did it" });
  expect((await slaves.getByRole("cell").allTextContents()).slice(0, 3)).toEqual(["s1", "6", "0"]);
  expect(await faultsOf(page)).toEqual([]);
});

look("the runs of a frame are told, the last one first, each with its log", async () => {
  const once = ["sh", "-c", `mkdir ${farm.folder}/once-$DRQUEUE_FRAME 2>/dev/null && exit 5; true`];
  const id = await farm.submit({ command: once, frames: "1-2" });
  await farm.ended(id);
  await to(id);
  await page.getByLabel("Pick frames").fill("2");
  await page.keyboard.press("Enter");
  await button("Runs").click();
  const rows = page.getByRole("region", { name: "Runs of frame 2" }).getByRole("row");
  await rows.nth(2).waitFor();
  const cellsOf = (row: number) => rows.nth(row).getByRole("cell").allTextContents();
  expect((await cellsOf(1)).slice(0, 3)).toEqual(["2: log", "finished", "s1"]);
  expect((await cellsOf(2)).slice(0, 3)).toEqual(["1: log", "failed", "s1"]);
  expect((await cellsOf(2)).at(-1)).toBe("5");
  expect(await rows.nth(2).getByRole("link", { name: "1: log" }).getAttribute("href")).toBe(
    `#/jobs/${id}/log/2?attempt=1`,
  );
  expect(await faultsOf(page)).toEqual([]);
});

look("nothing of all that made the browser complain but what the farm refused", () => {
  expect(sight.complaints.filter((text) => !/status of (400|409)/.test(text))).toEqual([]);
});
