// What a person does to slaves and jobs over HTTP, on the queue alone.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { guardedApp } from "../../../lib/local/guard";
import type { Dispatcher } from "../../../lib/master/dispatch";
import { loadKinds } from "../../../lib/master/kinds";
import { addJobRoutes } from "../../../lib/master/routes/jobs";
import { addSlaveRoutes } from "../../../lib/master/routes/slaves";
import { translate } from "../../../lib/master/translate";
import type { JobDetail, Why } from "../../../lib/protocol";
import { listen } from "../../../lib/queue/open";
import type { Slave } from "../../../lib/settings";
import { until } from "../../farm";
import { clear, met, newQueue, submitted } from "../../queue/stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let app: OpenAPIHono;
beforeAll(async () => {
  stage = await newQueue();
  app = guardedApp("token", translate);
  addSlaveRoutes(app, stage.queue, {} as Dispatcher, "token");
  addJobRoutes(app, stage.queue, await loadKinds(undefined), "/no/such/folder");
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: "Bearer token", "content-type": "application/json" };
  const answer = await app.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${said.detail}`);
  return said as T;
}
const job = (id: number) => ask<JobDetail>("GET", `/jobs/${id}`);

test("a sick slave that is cleared is well at once, and no other one; masters are woken", async () => {
  const { queue } = stage;
  for (const name of ["s1", "s2"]) await met(queue, name);
  await queue.sql`update slave set sick_since = now(), suspects = '[3,4,5]'`;
  let woken = 0;
  await listen(queue, ({ work }) => {
    if (work) woken++;
  });
  await until(async () => woken > 0 || undefined, "the first wake");
  const before = woken;
  expect(await ask<Slave>("POST", "/slaves/s1/clear", {})).toMatchObject({ name: "s1", sickSince: null, suspects: [] });
  await until(async () => woken > before || undefined, "a wake");
  expect(await ask<Slave>("GET", "/slaves/s2")).toMatchObject({ sickSince: expect.any(String), suspects: [3, 4, 5] });
  expect((await ask<Why>("GET", "/slaves/s2/why")).text).toContain("s2");
});

test("slaves are blocked and unblocked by name or number, as often as one likes", async () => {
  const numbers: number[] = [];
  for (const name of ["s1", "s2", "s3"]) numbers.push(await met(stage.queue, name));
  const id = await submitted(stage.queue);
  await ask("POST", `/jobs/${id}/block`, { slaves: ["s1", `${numbers[2]}`] });
  await ask("POST", `/jobs/${id}/block`, { slaves: ["s1"] });
  expect((await job(id)).blocked.sort()).toEqual(["s1", "s3"]);
  await ask("POST", `/jobs/${id}/unblock`, { slaves: ["s3", "s2"] });
  expect((await job(id)).blocked).toEqual(["s1"]);
  await expect(ask("POST", `/jobs/${id}/block`, { slaves: ["s2", "nobody"] })).rejects.toThrow("409 there is no slave");
  expect((await job(id)).blocked).toEqual(["s1"]);
});

test("a job that others wait for is deleted only as one says", async () => {
  const chain = async () => {
    const first = await submitted(stage.queue);
    return [first, await submitted(stage.queue, { after: [{ job: first }] })] as const;
  };
  const [one, waiter] = await chain();
  await expect(ask("DELETE", `/jobs/${one}`)).rejects.toThrow(`409 job ${waiter} waits for job ${one}`);
  await expect(ask("DELETE", `/jobs/${one}?dependents=refuse`)).rejects.toThrow("409 ");
  await ask("DELETE", `/jobs/${one}?dependents=release`);
  expect((await job(waiter)).after).toEqual([]);
  await expect(job(one)).rejects.toThrow("404 ");
  const [two, doomed] = await chain();
  await ask("DELETE", `/jobs/${two}?dependents=cascade`);
  await expect(job(doomed)).rejects.toThrow("404 ");
  expect((await job(waiter)).id).toBe(waiter);
});

test("changed fields and other settings arrive together, or not at all", async () => {
  const fields = { scene: "/a.blend", engine: "CYCLES" };
  const { id } = await ask<{ id: number }>("POST", "/jobs", { name: "shot", kind: "blender", fields });
  await ask("PATCH", `/jobs/${id}`, { priority: 7, fields: { scene: "/b.blend" } });
  expect(await job(id)).toMatchObject({ priority: 7, fields: { scene: "/b.blend", engine: "CYCLES" } });
  const [row] = await stage.queue.sql`select field_variables from job where id = ${id}`;
  expect(row?.field_variables).toMatchObject({ DRQUEUE_SCENE: "/b.blend", DRQUEUE_RENDERER: "CYCLES" });
  await expect(ask("PATCH", `/jobs/${id}`, { priority: 9, fields: { scene: "" } })).rejects.toThrow("400 ");
  await expect(ask("PATCH", `/jobs/${id}`, { priority: 9, fields: { layer: "x" } })).rejects.toThrow("409 ");
  expect(await job(id)).toMatchObject({ priority: 7, fields: { scene: "/b.blend" } });
});

test("why a job does not run is said, of one frame too", async () => {
  const id = await submitted(stage.queue, { frames: "5-7", stopped: true });
  expect(await ask<Why>("GET", `/jobs/${id}/why`)).toMatchObject({ couldRun: false });
  expect(await ask<Why>("GET", `/jobs/${id}/why?frame=6`)).toMatchObject({ couldRun: false });
  await expect(ask("GET", `/jobs/${id}/why?frame=4`)).rejects.toThrow(`404 job ${id} has no frame 4`);
  const reversed = await submitted(stage.queue, { frames: "-3-3" });
  expect((await ask<Why>("GET", `/jobs/${reversed}/why?frame=-3`)).text).not.toBe("");
});
