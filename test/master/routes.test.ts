// Bad requests: each is answered by a problem that says what is wrong, and nothing of it is done.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { largestBody } from "../../lib/protocol";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
let job: number;
let before: unknown;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  job = await farm.submit({ command: ["true"], frames: "1-10", stopped: true });
  before = await farm.client.jobs();
});
afterAll(() => farm[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await farm.client.jobs()).toEqual(before as never);
  expect(await farm.client.slaves()).toEqual([]);
});

const good = { name: "shot7", command: ["true"] };

test.each([
  ["no JSON", "{name", /JSON/],
  ["nothing", "", /JSON/],
  ["a list", [], /expected object/],
  ["null", null, /expected object/],
  ["no command", { name: "x" }, /^command: /],
  ["an empty command", { ...good, command: [] }, /^command: /],
  ["an empty program", { ...good, command: [""] }, /^command: the program may not be empty/],
  ["a command in one text", { ...good, command: "render -f 1" }, /^command: /],
  ["a number as its name", { ...good, name: 7 }, /^name: /],
  ["a name of two lines", { ...good, name: "a\nb" }, /^name: may not contain control characters/],
  ["a NUL in an argument", { ...good, command: ["a\0b"] }, /NUL/],
  ["an unknown field", { ...good, fraems: "1-5" }, /fraems/],
  ["frames that are a number", { ...good, frames: 5 }, /^frames: /],
  ["malformed frames", { ...good, frames: "1:5" }, /write 1-100x5/],
  ["no frames", { ...good, frames: "" }, /no frames given/],
  ["two thousand million frames", { ...good, frames: "1-999999999,-999999999-0" }, /more than 1000000000 frames/],
  ["an unknown order", { ...good, order: "sideways" }, /order/],
  ["a block of 0", { ...good, block: 0 }, /^block: /],
  ["half a priority", { ...good, priority: 0.5 }, /^priority: /],
  ["a negative priority", { ...good, priority: -1 }, /^priority: /],
  ["a pool with a blank", { ...good, pool: "a b" }, /^pool: a pool is/],
  ["a variable that is a number", { ...good, env: { A: 1 } }, /^env\.A: /],
  ["a variable with a blank in its name", { ...good, env: { "A B": "1" } }, /^env/],
  ["__proto__", `{"name":"x","command":["x"],"__proto__":{"stopped":true}}`, /__proto__/],
])("a submission with %s", async (_, body, said) => {
  await refused("POST", "/jobs", body, 400, said);
});

test("a body of 10 MB is refused before it is read, and the master goes on", async () => {
  const body = JSON.stringify({ ...good, name: "x".repeat(10 * 1024 * 1024) });
  await refused("POST", "/jobs", body, 413, /at most 1 MB/);
  await refused("POST", "/sync", body, 413, /at most 1 MB/);
  await refused("PATCH", `/jobs/${job}`, body, 413, /at most 1 MB/);
  expect(largestBody).toBe(1024 * 1024);
});

test.each([
  ["GET", "/jobs/0"],
  ["GET", "/jobs/-1"],
  ["GET", "/jobs/1.5"],
  ["GET", "/jobs/abc"],
  ["GET", "/jobs/99999999999999999999"],
  ["GET", "/jobs/2147483648"],
  ["DELETE", "/jobs/-1"],
  ["GET", "/jobs?limit=0"],
  ["GET", "/jobs?limit=1000000"],
  ["GET", "/jobs?limit=1e99"],
  ["GET", "/jobs?before=-5"],
  ["GET", "/jobs?state=bogus"],
  ["GET", "/jobs?name=%00"],
  ["GET", "/jobs/1/frames?limit=99999999"],
  ["GET", "/jobs/1/frames?after=-1"],
  ["GET", "/jobs/1/frames?frames=1:5"],
  ["GET", "/jobs/1/logs/x"],
  ["GET", "/jobs/1/logs/1?attempt=0"],
  ["GET", "/jobs/1/logs/1?follow=perhaps"],
])("%s %s is not valid", async (method, path) => {
  await refused(method, path, undefined, 400, /./);
});

test.each([
  ["GET", "/jobs/999", undefined],
  ["DELETE", "/jobs/999", undefined],
  ["PATCH", "/jobs/999", { priority: 1 }],
  ["POST", "/jobs/999/rerun", {}],
  ["POST", "/jobs/999/requeue", { frames: "1" }],
  ["GET", "/jobs/999/frames", undefined],
  ["GET", "/jobs/999/logs/1", undefined],
  ["GET", "/jobs/1/logs/99", undefined],
  ["GET", "/slaves/nobody", undefined],
  ["PATCH", "/slaves/nobody/settings", { slots: 1 }],
  ["GET", "/slaves/..%2f..%2fetc", undefined],
  ["GET", "/nothing", undefined],
  ["PUT", "/jobs/1", {}],
])("%s %s is not there", async (method, path, body) => {
  await refused(method, path, body, 404, /there is no |has no frame/);
});

test("the log of a frame that has not been started is a conflict, which may resolve itself", async () => {
  await refused("GET", "/jobs/1/logs/1", undefined, 409, /has not been started yet/);
});

test.each([
  ["PATCH", "/jobs/1", {}, /nothing to change/],
  ["PATCH", "/jobs/1", { priority: 700, frames: "1-5" }, /frames/],
  ["PATCH", "/jobs/1", { priority: 700, pool: "" }, /^pool: /],
  ["POST", "/jobs/1/finish", {}, /^frames: /],
  ["POST", "/jobs/1/finish", { frames: "1-5,x" }, /expected a frame number/],
  ["POST", "/jobs/1/finish", { frames: "50-60" }, /none of the frames 50-60/],
  ["POST", "/jobs/1/requeue", { frame: "1" }, /frame/],
  ["POST", "/jobs/1/stop", { kill: "yes" }, /^kill: /],
  ["POST", "/jobs/1/continue", { now: true }, /now/],
  ["POST", "/jobs/1/rerun", "}", /JSON/],
  ["POST", "/sync", { key: "x" }, /./],
  ["POST", "/sync", [1], /expected object/],
])("%s %s with %j changes nothing", async (method, path, body, said) => {
  await refused(method, path, body, 400, said);
});

async function refused(method: string, path: string, body: unknown, status: number, said: RegExp): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${farm.masters[0]!.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${farm.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const problem = (await answer.json()) as { status: number; detail: string };
  expect({ status: answer.status, told: problem.status, detail: problem.detail }).toEqual({
    status,
    told: status,
    detail: expect.stringMatching(said),
  });
  expect(problem.detail).not.toMatch(/select |insert |postgres|at .*\.ts:/i);
}
