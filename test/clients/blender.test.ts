// Blender's add-on in the real Blender against a real farm: what its scripts assert is in test/clients/blender_*.py.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { blenderAddOn } from "../../lib/build/blender";
import { type Farm, startFarm } from "../farm";
import { blender, inBlender } from "./blender";
import { around, client, content, python, run } from "./python";

describe.skipIf(!blender)("Blender's add-on (skipped where there is no Blender)", () => {
  let farm: Farm;
  beforeAll(async () => {
    farm = await startFarm({ slaves: 1 });
  });
  afterAll(() => farm?.[Symbol.asyncDispose]());

  test("is installed as one file, submits what is open, and shows how it is until the pictures are there", async () => {
    expect(await inBlender(farm, "blender_submit.py")).toMatchObject({ code: 0, err: "" });

    // As the README has it: without a window, with the add-on that was switched on there.
    const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    const line = /^blender --background .*bpy\.ops\.drqueue\..*$/m.exec(readme)![0];
    const home = join(farm.folder, "blender_submit.py.home");
    const shot = line.replace("/mnt/show/shot7.blend", `'${home}/shot 7/shot 7.blend'`);
    const ran = Bun.spawnSync(["sh", "-c", shot], { env: around(farm, { HOME: home, USER: "ana" }) });
    expect(`${ran.stdout}`).toMatch(/Info: job \d+ submitted: shot 7, 3 frames/);
  });

  test("names in one line what slaves would not find or the farm refuses, and leaves no copy of what is not submitted", async () => {
    const shut = Bun.serve({ port: 0, fetch: () => new Response() });
    const SHUT = `${shut.port}`;
    await shut.stop(true);
    expect(await inBlender(farm, "blender_refused.py", { SHUT, USER: "bob" })).toMatchObject({ code: 0, err: "" });
  });
});

test.skipIf(!python)(
  "the one file of the add-on is the add-on with the very text of the client, and Python of Blender 3.3 reads it",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "drqueue-add-on-"));
    try {
      const file = join(folder, "dist", "blender_drqueue.py");
      await blenderAddOn(resolve(client, ".."), file);
      const look = `
import ast, sys
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 9))
named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
assert ast.literal_eval(named["_CLIENT"]) == open(sys.argv[2], encoding="utf-8").read()
assert ast.literal_eval(named["bl_info"])["blender"] == (3, 3, 0)
`;
      expect(await run({ PATH: process.env.PATH! }, ["-c", look, file, client])).toEqual(content);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
