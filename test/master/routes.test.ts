// Bad requests: each is answered by a problem that says what is wrong, and nothing of it is done.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { largestBody } from "../../lib/wire";
import { type Farm, startFarm } from "../farm";
import { type Document, documentOf, errorsOf, operationsOf } from "../openapi/document";

let farm: Farm;
let job: number;
let before: unknown;
let document: Document;
const everything = async () => ({
  jobs: await farm.client.jobs(),
  job: await farm.client.job(3),
  slaves: await farm.client.slaves(),
  licences: await farm.client.licences(),
  owners: await farm.client.owners(),
});
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  job = await farm.submit({ command: ["true"], frames: "1-10", stopped: true });
  await farm.client.setLicence("nuke", 3);
  await farm.submit({ command: ["true"], after: [{ job, until: "finished" }], licences: { nuke: 1 }, owner: "ann" });
  const fields = { scene: "/mnt/a.blend", image: "/mnt/a.####.png" };
  await farm.client.submit({ name: "shot7", kind: "blender", fields, stopped: true });
  before = await everything();
  document = await documentOf(`http://127.0.0.1:${farm.masters[0]!.port}`);
});
afterAll(() => farm[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await everything()).toEqual(before as never);
});

const good = { name: "shot7", command: ["true"] };

test.each([
  ["no JSON", "{name", /JSON/],
  ["nothing", "", /JSON/],
  ["a list", [], /expected object/],
  ["null", null, /expected object/],
  ["neither command nor kind", { name: "x" }, /^give either a command or a kind/],
  ["both command and kind", { ...good, kind: "blender" }, /^give either a command or a kind/],
  ["an unknown kind", { name: "x", kind: "nothing" }, /^kind: there is no 'nothing': .*blender/],
  ["a kind in capitals", { name: "x", kind: "Blender" }, /^kind: a kind is/],
  ["fields without a kind", { ...good, fields: { scene: "x" } }, /^fields: /],
  ["a kind without the field it needs", { name: "x", kind: "blender" }, /^kind blender: .*scene/],
  ["a list as a field", { name: "x", kind: "blender", fields: { scene: ["x"] } }, /^fields\.scene: /],
  ["a NUL in a field", { name: "x", kind: "blender", fields: { scene: "a\0b" } }, /^fields\.scene: /],
  ["an unknown field of the kind", { name: "x", kind: "blender", fields: { scene: "x", scnee: "y" } }, /scnee/],
  ["no licence of a kind", { ...good, licences: { nuke: 0 } }, /^licences\.nuke: /],
  ["a regular expression that is none", { ...good, output: { fatal: ["("] } }, /^output\.fatal\.0: not a regular/],
  ["an exit code of 0 that means something", { ...good, exitMeanings: { fatal: [0] } }, /^exitMeanings\.fatal\.0: /],
  ["a time that is none", { ...good, notBefore: "tomorrow" }, /^notBefore: /],
  ["a negative time to be kept", { ...good, deleteAfterMs: -1 }, /^deleteAfterMs: /],
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
  ["a pool with a blank", { ...good, pool: "a b" }, /^pool: pools are names/],
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
  ["GET", "/jobs?stat=waiting"],
  ["GET", "/jobs/1/frames?frame=1"],
  ["GET", "/jobs/1/logs/1?folow=true"],
  ["GET", "/jobs/1/why?frame=x"],
  ["GET", "/jobs/1/why?frame=1.5"],
  ["GET", "/jobs/1/why?fram=1"],
  ["GET", "/jobs/x/why"],
  ["DELETE", "/jobs/1?dependents=all"],
  ["DELETE", "/jobs/1?cascade=true"],
  ["GET", "/kinds/No%20kind"],
  ["DELETE", "/licences/a%20b"],
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
  ["GET", "/jobs/999/why", undefined],
  ["GET", "/jobs/1/why?frame=99", undefined],
  ["GET", "/slaves/nobody/why", undefined],
  ["POST", "/slaves/nobody/clear", {}],
  ["POST", "/jobs/999/block", { slaves: ["s1"] }],
  ["POST", "/jobs/999/unblock", { slaves: ["s1"] }],
  ["PATCH", "/jobs/999", { fields: { scene: "x" } }],
  ["GET", "/kinds/nothing", undefined],
  ["POST", "/kinds/nothing/jobscript", {}],
  ["DELETE", "/licences/nothing", undefined],
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
  ["POST", "/jobs/1/block", {}, /^slaves: /],
  ["POST", "/jobs/1/block", { slaves: [] }, /^slaves: /],
  ["POST", "/jobs/1/block", { slaves: "s1" }, /^slaves: /],
  ["POST", "/jobs/1/unblock", { slaves: Array(1001).fill("s1") }, /^slaves: /],
  ["POST", "/slaves/nobody/clear", { now: true }, /now/],
  ["PATCH", "/jobs/3", { fields: { scene: "" } }, /scene/],
  ["PATCH", "/jobs/3", { fields: { scene: "/b", frames: "1" } }, /frames/],
  ["PATCH", "/jobs/3", { priority: 1, fields: { scene: 7, image: null } }, /^fields\.image: /],
  ["POST", "/kinds/blender/jobscript", {}, /^kind blender: .*scene/],
  ["POST", "/kinds/blender/jobscript", { fields: { scene: "x" }, shell: "bash" }, /^shell: /],
  ["POST", "/kinds/blender/jobscript", { fields: { scene: "x" }, os: "LINUX" }, /os/],
  ["PUT", "/licences/a%20b", { total: 1 }, /^name: a licence is/],
  ["PUT", "/licences/nuke", {}, /^total: /],
  ["PUT", "/licences/nuke", { total: -1 }, /^total: /],
  ["PUT", "/licences/nuke", { total: 1.5 }, /^total: /],
  ["PUT", "/licences/nuke", { total: 1e12 }, /^total: /],
  ["PUT", "/licences/nuke", { total: 5, used: 1 }, /used/],
  ["PUT", "/owners/ann", {}, /^weight: /],
  ["PUT", "/owners/ann", { weight: 0 }, /^weight: /],
  ["PUT", "/owners/ann", { weight: 1001 }, /^weight: /],
  ["PUT", "/owners/ann", { weight: "2" }, /^weight: /],
  ["PUT", "/owners/a%0Ab", { weight: 2 }, /^name: may not contain control/],
  ["POST", "/sync", { key: "x" }, /./],
  ["POST", "/sync", [1], /expected object/],
])("%s %s with %j changes nothing", async (method, path, body, said) => {
  await refused(method, path, body, 400, said);
});

