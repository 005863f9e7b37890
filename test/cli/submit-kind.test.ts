// Jobs of a kind, and jobscripts that are there already.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";
import { envOf } from "./live";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1 });
});
afterAll(() => farm[Symbol.asyncDispose]());

const idIn = (out: string) => Number(/job (\d+) submitted/.exec(out)?.[1]);

test("the fields of a kind are options, its scene names the job, and its jobscript runs", async () => {
  // Stands in for the renderer: tells what it was called with.
  const program = farm.script("fake blender", '#!/bin/sh\nprintf "[%s]" "$@"\n');
  const { out, err } = await farm.cli(
    "submit",
    ...["--kind", "blender", "--scene", "/mnt/it's $HOME.blend", "--frames", "1-6x2", "--block", "3"],
    ...["--program", program],
  );
  expect(err).toBe("");
  const job = await farm.ended(idIn(out));
  expect(job).toMatchObject({ kind: "blender", name: "it's $HOME.blend", state: "finished" });
  expect(job.fields).toMatchObject({ scene: "/mnt/it's $HOME.blend" });
  expect(await farm.log(job.id, 1)).toContain("[-b][/mnt/it's $HOME.blend]");
  expect((await farm.cli("job", `${job.id}`)).out).toMatch(/^kind +blender$/m);
}, 15_000);

test("a field may be given in the general form, and a path of this folder becomes one that slaves can find", async () => {
  mkdirSync(join(farm.folder, "shots"), { recursive: true });
  writeFileSync(join(farm.folder, "shots/a.blend"), "");
  const flags = ["--kind", "blender", "--field", "scene=shots/a.blend", "--image", "out/####", "--stopped"];
  const job = await farm.client.job(idIn((await farm.cli("submit", ...flags)).out));
  expect(job.name).toBe("a.blend");
  expect(job.fields).toMatchObject({ scene: join(farm.folder, "shots/a.blend"), image: "out/####" });
  const named = await farm.cli("submit", ...flags, "--name", "mine");
  expect((await farm.client.job(idIn(named.out))).name).toBe("mine");
});

test("help of a kind lists its fields with labels and hints, also without a master", async () => {
  const { out } = await farm.cli("submit", "--kind", "blender", "--help");
  expect(out).toContain("Fields of Blender:");
  expect(out).toMatch(/--scene PATH +Scene: The \.blend file/);
  expect(out).toContain("(required)");
  const alone = Bun.spawnSync(
    [process.execPath, `${import.meta.dir}/../../cli.ts`, "submit", "--kind=blender", "--help"],
    {
      env: { ...envOf(farm), DRQUEUE_MASTER: "127.0.0.1:1" },
    },
  );
  expect(alone.stdout.toString()).toBe(out);
  expect((await farm.cli("submit", "--help")).out).not.toContain("Fields of");
});

test.each([
  [["--kind", "blender", "--scen", "x"], "'--scen' is not an option here: did you mean --scene?"],
  [["--kind", "blender"], "--scene is missing: Scene: The .blend file"],
  [["--kind", "blendr", "--scene", "x"], "there is no kind 'blendr': did you mean blender"],
  [["--kind", "Blender!", "--scene", "x"], "there is no kind 'Blender!'"],
  [["--kind", "blender", "--field", "scen=x"], "kind blender has no field 'scen': did you mean scene?"],
  [["--kind", "blender", "--field", "x"], "--field: 'x': write NAME=VALUE"],
  [["--kind", "blender", "--scene", ""], "--scene: may not be empty"],
  [["--kind", "blender", "--scene", "x", "--jobscript", "y"], "either --kind or --jobscript"],
  [["--kind", "blender", "--scene", "x", "--", "y"], "'y' is one word too many: --kind blender knows its program"],
  [["--field", "a=b", "--", "x"], "--field is for a kind"],
])("submit %j is refused in one line, and nothing is submitted", async (args, said) => {
  const before = (await farm.client.jobs()).length;
  const { code, out, err } = await farm.cli("submit", ...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toStartWith(`drqueue: ${said}`);
  expect(err.trimEnd()).not.toContain("\n");
  expect((await farm.client.jobs()).length).toBe(before);
});

test("a jobscript of the original runs as it is, with its arguments", async () => {
  farm.script("shot7.sh", '#!/bin/sh\necho "frame $DRQUEUE_FRAME of $DRQUEUE_ENDFRAME: $1"\n');
  const { out } = await farm.cli("submit", "--jobscript", "shot7.sh", "--frames", "1-2", "--", "beauty pass");
  const job = await farm.ended(idIn(out));
  expect(job).toMatchObject({ name: "shot7.sh", command: [join(farm.folder, "shot7.sh"), "beauty pass"] });
  expect(await farm.log(job.id, 2)).toContain("frame 2 of 2: beauty pass\n");
});

test("a jobscript that no slave could run is refused before anything is sent", async () => {
  writeFileSync(join(farm.folder, "plain.sh"), "echo\n", { mode: 0o644 });
  const plain = await farm.cli("submit", "--jobscript", "plain.sh");
  expect(plain).toMatchObject({ code: 2, err: expect.stringContaining("may not be run: chmod +x ") });
  const folder = await farm.cli("submit", "--jobscript", farm.folder);
  expect(folder).toMatchObject({ code: 2, err: expect.stringContaining("is a folder") });
});
