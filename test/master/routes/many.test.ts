// One step for many jobs, and the numbers of long lists, over HTTP.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { JobNumbers } from "../../../lib/lists";
import { guardedApp } from "../../../lib/local/guard";
import type { ManyDone, NewJobStep } from "../../../lib/many";
import { loadKinds } from "../../../lib/master/kinds";
import { noteChanged } from "../../../lib/master/routes/events";
import { addJobRoutes } from "../../../lib/master/routes/jobs";
import { addManyRoutes } from "../../../lib/master/routes/many";
import { translate } from "../../../lib/master/translate";
import type { JobDetail } from "../../../lib/protocol";
import { clear, handOut, newQueue, slave, submitted } from "../../queue/stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
let app: OpenAPIHono;
const moved = new Set<number>();
const routes: string[] = [];
beforeAll(async () => {
  stage = await newQueue();
  const kinds = await loadKinds(undefined);
  app = guardedApp("token", translate, undefined, {}, { answered: (_, route) => routes.push(route) });
  noteChanged(app, moved);
  addManyRoutes(app, stage.queue, kinds, moved);
  addJobRoutes(app, stage.queue, kinds, "/no/such/folder");
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await clear(stage.queue);
  moved.clear();
});

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: "Bearer token", "content-type": "application/json" };
  const answer = await app.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${said.detail}`);
  return said as T;
}
const job = (id: number) => ask<JobDetail>("GET", `/jobs/${id}`);
const many = (jobs: number[], step: NewJobStep) => ask<ManyDone>("POST", "/jobs/many", { jobs, step });
const rising = (numbers: number[]) => numbers.toSorted((a, b) => a - b);

async function several(count: number, given: Parameters<typeof submitted>[1] = {}): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => submitted(stage.queue, given)));
}

test("a step is taken with each job; one that is not there is told and keeps it from no other", async () => {
  const jobs = await several(20, { frames: "1-3" });
  const stopped = await many([...jobs, 999, jobs[0]!], { do: "stop" });
  expect({ ...stopped, done: rising(stopped.done) }).toEqual({
    done: rising(jobs),
    tasks: 0,
    killing: 0,
    refused: [{ job: 999, why: "there is no job 999" }],
  });
  for (const id of jobs) expect(await job(id)).toMatchObject({ state: "stopped" });
  await many(jobs, { do: "continue" });
  expect(await job(jobs[7]!)).toMatchObject({ state: "waiting" });
});

test("what runs of them is killed, what is done is rendered anew, what failed is tried again", async () => {
  const first = await submitted(stage.queue, { frames: "1-2", priority: 900 });
  const jobs = [first, ...rising(await several(2, { frames: "1-2" }))];
  await handOut(stage.queue, slave(1, 2));
  expect(await many(jobs, { do: "stop", kill: true })).toMatchObject({ killing: 2 });
  await stage.queue.sql`update job set finished = waiting, waiting = '{}' where id = ${jobs[1]!}`;
  await stage.queue.sql`update job set failed = waiting, waiting = '{}' where id = ${jobs[2]!}`;
  expect(await many(jobs, { do: "requeue" })).toMatchObject({ tasks: 2 });
  expect(await many(jobs, { do: "rerun" })).toMatchObject({ tasks: 2 });
  expect((await job(jobs[1]!)).taskCounts).toMatchObject({ waiting: 2 });
});

test("settings of many change as those of one do: fields go through the kind of each", async () => {
  const fields = { scene: "/a.blend", engine: "CYCLES" };
  const { id } = await ask<{ id: number }>("POST", "/jobs", { name: "shot", kind: "blender", fields });
  const [plain] = await several(1);
  const change = { priority: 7, fields: { scene: "/b.blend" } };
  expect(await many([id, plain!], { do: "change", change })).toMatchObject({
    done: [id],
    refused: [{ job: plain, why: `job ${plain} is of no kind, so it has no fields` }],
  });
  expect(await job(id)).toMatchObject({ priority: 7, fields: { scene: "/b.blend", engine: "CYCLES" } });
  expect((await job(plain!)).priority).toBe(500);
  await expect(many([id], { do: "change", change: {} })).rejects.toThrow("400 ");
});

test("jobs that wait for each other are deleted together, in whatever order they are named", async () => {
  const chain: number[] = [];
  for (let at = 0; at < 6; at++)
    chain.push(await submitted(stage.queue, at === 0 ? {} : { after: [{ job: chain[at - 1]! }] }));
  const waiter = await submitted(stage.queue, { after: [{ job: chain[1]! }] });
  const { done, refused } = await many(chain, { do: "delete" });
  expect(rising(done)).toEqual(chain.slice(2));
  expect(refused.map((one) => one.job)).toEqual([chain[1]!, chain[0]!]);
  expect(refused[0]!.why).toContain(`job ${waiter} waits for job ${chain[1]}`);
  expect(await many(chain.slice(0, 2), { do: "delete", dependents: "release" })).toMatchObject({ refused: [] });
  expect((await job(waiter)).after).toEqual([]);
});

test("who follows is told of the jobs that changed, and of no others", async () => {
  const jobs = await several(3);
  await many([...jobs.slice(1), 999], { do: "stop" });
  expect(rising([...moved])).toEqual(rising(jobs.slice(1)));
  await ask("POST", `/jobs/${jobs[0]}/stop`, {});
  expect(rising([...moved])).toEqual(rising(jobs));
});

test("numbers are a list of their own and no job, also for who counts requests", async () => {
  const jobs = await several(3);
  routes.length = 0;
  expect(await ask<JobNumbers>("GET", "/jobs/numbers?sort=id")).toEqual({ jobs: rising(jobs), total: 3 });
  expect(await ask<JobNumbers>("GET", "/jobs/numbers?state=finished,failed")).toEqual({ jobs: [], total: 0 });
  await job(jobs[0]!);
  expect(routes).toEqual(["/jobs/numbers", "/jobs/numbers", "/jobs/{id}"]);
  await expect(ask("GET", "/jobs/numbers?limit=3")).rejects.toThrow("400 ");
  await expect(many([], { do: "stop" })).rejects.toThrow("400 ");
  await expect(
    many(
      Array.from({ length: 1001 }, (_, at) => at + 1),
      { do: "stop" },
    ),
  ).rejects.toThrow("400 ");
});
