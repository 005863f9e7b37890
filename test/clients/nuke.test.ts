// Nuke's script against a real farm. Nuke itself is not here: test/clients/nuke_submit.py has a stand-in for nuke.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startFarm } from "../farm";
import { content, python, script } from "./python";

test.skipIf(!python)(
  "Nuke's menu submits the script, a job for each selected Write node (with a stand-in for Nuke)",
  async () => {
    await using farm = await startFarm({ slaves: 0 });
    const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    const example = /```python\n(import nuke_drqueue\n[\s\S]*?)```/.exec(readme)?.[1];
    expect(await script(farm, "nuke_submit.py", example!)).toEqual(content);
  },
);
