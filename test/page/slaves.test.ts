// The slaves' views in a browser: the table, one slave with its settings, what runs and failed there, taking it out.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { SQL } from "bun";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { isOnline } from "../farm/own-slave";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
let page: Page;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slaves: 3 }), Sight.open()]);
  await Promise.all(["s1", "s2", "s3"].map((name) => isOnline(farm, name)));
  page = await sight.page(farm, "#/slaves");
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

const at = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
const told = (text: string | RegExp) => page.getByRole("status").getByText(text);
/** Takes back what was done last: what is said of it has these words. */
const undo = (text: string | RegExp) =>
  page.locator(".telling").filter({ hasText: text }).getByRole("button", { name: "Undo" }).click();
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const field = (name: string) => page.getByLabel(name, { exact: true });

/** Waits until a slave has these settings, as its own port tells them. */
const own = (name: string, wanted: object) =>
  until(
    async () => {
      const { settings } = await farm.clientOf(farm.slave(name)).slaveState();
      return Bun.deepMatch(wanted, settings) || undefined;
    },
    `${name} to have ${JSON.stringify(wanted)}`,
  );

look("the table is filtered and sorted as the address says, which can be kept", async () => {
  await page.getByText("3, 3 online, 0 of 6 slots busy").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.keyboard.press("/");
  await page.keyboard.type("state:online -s2");
  await page.getByText("2 of 3, 2 online").waitFor();
  await button("Name").click();
  await page.getByRole("columnheader", { name: "Name" }).and(page.locator("[aria-sort=descending]")).waitFor();
  await page.reload();
  await page.getByText("2 of 3, 2 online").waitFor();
  expect(await field("Filter").inputValue()).toBe("state:online -s2");
  expect(await page.getByRole("row").getByRole("link").allTextContents()).toEqual(["s3", "s1"]);
  await field("Filter").fill("ghost:1");
  await page.getByText("There is no field ghost: state, pool").waitFor();
  await field("Filter").fill("state:lost");
  await page.getByText("No slave is like that.").waitFor();
  await at("#/slaves");
});

look("keys select slaves and open one", async () => {
  await row("s3").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press(" ");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("2 slaves selected").waitFor();
  expect(await field("Select s2").isChecked()).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByText("2 slaves selected").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "s2" }).waitFor();
  await page.goBack();
});

look("several slaves are changed at once, after the numbers were said, and it is taken back", async () => {
  await field("Select s1").click();
  await field("Select s2").click();
  await button("Add pool…").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Pool").fill("a/b");
  await dialog.getByRole("button", { name: "Change 2 slaves" }).click();
  await dialog.getByText("'a/b' is no pool").waitFor();
  await dialog.getByLabel("Pool").fill("maya");
  await dialog.getByRole("button", { name: "Change 2 slaves" }).click();
  for (const name of ["s1", "s2"]) await own(name, { pools: ["Default", "maya"] });
  await row("s1").getByText("Default, maya").waitFor();
  await undo("2 slaves now in pool maya");
  await told("Taken back: 2 slaves as before").waitFor();
  for (const name of ["s1", "s2"]) await own(name, { pools: ["Default"] });
  await button("Disable").click();
  await dialog.getByText("0 tasks run there now").waitFor();
  await dialog.getByRole("button", { name: "Disable 2 slaves" }).click();
  for (const name of ["s1", "s2"]) await own(name, { enabled: false });
  await row("s1").getByText("disabled").waitFor();
  await button("Enable").click();
  await dialog.getByRole("button", { name: "Enable 2 slaves" }).click();
  for (const name of ["s1", "s2"]) await own(name, { enabled: true });
  await button("Select none").click();
});

look("settings of a slave are changed through its own port, and taken back", async () => {
  await row("s1").getByRole("link").click();
  await page.getByText("Online: 0 of 2 slots busy.").waitFor();
  await field("Slots").fill("5");
  await field("Pools").fill("Default, nuke");
  await field("Leave memory").fill("1G");
  await button("Add a path").click();
  await field("Path 1 in the farm").fill("/mnt/show");
  await field("Path 1 here").fill("S:\\show");
  await button("Save").click();
  await own("s1", {
    slots: 5,
    pools: ["Default", "nuke"],
    leaveMb: 1024,
    paths: [{ farm: "/mnt/show", here: "S:\\show" }],
  });
  await page.getByText("Online: 0 of 5 slots busy.").waitFor();
  await undo("s1 changed: slots, pools, leaveMb, paths");
  await own("s1", { slots: 2, pools: ["Default"], leaveMb: 0, paths: [] });
  await page.getByText("Online: 0 of 2 slots busy.").waitFor();
  expect(await field("Slots").inputValue()).toBe("2");
});

look("hours are checked while they are written, and shown as a week", async () => {
  await field("Hours").fill("mon-sunday 8-9");
  await page.getByText(/'mon-sunday' is no day or range of days/).waitFor();
  expect(await button("Save").isDisabled()).toBe(true);
  await field("Hours").fill("mon-fri 19:00-08:00");
  await page.getByRole("img", { name: "Works 65 of 168 hours a week" }).waitFor();
  await button("Save").click();
  await own("s1", { hours: "mon-fri 19:00-08:00" });
  await undo("s1 changed: hours");
  await own("s1", { hours: "" });
  expect(await faultsOf(page)).toEqual([]);
});