test.each([
  ["DELETE", "/jobs/1", undefined, /job 2 waits for job 1/],
  ["DELETE", "/licences/nuke", undefined, /licence 'nuke' is needed by job 2/],
  ["PATCH", "/jobs/1", { fields: { scene: "x" } }, /job 1 is of no kind/],
  ["PATCH", "/jobs/1", { after: [{ job: 2 }] }, /1 → 2 → 1/],
  ["PATCH", "/jobs/3", { fields: { image: "" } }, /the jobscript of job 3 is written for other fields/],
  ["PATCH", "/jobs/3", { licences: { maya: 1 } }, /there is no licence 'maya'/],
  ["POST", "/jobs/1/block", { slaves: ["nobody"] }, /there is no slave 'nobody'/],
  ["POST", "/jobs/1/unblock", { slaves: ["nobody"] }, /there is no slave 'nobody'/],
  ["POST", "/jobs", { ...good, licences: { maya: 1 } }, /there is no licence 'maya'/],
  ["POST", "/jobs", { ...good, blocked: ["nobody"] }, /there is no slave 'nobody'/],
  ["POST", "/jobs", { ...good, after: [{ job: 999 }] }, /there is no job 999/],
])("%s %s with %j is refused as things are", async (method, path, body, said) => {
  await refused(method, path, body, 409, said);
});

test("licences and owners are set, listed and taken back", async () => {
  const { client } = farm;
  expect(await client.setLicence("arnold", 5)).toEqual({ name: "arnold", total: 5, used: 0 });
  expect((await client.licences()).map(({ name, total }) => `${name} ${total}`)).toEqual(["arnold 5", "nuke 3"]);
  expect(await client.setOwner("b ö/b?", 0.5)).toEqual({ name: "b ö/b?", weight: 0.5, running: 0 });
  expect((await client.owners()).map(({ name, weight }) => `${name} ${weight}`)).toContain("b ö/b? 0.5");
  await client.removeLicence("arnold");
  await client.setOwner("b ö/b?", 1);
});

test("why a job or a slave does not run, and what a slave's clearing changes, is answered", async () => {
  expect((await farm.client.why(1)).text).toContain("stopped");
  expect(await farm.client.why(2, 1)).toMatchObject({ couldRun: false });
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
  const route = operationsOf(document).find(
    (one) => one.method === method.toLowerCase() && pattern(one.path).test(path.split("?")[0]!),
  );
  if (route) expect([method, path, errorsOf(route)]).toEqual([method, path, expect.arrayContaining([`${status}`])]);
  expect(problem.detail).not.toMatch(/select |insert |postgres|at .*\.ts:/i);
}

const pattern = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
