// What belongs to the farm and to several jobs: licences, owners, blocks, dependencies, and why nothing runs.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm, until } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm();
});
afterAll(() => farm[Symbol.asyncDispose]());

const stopped = { command: ["true"], stopped: true };
const after = (job: number) => ({ ...stopped, after: [{ job, until: "finished" as const }] });

test("licences are set, listed and removed", async () => {
  expect((await farm.cli("licences")).out).toBe("no licences are counted: add one with drqueue licence set nuke 10\n");
  expect((await farm.cli("licence", "set", "nuke", "10")).out).toBe("nuke: 10, 0 used\n");
  expect((await farm.cli("licences")).out).toMatch(/^LICENCE +USED +TOTAL +LEFT\nnuke +0 +10 +10\n$/);
  expect(JSON.parse((await farm.cli("licences", "--json")).out)).toEqual([{ name: "nuke", total: 10, used: 0 }]);
  expect((await farm.cli("licence", "remove", "nuke")).out).toBe("nuke: no longer counted\n");
  expect(await farm.client.licences()).toEqual([]);
  expect((await farm.cli("licence", "remove", "nuke")).code).toBe(1);
});

test("owners get weights and are listed", async () => {
  expect((await farm.cli("owner", "set", "ana", "2.5")).out).toBe("ana: weight 2.5\n");
  const { out } = await farm.cli("owners");
  expect(out).toMatch(/^OWNER +WEIGHT +RUNNING$/m);
  expect(out).toMatch(/^ana +2\.5 +0$/m);
  expect(JSON.parse((await farm.cli("owners", "--json")).out)).toContainEqual({ name: "ana", weight: 2.5, running: 0 });
});

test("masters are listed, with the one that keeps house", async () => {
  const { port } = farm.masters[0]!;
  await until(async () => (await farm.client.masters()).some(({ keepsHouse }) => keepsHouse) || undefined, "a keeper");
  const { out } = await farm.cli("masters");
  expect(out).toMatch(/^MASTER +KEEPS HOUSE +VERSION +STARTED +SEEN$/m);
  expect(out).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} +yes +\\S+ +\\d+ s ago +\\d+ s ago$`, "m"));
  expect(JSON.parse((await farm.cli("masters", "--json")).out)).toMatchObject([{ port, keepsHouse: true }]);
});

test("slaves are kept from a job and let in again", async () => {
  const id = await farm.submit(stopped);
  expect(await farm.cli("block", `${id}`, "s1")).toMatchObject({ code: 0, out: `job ${id}: blocked\n` });
  expect((await farm.client.job(id)).blocked).toEqual(["s1"]);
  expect((await farm.cli("unblock", `${id}`, "s1")).out).toBe(`job ${id}: unblocked\n`);
  expect((await farm.client.job(id)).blocked).toEqual([]);
});

test("why tells what keeps a job, a frame and a slave", async () => {
  const id = await farm.submit({ command: ["true"], pool: "nobody", frames: "1-3" });
  const job = await farm.cli("why", `${id}`);
  expect(job).toMatchObject({ code: 0, err: "" });
  expect(job.out).toContain("nobody");
  expect((await farm.cli("why", `${id}`, "2")).code).toBe(0);
  expect((await farm.cli("why", "--slave", "s1")).out).toContain("s1");
  expect(JSON.parse((await farm.cli("why", `${id}`, "--json")).out)).toMatchObject({ couldRun: false });
  expect((await farm.cli("why", `${id}`, "77")).err).toContain("77");
  await farm.client.delete(id);
});

test("a job that others wait for is only deleted when it is said what becomes of them", async () => {
  const first = await farm.submit(stopped);
  const second = await farm.submit(after(first));
  const third = await farm.submit(after(second));
  const refused = await farm.cli("delete", `${first}`);
  expect(refused.code).toBeGreaterThan(0);
  expect(refused.err).toContain(`${second}`);
  expect((await farm.cli("delete", `${first}`, "--release")).code).toBe(0);
  expect((await farm.client.job(second)).needs).toEqual([]);
  expect((await farm.cli("delete", `${second}`, "--cascade")).code).toBe(0);
  expect((await farm.cli("job", `${third}`)).code).toBe(1);
});

test("jobs that wait for each other are deleted together when all of them are named", async () => {
  const first = await farm.submit(stopped);
  const second = await farm.submit(after(first));
  const { code, out } = await farm.cli("delete", `${first}-${second}`);
  expect({ code, out }).toEqual({ code: 0, out: `job ${first}: deleted\njob ${second}: deleted\n` });
});

test("a list of jobs says for which others they wait", async () => {
  const first = await farm.submit(stopped);
  const second = await farm.submit({ ...after(first), stopped: false });
  expect((await farm.cli("jobs", "--limit", "1")).out).toMatch(new RegExp(`after ${first}$`, "m"));
  await farm.client.delete(first, { dependents: "cascade" });
  expect((await farm.client.jobs()).map(({ id }) => id)).not.toContain(second);
});
