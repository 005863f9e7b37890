// The Python client against a real farm: what its scripts assert is in test/clients/python_*.py.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";
import { around, client, content, python, run, script } from "./python";

describe.skipIf(!python)("the Python client", () => {
  let farm: Farm;
  beforeAll(async () => {
    farm = await startFarm({ slaves: 1 });
  });
  afterAll(() => farm?.[Symbol.asyncDispose]());

  test("does every action that a person has on the command line", async () => {
    expect(await script(farm, "python_actions.py")).toEqual(content);
  });

  test("tells what is wrong in one line, by the names of Python, and leaves nothing half-done", async () => {
    expect(await script(farm, "python_wrong.py")).toEqual(content);
  });

  test("can be used by eight threads at once", async () => {
    expect(await script(farm, "python_threads.py")).toEqual(content);
  });

  test("is in the README as it works: the example runs as it stands there", async () => {
    const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
    const example = /### Python\n[\s\S]*?```python\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(example).toMatch(/^from drqueue import .*Farm/);
    const shot = farm.script("shot7.sh", '#!/bin/sh\necho "frame $DRQUEUE_FRAME"\n');
    const { code, out, err } = await run(around(farm), ["-c", example!.replaceAll("/mnt/scripts/shot7.sh", shot)]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("finished");
    expect(out).toContain("frame 1\n");
  });

  test("without a token says in one line where tokens are found", async () => {
    const data = join(farm.folder, "empty");
    const ask = (more: Record<string, string | undefined>) => run(around(farm, more), [client, "jobs"]);
    expect(await ask({ DRQUEUE_DATA: data })).toEqual({
      code: 1,
      out: "",
      err: `drqueue.py: no token for the farm: set DRQUEUE_TOKEN to the text of the file 'token' in the master's data folder (looked in ${data})\n`,
    });
    expect(await ask({ DRQUEUE_DATA: data, DRQUEUE_TOKEN: farm.token })).toMatchObject({ code: 0 });
    expect(
      await run(around(farm, { DRQUEUE_DATA: data }), [client, "jobs", "--data", farm.dataOf("m1")]),
    ).toMatchObject({
      code: 0,
    });
  });

  test("finds the data folder where the platform keeps it", async () => {
    const ask = "import drqueue; print(drqueue._data_folder(None)); print(drqueue._data_folder('x/../y'))";
    const { out } = await run(around(farm, { DRQUEUE_DATA: undefined, HOME: "/home/ana" }), ["-c", ask], "/tmp");
    const root = process.getuid?.() === 0;
    expect(out).toBe(`${root ? "/var/lib/drqueue" : "/home/ana/.local/share/drqueue"}\n/tmp/y\n`);
    expect(existsSync(join(client, "../__pycache__"))).toBe(false);
  });
});
