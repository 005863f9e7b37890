// A job says where its pictures are on the command line, in a job file, or by its kind; what it says is shown, changed and exported.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

async function submitted(...args: string[]): Promise<number> {
  const { code, out, err } = await farm.cli("submit", "--json", ...args);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out).id;
}

const exportOf = async (id: number) => JSON.parse((await farm.cli("job", `${id}`, "--export", "--json")).out);

test("submit takes the pattern, job shows it, set-job changes it and takes it away", async () => {
  const id = await submitted("--frames", "1-9", "--output", "/mnt/x/a.####.png", "--", "true");
  expect((await farm.cli("job", `${id}`)).out).toMatch(/pictures +\/mnt\/x\/a\.####\.png/);
  expect(await exportOf(id)).toMatchObject({ pictures: "/mnt/x/a.####.png" });
  expect((await farm.cli("set-job", `${id}`, "--output", "S:\\x\\a.%04d.exr")).code).toBe(0);
  expect((await farm.client.job(id)).pictures).toBe("S:\\x\\a.%04d.exr");
  expect((await farm.cli("set-job", `${id}`, "--output", "")).code).toBe(0);
  expect((await farm.client.job(id)).pictures).toBeNull();
  expect((await farm.cli("job", `${id}`)).out).not.toContain("pictures");
});

test("a pattern that can be none is refused in one line before anything is sent", async () => {
  for (const [pattern, words] of [
    ["a.####.png", "write the whole path"],
    ["/mnt/../a.####.png", "without '..'"],
    ["/mnt/x/a.####.mov", "must end like a picture"],
  ] as const) {
    const { code, err } = await farm.cli("submit", "--output", pattern, "--", "true");
    expect([pattern, code, err.trim().split("\n").length]).toEqual([pattern, 2, 1]);
    expect(err).toContain(words);
  }
  const many = await farm.cli("submit", "--frames", "1-2", "--output", "/mnt/x/a.png", "--", "true");
  expect([many.code, many.err]).toEqual([2, expect.stringContaining("for 2 frames")]);
});

test("a kind that surely knows says it, with its fields; export gives only what a person said", async () => {
  const fields = ["--kind", "povray", "--scene", "/mnt/s.pov", "--image", "/mnt/x/a.", "--frames", "1-9"];
  const byKind = await submitted(...fields);
  expect((await farm.client.job(byKind)).pictures).toBe("/mnt/x/a.{padframe}.png");
  expect(await exportOf(byKind)).not.toHaveProperty("pictures");
  await farm.client.change(byKind, { fields: { image: "/mnt/x/b." } });
  expect((await farm.client.job(byKind)).pictures).toBe("/mnt/x/b.{padframe}.png");
  const byPerson = await submitted(...fields, "--output", "/mnt/x/own.####.png");
  await farm.client.change(byPerson, { fields: { image: "/mnt/x/b." } });
  expect((await farm.client.job(byPerson)).pictures).toBe("/mnt/x/own.####.png");
  expect(await exportOf(byPerson)).toMatchObject({ pictures: "/mnt/x/own.####.png" });
  expect((await farm.cli("set-job", `${byPerson}`, "--output", "")).code).toBe(0);
  expect((await farm.client.job(byPerson)).pictures).toBe("/mnt/x/b.{padframe}.png");
});

test("a job file says it as pictures, which --output counts more than", async () => {
  const file = join(farm.folder, "jobs.yaml");
  writeFileSync(file, "name: shot\ncommand: ['true']\nframes: 1-9\npictures: /mnt/x/file.####.png\n");
  expect((await farm.client.job(await submitted(file))).pictures).toBe("/mnt/x/file.####.png");
  const over = await submitted(file, "--output", "/mnt/x/over.####.png");
  expect((await farm.client.job(over)).pictures).toBe("/mnt/x/over.####.png");
  writeFileSync(file, "name: shot\ncommand: ['true']\npictures: file.png\n");
  const { err } = await farm.cli("submit", file);
  expect(err).toMatch(/pictures: write the whole path/);
});
