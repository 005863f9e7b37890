// Licences of the farm: how many there are, how many are in use, and when one may be forgotten.
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { listLicences, removeLicence, setLicence } from "../../lib/queue/licences";
import { listen } from "../../lib/queue/open";
import { until } from "../farm";
import { clear, newQueue, submitted } from "./stage";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => clear(stage.queue));

/** Makes the lowest `tasks` of a job run. */
const runs = ({ sql }: typeof stage.queue, id: number, tasks: number) =>
  sql`update job set waiting = waiting - int4multirange(int4range(0, ${tasks})), running = int4multirange(int4range(0, ${tasks})) where id = ${id}`;

test("the running tasks of all jobs that need a licence count, each as often as it needs it", async () => {
  const { queue } = stage;
  await setLicence(queue, "nuke", 10);
  await setLicence(queue, "arnold", 3);
  await setLicence(queue, "houdini", 50);
  const one = await submitted(queue, { frames: "1-10", licences: { nuke: 2 } });
  const two = await submitted(queue, { frames: "1-10", licences: { nuke: 1, arnold: 1, houdini: 4 } });
  await submitted(queue, { frames: "1-10", licences: { nuke: 1 } });
  const none = await submitted(queue, { frames: "1-10" });
  expect((await listLicences(queue)).map(({ used }) => used)).toEqual([0, 0, 0]);
  await runs(queue, one, 2);
  await runs(queue, two, 3);
  await runs(queue, none, 4);
  expect(await listLicences(queue)).toEqual([
    { name: "arnold", total: 3, used: 3 },
    { name: "houdini", total: 50, used: 12 },
    { name: "nuke", total: 10, used: 7 },
  ]);
});

test("setting a licence again changes how many there are, even to fewer than are in use", async () => {
  const { queue } = stage;
  expect(await setLicence(queue, "nuke", 10)).toEqual({ name: "nuke", total: 10, used: 0 });
  await runs(queue, await submitted(queue, { frames: "1-5", licences: { nuke: 1 } }), 5);
  expect(await setLicence(queue, "nuke", 2)).toEqual({ name: "nuke", total: 2, used: 5 });
  expect(await listLicences(queue)).toHaveLength(1);
});

test("masters are woken when there are more of a licence", async () => {
  let woken = 0;
  await listen(stage.queue, ({ work }) => {
    if (work) woken++;
  });
  await until(async () => woken > 0 || undefined, "the first wake");
  const before = woken;
  await setLicence(stage.queue, "nuke", 4);
  await until(async () => woken > before || undefined, "a wake for the licence");
});

test("a licence that a job needs which has not ended stays, and the refusal names the jobs", async () => {
  const { queue } = stage;
  await setLicence(queue, "nuke", 1);
  const ids: number[] = [];
  for (let at = 0; at < 3; at++) ids.push(await submitted(queue, { licences: { nuke: 1 } }));
  await queue.sql`update job set waiting = '{}', finished = '{[0,1)}' where id = ${ids[1]!}`;
  await expect(removeLicence(queue, "nuke")).rejects.toMatchObject({
    kind: "conflict",
    message: `licence 'nuke' is needed by jobs ${ids[0]}, ${ids[2]}`,
  });
  await queue.sql`delete from job where id = ${ids[0]!}`;
  await expect(removeLicence(queue, "nuke")).rejects.toThrow(`licence 'nuke' is needed by job ${ids[2]}`);
  expect(await listLicences(queue)).toHaveLength(1);
});

test("of many jobs that need it the first ten are named", async () => {
  const { queue } = stage;
  await setLicence(queue, "nuke", 1);
  for (let at = 0; at < 12; at++) await submitted(queue, { licences: { nuke: 1 } });
  await expect(removeLicence(queue, "nuke")).rejects.toThrow("jobs 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and others");
});

test("one that nobody needs is forgotten; one that there is not is unknown", async () => {
  const { queue } = stage;
  for (const name of ["nuke", "nukex"]) await setLicence(queue, name, 1);
  await submitted(queue, { licences: { nukex: 1 } });
  expect(await removeLicence(queue, "nuke")).toEqual({ name: "nuke", total: 1, used: 0 });
  expect((await listLicences(queue)).map(({ name }) => name)).toEqual(["nukex"]);
  await expect(removeLicence(queue, "nuke")).rejects.toMatchObject({ kind: "unknown" });
});

test("a licence is not forgotten while a job that needs it is being submitted", async () => {
  const { queue } = stage;
  await setLicence(queue, "nuke", 1);
  for (let round = 0; round < 20; round++) {
    const [job, gone] = await Promise.allSettled([
      submitted(queue, { licences: { nuke: 1 } }),
      removeLicence(queue, "nuke"),
    ]);
    expect([job.status, gone.status].sort()).toEqual(["fulfilled", "rejected"]);
    if (gone.status === "fulfilled") await setLicence(queue, "nuke", 1);
    else await queue.sql`delete from job`;
  }
});
