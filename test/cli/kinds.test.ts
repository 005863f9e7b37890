import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";
import { inTerminal } from "./live";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => farm[Symbol.asyncDispose]());

test("kinds are listed with their programs and fields", async () => {
  const { code, out } = await farm.cli("kinds");
  expect(code).toBe(0);
  expect(out).toMatch(/^KIND +TITLE +PROGRAM +FIELDS$/m);
  expect(out).toMatch(/^blender +Blender +blender +--scene \[--image\]/m);
  const names = JSON.parse((await farm.cli("kinds", "--json")).out).map(({ name }: { name: string }) => name);
  expect(names).toContain("blender");
});

test("a kind is shown with its fields and the script that it would write", async () => {
  const { code, out } = await farm.cli("kind", "blender");
  expect(code).toBe(0);
  expect(out).toMatch(/^--scene +required +DRQUEUE_SCENE +Scene +The \.blend file/m);
  expect(out).toContain("\n#!/bin/sh\n");
  expect(JSON.parse((await farm.cli("kind", "blender", "--json")).out)).toMatchObject({
    name: "blender",
    script: expect.stringContaining("#!/bin/sh"),
  });
});

test("in a narrow terminal the fields of a kind are told in whole words", async () => {
  const shown = inTerminal(farm, 60, { NO_COLOR: "1" }, "kind", "blender");
  expect(await shown.exited).toBe(0);
  const [fields] = shown.said().replaceAll("\r", "").split("\n#!/bin/sh");
  for (const line of fields!.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  const words = fields!.replace(/\s+/g, " ");
  expect(words).toContain("--scene Scene: The .blend file, on storage that all slaves see (required)");
  expect(fields).not.toContain("...\n");
});

test("a script alone can be kept in a file and run", async () => {
  const asked = ["kind", "blender", "--scene", "/mnt/it's.blend", "--program", "echo", "--script-only"];
  const { code, out } = await farm.cli(...asked);
  expect(code).toBe(0);
  expect(out).toStartWith("#!/bin/sh\n");
  const ran = Bun.spawnSync(["sh", farm.script("kept.sh", out)]);
  expect(ran.stdout.toString()).toStartWith("-b /mnt/it's.blend ");
  expect((await farm.cli(...asked.slice(0, -1), "--script")).out).toBe(out);
  expect((await farm.cli(...asked, "--shell", "cmd")).out).toStartWith("@echo off");
});

test.each([
  [["kind"], "name a kind: drqueue kinds lists them"],
  [["kind", "blendr"], "there is no kind 'blendr': did you mean blender"],
  [["kind", "blender", "--script-only"], "--scene is missing: Scene: The .blend file"],
  [["kind", "blender", "--scen", "x"], "'--scen' is not an option here: did you mean --scene?"],
  [["kind", "blender", "--field", "nope=1"], "kind blender has no field 'nope'"],
  [["kind", "blender", "--shell", "csh"], "--shell: "],
])("%j is refused in one line", async (args, said) => {
  const { code, out, err } = await farm.cli(...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toStartWith(`drqueue: ${said}`);
});

test("a kind whose field has the name of an option keeps it", async () => {
  const { code, out } = await farm.cli("kind", "terragen", "--script", "/mnt/x.tgd", "--script-only");
  expect(code).toBe(0);
  expect(out).toContain("DRQUEUE_SCRIPT='/mnt/x.tgd'");
});
