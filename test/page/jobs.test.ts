// The list of jobs in a browser: found, sorted, selected, many of them changed at once, and live.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { SQL } from "bun";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

const hostile = ["<img src=x onerror=alert(1)>", "shot \u202egpj.exe\u200f", "שלום", `"owner:x" ' \\ &amp;`];

let farm: Farm;
let sight: Sight;
let page: Page;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slaves: 0 }), Sight.open()]);
  page = await sight.page(farm, "#/jobs");
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

const row = (id: number) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name: `${id}`, exact: true }) });
const filter = () => page.getByRole("combobox", { name: "Filter" });
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const tick = (id: number) => page.getByRole("checkbox", { name: `Select job ${id}`, exact: true });
const said = (text: string | RegExp) => page.getByText(text).first().waitFor();
const dialog = (name: string) => page.getByRole("dialog", { name });
const jobIs = (id: number, wanted: object) =>
  until(
    async () => Bun.deepMatch(wanted, await farm.client.job(id)) || undefined,
    `job ${id} to be ${JSON.stringify(wanted)}`,
  );

let first = 0;
/** Jobs that nobody renders: ana's and bob's by turns. */
async function submit(count: number, more: object = {}): Promise<number[]> {
  const jobs = Array.from({ length: count }, (_, at) => ({
    name: `shot${at}`,
    owner: at % 2 ? "bob" : "ana",
    priority: 100 + at,
    command: ["true"],
    frames: "1-10",
    ...more,
  }));
  return (await farm.client.submitAll(jobs)).map(({ job }) => job);
}

look("without jobs it says so, and where one is submitted; a new one is there by itself", async () => {
  await page.getByRole("link", { name: "Submit one" }).waitFor();
  [first] = (await submit(1)) as [number];
  await row(first).waitFor();
  await said("1 job");
});

look("names are shown as what they are, whatever they hold", async () => {
  const jobs: number[] = [];
  for (const name of hostile) jobs.push(await farm.submit({ name, owner: name, command: ["true"] }));
  await row(jobs.at(-1)!).waitFor();
  for (const [at, id] of jobs.entries()) {
    const link = row(id).getByRole("link").nth(1);
    expect(await link.textContent()).toBe(hostile[at]!);
    expect(await link.getAttribute("href")).toBe(`#/jobs/${id}`);
    // What is written from right to left turns nothing round it.
    expect(await link.evaluate((shown) => getComputedStyle(shown).unicodeBidi)).toBe("isolate");
  }
  expect(await page.locator("img").count()).toBe(0);
  expect(await faultsOf(page)).toEqual([]);
  for (const id of jobs) await farm.client.delete(id);
  await row(jobs[0]!).waitFor({ state: "detached" });
});

