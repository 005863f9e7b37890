import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
let other: number;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  await farm.client.setLicence("nuke", 4);
  other = await farm.submit({ command: ["true"] });
});
afterAll(() => farm[Symbol.asyncDispose]());

const stopped = { command: ["true"], stopped: true };
const setJob = async (id: number, ...flags: string[]) =>
  expect(await farm.cli("set-job", `${id}`, ...flags)).toEqual({ code: 0, out: `job ${id}: changed\n`, err: "" });

test("limits and rules are changed on a job that is there, and none takes them away", async () => {
  const id = await farm.submit(stopped);
  await setJob(
    id,
    ...["--os", "linux", "--memory", "4G", "--gpus", "1", "--licence", "nuke:2", "--max-slots", "5"],
    ...["--max-per-slave", "1", "--not-before", "+2h", "--after", `${other}`, "--retry-delay", "10s"],
    ...["--frame-timeout", "20m", "--silence", "10m", "--slave-failures", "7", "--max-failures", "9"],
    ...["--pool", "b,a", "--delete-when-finished"],
  );
  const set = await farm.client.job(id);
  expect(set).toMatchObject({
    os: "LINUX",
    memoryMb: 4096,
    gpus: 1,
    licences: { nuke: 2 },
    maxSlots: 5,
    maxPerSlave: 1,
    needs: [{ job: other, until: "finished" }],
    retryDelayMs: 10_000,
    frameTimeoutMs: 1_200_000,
    silenceMs: 600_000,
    slaveFailures: 7,
    maxFailures: 9,
    pool: "a,b",
    deleteAfterMs: 0,
  });
  const hours = (Date.parse(set.notBefore!) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(1.9);
  expect(hours).toBeLessThanOrEqual(2);

  await setJob(
    id,
    ...["--os", "any", "--memory", "none", "--gpus", "none", "--licence", "none", "--max-slots", "none"],
    ...["--max-per-slave", "none", "--not-before", "none", "--after", "none", "--retry-delay", "none"],
    ...["--frame-timeout", "none", "--silence", "none", "--slave-failures", "none", "--max-failures", "none"],
    ...["--delete-after", "none"],
  );
  expect(await farm.client.job(id)).toMatchObject({
    os: "",
    memoryMb: 0,
    gpus: 0,
    licences: {},
    maxSlots: null,
    maxPerSlave: null,
    notBefore: null,
    needs: [],
    retryDelayMs: 0,
    frameTimeoutMs: null,
    silenceMs: null,
    slaveFailures: 0,
    maxFailures: 0,
    deleteAfterMs: null,
  });
});

test("a variable or the meaning of some exit codes is changed without the others", async () => {
  const id = await farm.submit({ ...stopped, env: { A: "1", B: "2" }, exitMeanings: { fatal: [3], retry: [4] } });
  await setJob(id, "--env", "B=x=y", "--env", "C=3", "--unset", "A", "--fatal-codes", "5-6");
  expect(await farm.client.job(id)).toMatchObject({
    env: { B: "x=y", C: "3" },
    exitMeanings: { fatal: [5, 6], retry: [4] },
  });
  await setJob(id, "--fatal-codes", "none");
  expect((await farm.client.job(id)).exitMeanings).toEqual({ retry: [4] });
});

test("a field of its kind is changed without the others", async () => {
  const { id } = await farm.client.submit({
    name: "kind",
    kind: "blender",
    fields: { scene: "/a.blend", image: "/out" },
    stopped: true,
  });
  await setJob(id, "--field", "scene=/b c.blend");
  expect((await farm.client.job(id)).fields).toMatchObject({ scene: "/b c.blend", image: "/out" });
  const wrong = await farm.cli("set-job", `${id}`, "--field", "nope=1");
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("nope") });
});

test("a change that the master refuses leaves the job as it was", async () => {
  const id = await farm.submit(stopped);
  const { code, err } = await farm.cli("set-job", `${id}`, "--priority", "900", "--after", `${id}`);
  expect(code).toBeGreaterThan(0);
  expect(err.trimEnd()).not.toContain("\n");
  expect((await farm.client.job(id)).priority).toBe(500);
});