look("what runs on a slave is shown with its progress, and killed when a person is sure", async () => {
  const name = "<img src=x onerror=alert(1)> shot";
  const command = [farm.script("long.sh", "#!/bin/sh\necho 'done: 40%'\nexec sleep 100\n")];
  const output = { progress: ["done: (?<percent>\\d+)%"] };
  await farm.client.changeSlave("s1", { addPools: ["one"] });
  const { id } = await farm.client.submit({ name, command, frames: "7-8", pool: "one", output });
  const running = page.getByRole("region", { name: "Running" });
  await running
    .getByText(/<img src=x/)
    .first()
    .waitFor();
  // A slave that has something to tell tells how far its tasks are as well.
  await until(async () => {
    await farm.client.changeSlave("s1", { leaveMb: 0 });
    return (await farm.frame(id, 7)).progress ?? undefined;
  }, "the progress to be known");
  await running.getByRole("progressbar").first().waitFor();
  await running.getByText("40 %").first().waitFor();
  const href = await running.getByRole("link", { name: `Log of frame 7 of job ${id}` }).getAttribute("href");
  expect(href).toBe(`#/jobs/${id}/log/7?attempt=1`);
  await button(`Kill frame 7 of job ${id}`).click();
  await page
    .getByRole("dialog")
    .getByText(/1 task on s1, running for .*, 40 %/)
    .waitFor();
  await button("Kill it").click();
  await told("1 task on s1 is killed").waitFor();
  await farm.frameIs(id, 7, ({ attempt }) => attempt === 2, "to be tried again");
  expect((await farm.client.runs(id, 7))[0]).toMatchObject({ outcome: "killed", slave: "s1" });
});

look("a slave that is taken out says what it waits for, and takes nothing more", async () => {
  await page.getByText("attempt 2").waitFor();
  await button("Drain").click();
  await page
    .getByRole("dialog")
    .getByText(/waits for 2 tasks to end; the oldest is frame 8/)
    .waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Drain" }).click();
  await page.getByText(/On its way out: .* waits for 2 tasks/).waitFor();
  await own("s1", { drain: true });
  await button("Kill all").click();
  await button("Kill 2 tasks").click();
  await page.getByText("Drained: nothing runs here any more").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await button("Undrain").click();
  await own("s1", { drain: false });
});

look("the last hour and the last failures of a slave are shown, with the way to the log", async () => {
  await at("#/slaves/s2");
  await page.getByRole("img", { name: /Load and running tasks over the last hour/ }).waitFor();
  await farm.client.changeSlave("s2", { addPools: ["two"] });
  const { id } = await farm.client.submit({ name: "broken", command: ["sh", "-c", "exit 3"], pool: "two", retries: 0 });
  const failures = page.getByRole("region", { name: "Last failures" });
  await failures.getByText("exit 3").waitFor();
  const href = await failures.getByRole("link", { name: `Log of frame 1 of job ${id}` }).getAttribute("href");
  expect(href).toBe(`#/jobs/${id}/log/1?attempt=1`);
});

look(
  "a slave that is gone, lost or sick shows what is known and since when; two of one name are told apart",
  async () => {
    await farm.slave("s3").end();
    await at("#/slaves/s3");
    await page.getByText(/Gone: it took its leave, and was heard of last/).waitFor();
    await button("Disable").click();
    await told(/Not changed: s3: slave s3 \(gone\) does not answer/).waitFor();
    await using sql = new SQL(farm.env.DATABASE_URL!);
    await sql`
    insert into slave (key, name, address, port, software, os, cpus, load, memory_mb, free_memory_mb, settings, running, state, sick_since, suspects)
    select gen_random_uuid(), name, address, 1, software, os, cpus, load, memory_mb, free_memory_mb, settings, 1, 'lost', null, '[]'
    from slave where name = 's3'`;
    await sql`update slave set sick_since = now(), suspects = '[1, 2]' where name = 's2'`;
    await at("#/slaves");
    await at("#/slaves/s3");
    await page.getByText(/Another slave has this name; this one has number \d+/).waitFor();
    await page.getByText(/Lost: not heard of since/).waitFor();
    const number = (await farm.client.slaves({ name: "s3", state: "gone" }))[0]!.id;
    await page.getByRole("link", { name: `number ${number}` }).click();
    await page.getByText(/Gone: it took its leave/).waitFor();
    await at("#/slaves/s2");
    await page.getByText(/Sick since .* jobs/).waitFor();
    await button("Call it well").click();
    await page.getByText("Online: 0 of 2 slots busy.").waitFor();
    await at("#/slaves/nobody");
    await page.getByText("there is no slave 'nobody'").waitFor();
    // The browser itself complains of each answer that is an error.
    expect(sight.complaints.filter((words) => !/status of (404|502)/.test(words))).toEqual([]);
  },
);
