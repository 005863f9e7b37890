// Kinds on a real farm: from the fields of a submission to what the program is told, through a script that people can read and edit.
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientError, type NewJob } from "../../lib/client";
import { type Farm, startFarm } from "../farm";

let folder: string;
let farm: Farm;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-own-kinds-"));
  program = join(folder, "our renderer");
  // Says what it is told, a line an argument, and ends as its scene wants.
  writeFileSync(program, '#!/bin/sh\nfor word; do echo "<$word>"; done\nread -r code < "$1" || code=0\nexit "$code"\n');
  chmodSync(program, 0o755);
  mkdirSync(join(folder, "kinds"));
  writeFileSync(
    join(folder, "kinds", "ours.ts"),
    `export default ({ z, field, value, first, last, step, when }) => ({
      name: "ours", title: "Ours", about: "Renders with our own renderer.", program: ${JSON.stringify(program)}, each: "range",
      fields: z.strictObject({
        scene: field.path("SCENE", "Scene", "The scene"),
        camera: field.text("CAMERA", "Camera", "Else the scene's").optional(),
      }),
      words: ({ camera }: { camera?: string }) => [value("scene"), first, last, step, ...when(camera, "-camera", value("camera"))],
      exitCodes: { fatal: [9] },
    });`,
  );
  farm = await startFarm({ slaves: 1, masterFlags: ["--kinds", join(folder, "kinds")] });
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const scripts = () => join(farm.dataOf("m1"), "scripts");
const submit = async (fields: NewJob["fields"], more: Partial<NewJob> = {}) =>
  (await farm.client.submit({ name: "shot 7", kind: "ours", fields: fields!, ...more })).id;

function scene(name: string, code = 0): string {
  const file = join(folder, name);
  writeFileSync(file, `${code}\n`);
  return file;
}

test("the program is told the fields and every frame of its block, whatever a person wrote into a field", async () => {
  const file = scene("a 'scene' of \"ours\" $HOME `date` \\ %PATH%.x");
  const camera = "left\nright; exit 3 $(touch owned)";
  const id = await submit({ scene: file, camera }, { frames: "1-9x2", block: 5 });
  expect(await farm.ended(id)).toMatchObject({ state: "finished", kind: "ours", fields: { scene: file, camera } });
  const told = (await farm.log(id, 1)).split("\n").filter((line) => !line.startsWith("#"));
  expect(told.join("\n")).toBe(`<${file}>\n<1>\n<9>\n<2>\n<-camera>\n<${camera}>\n`);
});

test("the jobscript lies in the script folder, and an edit of it counts from the next task on", async () => {
  const id = await submit({ scene: scene("b") }, { stopped: true });
  const { scriptPath, script, logFolder } = await farm.client.job(id);
  expect(scriptPath).toStartWith(join(scripts(), `${logFolder}.`));
  expect(readFileSync(scriptPath!, "utf8")).toBe(script!);
  expect(statSync(scriptPath!).mode & 0o777).toBe(0o755);
  expect(readdirSync(scripts()).filter((name) => name.startsWith(`${logFolder}.`))).toHaveLength(2);
  writeFileSync(scriptPath!, `${script}echo edited\n`);
  await farm.client.continue(id);
  expect((await farm.ended(id)).state).toBe("finished");
  expect(await farm.log(id, 1)).toContain("edited\n");
});

test("a slave that does not see the script folder runs the text that came with the task", async () => {
  const id = await submit({ scene: scene("c") }, { stopped: true });
  const { scriptPath } = await farm.client.job(id);
  rmSync(scriptPath!);
  await farm.client.continue(id);
  expect((await farm.ended(id)).state).toBe("finished");
});

test("exit codes that the kind calls fatal fail the task at once, unless the submission says otherwise", async () => {
  const broken = scene("d", 9);
  const fatal = await submit({ scene: broken }, { retries: 3 });
  expect((await farm.ended(fatal)).state).toBe("failed");
  expect((await farm.frame(fatal, 1)).attempt).toBe(1);
  const retried = await submit({ scene: broken }, { retries: 1, exitMeanings: { fatal: [] } });
  expect((await farm.ended(retried)).state).toBe("failed");
  expect((await farm.frame(retried, 1)).attempt).toBe(2);
});

test("a field of a waiting job changes, and the program is told the new value", async () => {
  const id = await submit({ scene: scene("e"), camera: "left" }, { stopped: true });
  await farm.client.change(id, { fields: { camera: "right" } });
  await farm.client.continue(id);
  expect((await farm.ended(id)).fields).toMatchObject({ camera: "right" });
  expect(await farm.log(id, 1)).toContain("<-camera>\n<right>\n");
});

test("fields that do not fit are refused in one line, and nothing is submitted", async () => {
  const before = await farm.client.jobs();
  const files = readdirSync(scripts());
  for (const [fields, said] of [
    [{}, /scene/],
    [{ scene: "x", cam: "left" }, /cam.*camera/],
  ] as const) {
    const error = (await submit(fields).catch((error) => error)) as ClientError;
    expect(error).toBeInstanceOf(ClientError);
    expect(error.status).toBe(400);
    expect(error.message).toMatch(said);
    expect(error.message).not.toContain("\n");
  }
  expect(await farm.client.jobs()).toEqual(before);
  expect(readdirSync(scripts())).toEqual(files);
});

test("kinds are listed with their fields, and a script is shown without submitting anything", async () => {
  const kinds = await farm.client.kinds();
  expect(kinds.map(({ name }) => name)).toContain("blender");
  expect(farm.masters[0]!.journal).toContain(`kinds read from ${join(folder, "kinds")}: ours`);
  const ours = await farm.client.kind("ours");
  expect(kinds).toContainEqual(ours);
  expect(ours.fields[0]).toMatchObject({ name: "scene", required: true, path: true, variable: "DRQUEUE_SCENE" });
  const fields = { scene: "/mnt/it's.x" };
  expect(await farm.client.jobscript("ours", fields, "sh")).toContain(`DRQUEUE_SCENE='/mnt/it'\\''s.x'`);
  expect(await farm.client.jobscript("ours", fields, "cmd")).toContain("@echo off");
});

test("a script folder that cannot be written costs a word in the journal, not the job", async () => {
  rmSync(scripts(), { recursive: true });
  try {
    const id = await submit({ scene: scene("f") });
    expect((await farm.ended(id)).state).toBe("finished");
    expect((await farm.client.job(id)).scriptPath).toBeNull();
    expect(farm.masters[0]!.journal).toMatch(/jobscript of job \d+ cannot be written to/);
  } finally {
    mkdirSync(scripts());
  }
});

test("a master does not start with a kind that cannot be used, and says in one line which and why", async () => {
  writeFileSync(join(folder, "kinds", "wrong.js"), "export default () => ({ name: 7 });");
  try {
    const error = (await farm.startMaster({ name: "m2" }).catch((error) => error)) as Error;
    expect(error.message).toContain("wrong.js: ");
    expect(error.message).not.toContain("ours.ts");
    expect(error.message.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(farm.dataOf("m2"), "master.lock"))).toBe(false);
  } finally {
    rmSync(join(folder, "kinds", "wrong.js"));
  }
});
