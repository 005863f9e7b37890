// What is left of a deleted job goes, on the master and on slaves that keep logs of their own, and nothing else does.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm, until } from "../farm";
import { endFarm, isOnline, ownSlave } from "./own-slave";

let farm: Farm;
let own: string;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1, lease: "1s" });
  own = join(farm.folder, "logs of s2");
  ownSlave(farm, { name: "s2", logs: own, pool: "own", grace: "1s" });
  await isOnline(farm, "s2");
});
afterAll(() => endFarm(farm));

const shared = () => join(farm.folder, "logs");
const scripts = () => join(farm.dataOf("m1"), "scripts");
const gone = (path: string) => until(async () => !existsSync(path) || undefined, `${path} to go`);
const missing = (id: number) =>
  until(
    () =>
      farm.client.job(id).then(
        () => undefined,
        (error) => error.status === 404 || undefined,
      ),
    `job ${id} to go`,
  );
const scriptsOf = (folder: string) => readdirSync(scripts()).filter((name) => name.startsWith(`${folder}.`));

test("logs of a deleted job go from the shared folder and from slaves that keep their own", async () => {
  const jobs = await Promise.all(
    ["Default", "own", "own"].map((pool) => farm.submit({ pool, command: ["echo", "x"] })),
  );
  const folders: string[] = [];
  for (const id of jobs) folders.push((await farm.ended(id)).logFolder);
  expect(existsSync(join(shared(), folders[0]!))).toBe(true);
  expect(existsSync(join(own, folders[1]!))).toBe(true);
  await farm.client.delete(jobs[0]!);
  await farm.client.delete(jobs[1]!);
  await gone(join(shared(), folders[0]!));
  await gone(join(own, folders[1]!));
  expect(existsSync(join(own, folders[2]!))).toBe(true);
  expect(await farm.log(jobs[2]!, 1)).toContain("x\n");
});

test("a job deleted while it runs leaves no log behind either", async () => {
  const id = await farm.submit({ pool: "own", command: ["sleep", "60"] });
  const { logFolder } = await farm.client.job(id);
  await until(async () => existsSync(join(own, logFolder)) || undefined, "it to run");
  expect(await farm.client.delete(id)).toMatchObject({ killing: 1 });
  await gone(join(own, logFolder));
});

test("a job that is to go once it is finished goes, with its scripts; one that failed stays", async () => {
  const kind = { name: "shot", kind: "blender", fields: { scene: "/x", program: "true" }, deleteAfterMs: 0 };
  const id = (await farm.client.submit({ ...kind, stopped: true })).id;
  const { logFolder } = await farm.client.job(id);
  expect(scriptsOf(logFolder)).toHaveLength(2);
  const failed = (await farm.client.submit({ ...kind, fields: { scene: "/x", program: "false" }, retries: 0 })).id;
  expect((await farm.ended(failed)).state).toBe("failed");
  await farm.client.continue(id);
  await missing(id);
  await until(async () => scriptsOf(logFolder).length === 0 || undefined, "its scripts to go");
  await gone(join(shared(), logFolder));
  const kept = await farm.client.job(failed);
  expect(existsSync(join(shared(), kept.logFolder))).toBe(true);
  expect(existsSync(kept.scriptPath!)).toBe(true);
});

test("a failed job goes too when it was to be kept for a time", async () => {
  const id = await farm.submit({ command: ["false"], retries: 0, deleteAfterMs: 300 });
  await missing(id);
});

test("a link that a jobscript put in the place of its log folder is not followed, here or at a slave", async () => {
  const outside = join(farm.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "");
  for (const [pool, logs] of [
    ["Default", shared()],
    ["own", own],
  ] as const) {
    const id = await farm.submit({ pool, command: ["true"] });
    const { logFolder } = await farm.ended(id);
    renameSync(join(logs, logFolder), join(logs, "elsewhere"));
    symlinkSync(outside, join(logs, logFolder));
    const marker = await farm.submit({ pool, command: ["true"] });
    const after = join(logs, (await farm.ended(marker)).logFolder);
    await farm.client.delete(id);
    await farm.client.delete(marker);
    // Deleted later, so it has been looked at as well once that one is gone.
    await gone(after);
    await until(
      async () => (lstatSync(join(logs, logFolder)).isSymbolicLink() && existsSync(join(outside, "file"))) || undefined,
      "",
    );
    expect(readdirSync(outside)).toEqual(["file"]);
  }
});
