// The farm at a glance, as a person has it before them.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { SQL } from "bun";
import type { FarmHistory } from "../../lib/client";
import { lastAndMost, seriesOf } from "../../lib/page/farm/series";
import { type Farm, startFarm, until } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
let sql: SQL;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slaves: 0, lease: "2s" }), Sight.open()]);
  sql = new SQL(farm.env.DATABASE_URL!);
}, 60_000);
afterAll(async () => {
  await sql?.end();
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

look("an empty farm says what to do next, and no more when that is done", async () => {
  const page = await sight.page(farm, "#/farm");
  await page.getByText(`drqueue slave --master 127.0.0.1:${farm.masters[0]!.port}`).waitFor();
  await page.getByText("Nothing is known of that time").waitFor();
  await page.getByText("Nothing: no job has failed").waitFor();
  expect(await page.getByRole("link", { name: "submit the first one" }).getAttribute("href")).toBe("#/submit");
  await farm.startSlave("rack1");
  await page.getByText("No slave is here yet").waitFor({ state: "detached" });
  await farm.ended(await farm.submit({ command: ["true"] }));
  await page.getByRole("region", { name: "What to do next" }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "1 finished" }).waitFor();
  await page.context().close();
});

look("slots, jobs and slaves are numbers that change by themselves and lead to what they count", async () => {
  await farm.startSlave("rack2", { flags: ["--disable"] });
  const page = await sight.page(farm, "#/farm");
  await page.getByRole("img", { name: "Of 4 slots: 0 busy, 2 idle, 2 disabled, 0 lost" }).waitFor();
  const job = await farm.submit({ frames: "1-9", command: ["sleep", "60"] });
  await page.getByRole("img", { name: "Of 4 slots: 2 busy, 0 idle, 2 disabled, 0 lost" }).waitFor();
  await page.getByText("2 tasks running, 7 waiting").waitFor();
  const running = page.getByRole("region", { name: "Jobs" }).getByRole("link", { name: "1 running" });
  expect(await running.getAttribute("href")).toBe("#/jobs?q=state%3Arunning");
  const disabled = page.getByRole("region", { name: "Slaves" }).getByRole("link", { name: "1 disabled" });
  expect(await disabled.getAttribute("href")).toBe("#/slaves?q=state%3Adisabled");
  await farm.client.stop(job, { kill: true });
  await farm.client.delete(job);
  await page.getByRole("link", { name: "0 running" }).waitFor();
  await page.context().close();
});

look("what failed is requeued by a click, and gone from the list; its name harms nobody", async () => {
  const door = `${farm.folder}/door`;
  const command = farm.script("camera", `#!/bin/sh\ntest -e ${door} || { echo no camera >&2; exit 7; }\n`);
  const name = `<img src=x onerror="document.title='harmed'">`;
  const id = await farm.submit({ name, owner: "ana", frames: "1-3", command: [command], retries: 0, slaveFailures: 0 });
  await farm.ended(id);
  const page = await sight.page(farm, "#/farm");
  const needs = page.getByRole("region", { name: "What needs a person" });
  await needs.getByText(`job ${id} · ana · 3 failed`).waitFor();
  expect(await needs.getByRole("link", { name }).getAttribute("href")).toBe(`#/jobs/${id}`);
  expect(await faultsOf(page)).toEqual([]);
  await needs.getByRole("button", { name: `Why: ${name}` }).click();
  await page.waitForURL(new RegExp(`#/jobs/${id}/log/1$`));
  await page.goBack();
  await Bun.write(door, "");
  await needs.getByRole("button", { name: `Requeue failed: ${name}` }).click();
  await page.getByText(`3 tasks of job ${id} wait again.`).waitFor();
  await needs.getByText("Nothing: no job has failed").waitFor();
  expect((await farm.ended(id)).state).toBe("finished");
  await page.context().close();
});

look(
  "errors that are alike are one line, and all of their jobs' failed frames are requeued at once, after a question that says the numbers",
  async () => {
    const command = ["sh", "-c", "exit 3"];
    const jobs: number[] = [];
    for (const frames of ["1-2", "1-3"])
      jobs.push(await farm.submit({ frames, command, retries: 0, slaveFailures: 0 }));
    jobs.push(await farm.submit({ frames: "1-500", command, retries: 0, slaveFailures: 0, maxFailures: 2 }));
    await Promise.all(jobs.slice(0, 2).map((id) => farm.ended(id)));
    const [, , third] = jobs;
    const failed = await until(async () => {
      const { state, taskCounts } = await farm.client.job(third!);
      return state === "stopped" && taskCounts.running === 0 ? taskCounts.failed : undefined;
    }, "the job to stop itself");
    const page = await sight.page(farm, "#/farm");
    const needs = page.getByRole("region", { name: "What needs a person" });
    await needs.getByText("It stopped itself").waitFor();
    await needs.getByText("exit 3", { exact: true }).waitFor();
    await needs.getByRole("link", { name: `Log of ${third}, frame 1` }).waitFor();
    const requeue = needs.getByRole("button", { name: "Requeue all failed of 3 jobs" });
    await requeue.click();
    const question = page.getByRole("dialog", { name: "Requeue what failed?" });
    await question.getByText(`All ${failed + 5} failed tasks of 3 jobs wait again`).waitFor();
    await page.keyboard.press("Escape");
    expect((await farm.client.job(jobs[0]!)).taskCounts.failed).toBe(2);
    await requeue.click();
    await page.keyboard.press("Enter");
    await page.getByText(`${failed + 5} tasks of 3 jobs wait again; what was stopped goes on.`).waitFor();
    for (const id of jobs) await farm.client.delete(id);
    await needs.getByText("Nothing: no job has failed").waitFor();
    await page.context().close();
  },
);

look("a sick slave is called well by a click, a lost one is there until it is back", async () => {
  await sql`update slave set sick_since = now(), suspects = '[3, 4, 5]' where name = 'rack2'`;
  const page = await sight.page(farm, "#/farm");
  const needs = page.getByRole("region", { name: "What needs a person" });
  await needs.getByText("set aside: tasks of the jobs 3, 4, 5 failed there").waitFor();
  expect(await needs.getByRole("link", { name: "Open: rack2" }).getAttribute("href")).toBe("#/slaves/rack2");
  await needs.getByRole("button", { name: "Call well: rack2" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("rack2 is called well").waitFor();
  await needs.getByText("set aside").waitFor({ state: "detached" });
  await farm.slave("rack1").end("SIGKILL");
  await needs.getByText(/not heard of for \d+ second/).waitFor();
  await page.getByRole("img", { name: /0 busy, 0 idle, 2 disabled, 2 lost/ }).waitFor();
  await farm.startSlave("rack1");
  await needs.getByText("Nothing: no job has failed").waitFor();
  await page.context().close();
});

look("charts show the hours that a person chose, and the address keeps them", async () => {
  await sql`
    insert into history (at, frames, failed, waiting, busy, free, closed, lost)
    select date_trunc('minute', now()) - i * interval '1 minute', 10, 1, 70, 3, 1, 0, 0 from generate_series(2, 2000) as i
    on conflict do nothing`;
  const page = await sight.page(farm, "#/farm", { scheme: "dark" });
  await page.getByRole("heading", { name: "The last 6 hours" }).waitFor();
  await page
    .getByRole("img", { name: /^Frames per hour in the last 6 hours: finished [\d,]+, at most [\d,]{3,}/ })
    .waitFor();
  await page.getByRole("img", { name: /^Waiting tasks .* at most 70$/ }).waitFor();
  await page.getByRole("link", { name: "24 h" }).click();
  await page.getByRole("img", { name: /^Slots in the last 24 hours: busy \d, at most 3/ }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "The last 24 hours" }).waitFor();
  expect(await page.getByRole("link", { name: "24 h" }).getAttribute("aria-current")).toBe("true");
  expect(await faultsOf(page)).toEqual([]);
  await page.context().close();
});

look("nothing of this was against the page's own rules, and it fits a phone", async () => {
  const page = await sight.page(farm, "#/farm", { width: 360, height: 700, touch: true });
  await page.getByRole("region", { name: "Slots" }).waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  expect(sight.complaints).toEqual([]);
  await page.context().close();
});

const minute = 60_000;
const start = Date.parse("2026-11-20T10:00:00Z");
const point = (at: number, frames: number): FarmHistory["points"][number] => ({
  at: new Date(start + at * minute).toISOString(),
  frames,
  failed: 0,
  waiting: frames,
  busy: null,
  free: null,
  closed: null,
  lost: null,
});

test("lines have a gap where no master ran, reach over the whole time, and leave out the rate of a time that is not over", () => {
  const history = { stepMs: minute, points: [point(30, 1), point(31, 2), point(40, 3), point(60, 4)] };
  const { times, perHour, waiting } = seriesOf(history, 1, start + 60.5 * minute);
  expect(times.map((at) => (at - start) / minute)).toEqual([0.5, 30, 31, 32, 40, 41, 60, 60.5]);
  expect(perHour).toEqual([null, 60, 120, null, 180, null, null, null]);
  expect(waiting).toEqual([null, 1, 2, null, 3, null, 4, null]);
  expect(lastAndMost(perHour)).toEqual({ last: 180, most: 180 });
});

test("a time of which nothing is known has two ends and no values", () => {
  const { times, busy } = seriesOf({ stepMs: minute, points: [] }, 6, start);
  expect(times).toEqual([start - 360 * minute, start]);
  expect(busy).toEqual([null, null]);
  expect(lastAndMost(busy)).toEqual({ last: null, most: 0 });
});