look(
  "the filter helps on, explains what it does not understand, and is kept in the address like the order",
  async () => {
    const [ana, bob] = (await submit(2)) as [number, number];
    await row(bob).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("ow");
    await page.getByRole("option", { name: "owner:" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type("bob ");
    await row(ana).waitFor({ state: "detached" });
    await page.keyboard.type("state:wating");
    await said("No job is wating: it may be waiting, running, stopped, finished, failed.");
    await page.keyboard.press("Escape");
    await row(ana).waitFor();
    await filter().fill("owner:bob state:failed");
    await said("No job is like that.");
    await button("Show all jobs").click();
    await filter().fill("state:waiting shot*");
    await button("Priority").click();
    await page.locator("[aria-sort=descending]").getByText("Priority").waitFor();
    await button(/Priority/).click();
    await page.locator("[aria-sort=ascending]").waitFor();
    await page.waitForURL((url) => url.hash === "#/jobs?q=state%3Awaiting+shot*&sort=priority");
    await page.reload();
    await row(bob).waitFor();
    expect(await filter().inputValue()).toBe("state:waiting shot*");
    const priorities = await page.locator("tbody").getByRole("row").allTextContents();
    expect(priorities[0]).toContain("shot0");
    await page.evaluate(`location.hash = "#/jobs"`);
    await page.getByRole("columnheader", { name: "Job" }).and(page.locator("[aria-sort=descending]")).waitFor();
  },
);

look("a person sees the columns they chose, also next time", async () => {
  await button("Columns…").click();
  await dialog("Columns").getByLabel("Kind").check();
  await dialog("Columns").getByLabel("Owner").uncheck();
  await dialog("Columns").getByRole("button", { name: "Close" }).click();
  await page.reload();
  await page.getByRole("columnheader", { name: "Kind" }).waitFor();
  expect(await page.getByRole("columnheader", { name: "Owner" }).count()).toBe(0);
  await button("Columns…").click();
  await button("As usual").click();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Owner" }).waitFor();
});

look("keys move, select and open; what is selected is stopped, and goes on again when that is undone", async () => {
  const jobs = (await submit(4)).reverse();
  await farm.client.stop(jobs[1]!);
  await row(jobs[0]!).waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await said("3 jobs selected");
  await button("Stop").click();
  await said("2 jobs stopped (1 was already)");
  for (const id of jobs.slice(0, 3)) await jobIs(id, { state: "stopped" });
  await row(jobs[2]!).getByText("stopped").waitFor();
  await button("Undo").click();
  await said("Taken back for 2 jobs");
  await jobIs(jobs[0]!, { stopped: false });
  expect(await farm.client.job(jobs[1]!)).toMatchObject({ stopped: true });
  await row(jobs[2]!).press("End");
  await page.locator(`[data-job="${first}"]:focus`).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.hash === `#/jobs/${first}`);
  await page.goBack();
  await row(first).waitFor();
});

look("by mouse one, some or all are selected; priorities and pools become again what each was", async () => {
  const jobs = (await submit(4)).reverse();
  await row(jobs[0]!).click({ position: { x: 600, y: 10 } });
  await row(jobs[2]!).click({ position: { x: 600, y: 10 }, modifiers: ["Shift"] });
  await tick(jobs[3]!).click();
  await row(jobs[1]!).click({ position: { x: 600, y: 10 }, modifiers: ["ControlOrMeta"] });
  await said("3 jobs selected");
  await button("Priority…").click();
  await dialog("Priority of 3 jobs").getByLabel("Priority").fill("none");
  await button("Set").click();
  await said("A whole number from 0 to 1,000,000");
  await dialog("Priority of 3 jobs").getByLabel("Priority").fill("900");
  await page.keyboard.press("Enter");
  await said("3 jobs now of priority 900");
  await row(jobs[3]!).getByText("900").waitFor();
  await button("Undo").click();
  await said("Taken back for 3 jobs");
  expect(await Promise.all(jobs.map(async (id) => (await farm.client.job(id)).priority))).toEqual([103, 102, 101, 100]);
  await page.keyboard.press("Control+a");
  await page.getByRole("checkbox", { name: "Select all jobs of the list", checked: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("toolbar", { name: "Selected jobs" }).waitFor({ state: "detached" });
});

look("before jobs are killed or deleted it says how many, and what they run; who refuses is told", async () => {
  const slave = await farm.startSlave("s1");
  const running = await farm.submit({ name: "sleeper", command: ["sleep", "60"], frames: "1-5", priority: 100_000 });
  await until(
    async () => (await farm.client.job(running)).taskCounts.running === 2 || undefined,
    "both slots to be busy",
  );
  const [needed] = (await submit(1)) as [number];
  const waiter = await farm.submit({ command: ["true"], after: [{ job: needed, until: "finished" }] });
  await row(waiter).waitFor();
  await tick(running).click();
  await tick(needed).click();
  await button("Stop and kill…").click();
  await dialog("Stop and kill 2 jobs?").getByText("2 running tasks are killed; their frames wait again.").waitFor();
  await button("Cancel").click();
  await page.keyboard.press("Delete");
  await dialog("Delete 2 jobs?").getByText("2 jobs with 15 frames").waitFor();
  await dialog("Delete 2 jobs?").getByText("2 running tasks are killed.").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await button("Delete 2 jobs").click();
  await said("1 job deleted, 2 tasks being killed");
  await said(`1 refused, such as job ${needed}: job ${waiter} waits for job ${needed}`);
  await row(running).waitFor({ state: "detached" });
  await said("1 job selected");
  await page.keyboard.press("Delete");
  await page.getByLabel("Other jobs that wait for them").selectOption("cascade");
  await button("Delete 1 job").click();
  await row(waiter).waitFor({ state: "detached" });
  await slave.end();
});

look("of a long list the rows in sight are there, wherever one goes; many jobs are changed in pieces", async () => {
  const sql = new SQL(farm.env.DATABASE_URL!);
  await sql`delete from job`;
  const ids =
    await sql`insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
    select 'long' || i, 'cy', 'none', 500, '["true"]', '{}', 'x', '[{"first":1,"last":1,"step":1}]', 1, 'forward', 4, 3, 'strict', false, 1, '{[0,1)}'
    from generate_series(1, 700) as i returning id`;
  await sql.end();
  const last = ids.at(-1).id as number;
  await said("700 jobs");
  expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("701");
  await page.keyboard.press("End");
  await page.getByRole("link", { name: "long1", exact: true }).waitFor();
  expect(await row(last - 699).getAttribute("aria-rowindex")).toBe("701");
  expect(await page.getByRole("row").count()).toBeLessThan(60);
  await page.keyboard.press("PageUp");
  await page.getByRole("grid").hover();
  await page.mouse.wheel(0, -10_000);
  await page
    .getByRole("link", { name: /^long3\d\d$/ })
    .first()
    .waitFor();
  await page.keyboard.press("Control+a");
  await said("700 jobs selected");
  await button("Pool…").click();
  await dialog("Pool of 700 jobs").getByLabel("Pool").fill("night, day night");
  await button("Set").click();
  await page.getByRole("progressbar").waitFor();
  await said("700 jobs now in pool day,night");
  expect((await farm.client.jobNumbers({ pool: "night" })).total).toBe(700);
});

look("on a phone a job has two lines, opens at a touch, and is selected by its box", async () => {
  const phone = await sight.page(farm, "#/jobs?q=long12", { width: 390, height: 780, touch: true });
  await phone.getByRole("link", { name: "long129" }).waitFor();
  expect(await faultsOf(phone)).toEqual([]);
  expect(await phone.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await phone.getByRole("checkbox").nth(1).tap();
  await phone.getByText("1 job selected").waitFor();
  await phone.getByLabel("Sort by").selectOption("name");
  await phone.getByText("long12", { exact: true }).tap();
  await phone.waitForURL(/#\/jobs\/\d+$/);
  await phone.context().close();
});

look("nothing of it breaks the page's own rules", () => {
  expect(sight.complaints).toEqual([]);
});
