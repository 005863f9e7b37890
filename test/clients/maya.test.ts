// Maya's script against a real farm. Maya itself is not here: test/clients/maya_submit.py has a stand-in for maya.cmds.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startFarm } from "../farm";
import { content, python, script } from "./python";

test.skipIf(!python)(
  "Maya's script submits the scene by its render settings, by the window too (with a stand-in for Maya)",
  async () => {
    await using farm = await startFarm({ slaves: 0 });
    const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    const example = /```python\n(import maya_drqueue\n[\s\S]*?)```/.exec(readme)?.[1];
    expect(await script(farm, "maya_submit.py", example!)).toEqual(content);
  },
);
