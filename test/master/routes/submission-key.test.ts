// A submission that is sent again under its key, to whichever master, is answered as the first time.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../../farm";

let farm: Farm;
let bases: string[];
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  const masters = [farm.masters[0]!, await farm.startMaster({ name: "m2" })];
  bases = masters.map(({ port }) => `http://127.0.0.1:${port}`);
});
afterAll(() => farm[Symbol.asyncDispose]());

async function post(at: number, path: string, key: string, body: unknown) {
  const answer = await fetch(bases[at]! + path, {
    method: "POST",
    headers: { authorization: `Bearer ${farm.token}`, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const job = { name: "a", command: ["true"] };

test("of a job and of a list of jobs", async () => {
  const first = await post(0, "/jobs", "k1", job);
  expect(first.status).toBe(201);
  expect(await post(1, "/jobs", "k1", job)).toEqual(first);
  const list = {
    jobs: [
      { ...job, id: "x" },
      { ...job, after: [{ job: "x" }] },
    ],
  };
  const both = await Promise.all([0, 1, 0].map((at) => post(at, "/jobs/batch", "k1", list)));
  expect(both[0]!.status).toBe(201);
  expect(both[1]).toEqual(both[0]!);
  expect(both[2]).toEqual(both[0]!);
  expect(await farm.client.jobs()).toHaveLength(3);
});

test("the jobscript of a kind is written once", async () => {
  const shot = { name: "shot", kind: "blender", fields: { scene: "/x.blend" }, stopped: true };
  const { body } = await post(0, "/jobs", "k2", shot);
  const before = await farm.client.job(body.id as number);
  await post(0, "/jobs", "k2", shot);
  expect((await farm.client.job(body.id as number)).scriptPath).toBe(before.scriptPath!);
  expect([...new Bun.Glob("*shot*.sh").scanSync(`${farm.dataOf("m1")}/scripts`)]).toHaveLength(1);
});

test("a key that is none is refused", async () => {
  for (const path of ["/jobs", "/jobs/batch"])
    expect(await post(0, path, "x".repeat(201), { ...job, jobs: [job] })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/idempotency-key: .*printable/) },
    });
});
